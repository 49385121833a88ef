"""Who looks into documents, from the settings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ncp.ihe.codes import ClassCode
from ncp.settings.model import DocumentsSettings
from transformations.inspection import (
    REFUSING,
    STRICT,
    STRIPPING,
    InspectionPolicy,
    Inspector,
    Limits,
    inspect,
    inspect_apart,
)


def outgoing(settings: DocumentsSettings) -> Inspector:
    """Return who looks into what leaves: never changed, a danger is a refusal."""
    return _inspector(settings, REFUSING)


def incoming(settings: DocumentsSettings) -> Inspector:
    """Return who looks into what comes from abroad, before it is shown."""
    is_strict = settings.active_content_from_abroad == "refuse"
    return _inspector(settings, STRICT if is_strict else STRIPPING)


def _inspector(settings: DocumentsSettings, policy: InspectionPolicy) -> Inspector:
    look = inspect_apart if settings.inspect_in_child else inspect
    return partial(look, policy=replace(policy, limits=_limits(settings)))


def _limits(settings: DocumentsSettings) -> Limits:
    return Limits(
        bytes_of={ClassCode.MEDICAL_IMAGE.value: settings.most_image_bytes},
        other_bytes=settings.most_bytes,
    )
