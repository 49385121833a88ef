"""Looks into an original document before it is sent or shown.

Whoever opens a PDF on a ward trusts it as a picture of paper. So it must be one: of the
type it says, of a size that can be shown, and without anything that acts. What is found
is told as findings; what the policy does not accept is taken out, or the document is
refused.

Spec: ISO 32000-1 / PNG (W3C) / ITU-T T.81 / eHDSI OrCD (media types of each type).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pikepdf
from PIL import Image, UnidentifiedImageError

from transformations.inspection.inflation import refuse_bombs
from transformations.inspection.media_types import Kind, MediaType, are_carried
from transformations.inspection.pdf_dangers import dangers_of, strip
from transformations.inspection.policy import (
    Danger,
    Handling,
    InspectionPolicy,
)
from transformations.inspection.refusal import OriginalRefused
from transformations.inspection.sniffing import sniff

# Opening reads the head only; the limit of the policy is asked before anything else.
Image.MAX_IMAGE_PIXELS = None

_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found in a document, and what was done about it; never a value.

    Parameters
    ----------
    rule
        A stable name such as ``document-holds-script``.
    """

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """A document that may be shown.

    Attributes
    ----------
    content
        As it was sent, unless ``is_stripped``.
    findings
        What was found in it, and what was done about it.
    """

    media_type: MediaType
    content: bytes = field(repr=False)
    is_stripped: bool = False
    findings: tuple[Remark, ...] = ()


Inspector: TypeAlias = Callable[[bytes, MediaType | None, Kind], Inspected]
"""Looks into a document of a type, under a policy; raises OriginalRefused."""


def inspect(
    content: bytes,
    declared: MediaType | None,
    kind: Kind,
    policy: InspectionPolicy,
) -> Inspected:
    """Look into a document of a type.

    Parameters
    ----------
    declared
        What the sender says it is; None where they said nothing that is carried.

    Raises
    ------
    OriginalRefused
        It is not what it says, too large, broken, or dangerous beyond the policy.
    """
    media_type = _real_type(content, declared, kind)
    limit = policy.limits.of(kind.code)
    if len(content) > limit:
        raise OriginalRefused(
            "document-too-large",
            f"the document has {len(content):,} bytes; for its type {limit:,} are "
            "allowed",
        )
    if media_type is MediaType.PDF:
        return _inspect_pdf(content, policy)
    return _inspect_image(content, media_type, policy)


def _real_type(content: bytes, declared: MediaType | None, kind: Kind) -> MediaType:
    real = sniff(content)
    if real is None:
        raise OriginalRefused(
            "media-type-unknown", "the document is neither PDF nor PNG nor JPEG"
        )
    if declared is not real:
        raise OriginalRefused(
            "media-type-other-than-declared",
            f"the document is {real.value}, and its sender says something else",
        )
    if real not in are_carried(kind):
        raise OriginalRefused(
            "media-type-not-of-this-document",
            f"a {kind.name.replace('-', ' ')} does not come as {real.value}",
        )
    return real


# PDF --------------------------------------------------------------------------------


def _inspect_pdf(content: bytes, policy: InspectionPolicy) -> Inspected:
    refuse_bombs(content, policy.limits.inflated_bytes)
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            _check_extent(pdf, policy)
            return _judged(pdf, content, policy)
    except pikepdf.PasswordError:
        raise OriginalRefused(
            "pdf-needs-password", "the PDF cannot be opened without a password"
        ) from None
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, OriginalRefused):
            raise
        raise OriginalRefused("pdf-broken", "the PDF cannot be read") from None


def _check_extent(pdf: pikepdf.Pdf, policy: InspectionPolicy) -> None:
    limits = policy.limits
    if len(pdf.objects) > limits.objects:
        raise OriginalRefused(
            "pdf-too-many-objects", f"the PDF has more than {limits.objects:,} objects"
        )
    if not 0 < len(pdf.pages) <= limits.pages:
        raise OriginalRefused(
            "pdf-pages", f"the PDF has no page, or more than {limits.pages:,}"
        )


def _judged(pdf: pikepdf.Pdf, content: bytes, policy: InspectionPolicy) -> Inspected:
    dangers = dangers_of(pdf)
    findings = _findings(dangers, policy)
    stripped = {each for each in dangers if policy.of(each) is Handling.STRIP}
    if not stripped:
        return Inspected(MediaType.PDF, content, findings=findings)
    strip(pdf, stripped)
    saved = io.BytesIO()
    pdf.save(saved, encryption=False, deterministic_id=not pdf.is_encrypted)
    clean = saved.getvalue()
    _check_stripped(clean, stripped)
    return Inspected(MediaType.PDF, clean, is_stripped=True, findings=findings)


def _check_stripped(clean: bytes, stripped: set[Danger]) -> None:
    """Look again: what was to be taken out must be gone."""
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        if dangers_of(pdf) & stripped:
            raise OriginalRefused(
                "pdf-not-stripped", "a danger of the PDF could not be taken out"
            )


# Images -----------------------------------------------------------------------------


def _inspect_image(
    content: bytes, media_type: MediaType, policy: InspectionPolicy
) -> Inspected:
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
    findings = _findings({Danger.TRAILING_DATA}, policy)
    if policy.of(Danger.TRAILING_DATA) is Handling.STRIP:
        return Inspected(media_type, picture, is_stripped=True, findings=findings)
    return Inspected(media_type, content, findings=findings)


# Findings ---------------------------------------------------------------------------

_WORDS = {
    Danger.SCRIPT: "a script",
    Danger.ACTION: "an action that opens, sends or fetches something",
    Danger.LINK: "a link into the web",
    Danger.EMBEDDED_FILE: "an embedded file",
    Danger.MULTIMEDIA: "multimedia",
    Danger.EXTERNAL_CONTENT: "content that lies elsewhere",
    Danger.XFA_FORM: "a dynamic form (XFA)",
    Danger.ENCRYPTION: "encryption",
    Danger.TRAILING_DATA: "data behind its end",
    Danger.DAMAGE: "parts that cannot be read",
}
_DONE = {
    Handling.ACCEPT: "it was left in",
    Handling.STRIP: "it was taken out for showing",
}


def _findings(dangers: set[Danger], policy: InspectionPolicy) -> tuple[Remark, ...]:
    """Tell what was found; raise where the policy refuses one of it."""
    refused = sorted(each for each in dangers if policy.of(each) is Handling.REFUSE)
    if refused:
        told = ", ".join(_WORDS[each] for each in refused)
        raise OriginalRefused(
            f"document-holds-{refused[0].value}", f"the document holds {told}"
        )
    return tuple(
        Remark(
            f"document-holds-{danger.value}",
            f"the document holds {_WORDS[danger]}; {_DONE[policy.of(danger)]}",
        )
        for danger in sorted(dangers)
    )
