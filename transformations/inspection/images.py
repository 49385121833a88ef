"""Looks into an image: its type, its size, and what stands behind its end.

Spec: PNG (W3C) / ITU-T T.81.
"""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from transformations.inspection.inspected import Inspected, findings_of
from transformations.inspection.media_types import MediaType
from transformations.inspection.policy import Danger, Handling, InspectionPolicy
from transformations.inspection.refusal import OriginalRefused

# Opening reads the head only; the limit of the policy is asked before anything else.
Image.MAX_IMAGE_PIXELS = None

_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"


def inspect_image(
    content: bytes, media_type: MediaType, policy: InspectionPolicy
) -> Inspected:
    """Look into a PNG or JPEG; raises OriginalRefused."""
    name = media_type.name
    try:
        with Image.open(io.BytesIO(content), formats=(name,)) as image:
            _check_pixels(image, policy)
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, OriginalRefused):
            raise
        raise OriginalRefused("image-broken", f"the {name} cannot be read") from None
    return _without_trail(content, media_type, policy)


def _check_pixels(image: Image.Image, policy: InspectionPolicy) -> None:
    if image.width * image.height > policy.limits.pixels:
        raise OriginalRefused(
            "image-too-large",
            f"the image has more than {policy.limits.pixels:,} pixels",
        )


def _without_trail(
    content: bytes, media_type: MediaType, policy: InspectionPolicy
) -> Inspected:
    """Judge what stands behind the end of the picture: other programs may read it."""
    end = _PNG_END if media_type is MediaType.PNG else _JPEG_END
    place = content.rfind(end)
    if place < 0:
        raise OriginalRefused("image-broken", f"the {media_type.name} has no end")
    picture = content[: place + len(end)]
    if not content[len(picture) :].strip(b"\0\r\n "):
        return Inspected(media_type, content)
    findings = findings_of({Danger.TRAILING_DATA}, policy)
    if policy.of(Danger.TRAILING_DATA) is Handling.STRIP:
        return Inspected(media_type, picture, is_stripped=True, findings=findings)
    return Inspected(media_type, content, findings=findings)
