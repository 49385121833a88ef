"""Looks into a PDF: its extent, what acts in it, and that what was taken out is gone.

Spec: ISO 32000-1.
"""

from __future__ import annotations

import io

import pikepdf

from transformations.inspection.inflation import refuse_bombs
from transformations.inspection.inspected import Inspected, findings_of
from transformations.inspection.media_types import MediaType
from transformations.inspection.pdf_dangers import dangers_of, strip
from transformations.inspection.policy import Danger, Handling, InspectionPolicy
from transformations.inspection.refusal import OriginalRefused


def inspect_pdf(content: bytes, policy: InspectionPolicy) -> Inspected:
    """Look into a PDF; raises OriginalRefused."""
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
    findings = findings_of(dangers, policy)
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
