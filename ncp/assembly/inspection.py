"""What may be inside documents, from the settings."""

from __future__ import annotations

from dataclasses import replace

from ncp.ihe.codes import ClassCode
from ncp.settings.model import DocumentsSettings
from transformations.original_documents import (
    REFUSING,
    STRICT,
    STRIPPING,
    InspectionPolicy,
    Limits,
)


def outgoing(settings: DocumentsSettings) -> InspectionPolicy:
    """Return what may leave: documents are never changed, so a danger is refused."""
    return replace(REFUSING, limits=_limits(settings))


def incoming(settings: DocumentsSettings) -> InspectionPolicy:
    """Return what may be shown of documents from abroad."""
    is_strict = settings.active_content_from_abroad == "refuse"
    policy = STRICT if is_strict else STRIPPING
    return replace(policy, limits=_limits(settings))


def _limits(settings: DocumentsSettings) -> Limits:
    return Limits(
        bytes_of={ClassCode.MEDICAL_IMAGE.value: settings.most_image_bytes},
        other_bytes=settings.most_bytes,
    )
