"""Looks into an original document before it is sent or shown.

Whoever opens a PDF on a ward trusts it as a picture of paper. So it must be one: of the
type it says, of a size that can be shown, and without anything that acts. What is found
is told as findings; what the policy does not accept is taken out, or the document is
refused.

Spec: ISO 32000-1 / PNG (W3C) / ITU-T T.81 / eHDSI OrCD (media types of each type).
"""

from __future__ import annotations

from transformations.inspection.inspected import Inspected
from transformations.inspection.media_types import Kind, MediaType, are_carried
from transformations.inspection.policy import InspectionPolicy
from transformations.inspection.refusal import OriginalRefused
from transformations.inspection.sniffing import sniff


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
    # The readers are large, and where a child looks they are needed in it alone.
    if media_type is MediaType.PDF:
        from transformations.inspection.pdfs import inspect_pdf  # noqa: PLC0415

        return inspect_pdf(content, policy)
    from transformations.inspection.images import inspect_image  # noqa: PLC0415

    return inspect_image(content, media_type, policy)


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
