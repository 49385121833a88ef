"""May these bytes be shown? PDFs and images looked into before anybody opens them.

It knows nothing of CDA or FHIR, so that a child with few imports can do it.
"""

from transformations.inspection.apart import inspect_apart
from transformations.inspection.inspected import Inspected, Inspector, Remark
from transformations.inspection.looking import inspect
from transformations.inspection.media_types import MediaType, media_type_of
from transformations.inspection.policy import (
    REFUSING,
    STRICT,
    STRIPPING,
    Danger,
    Handling,
    InspectionPolicy,
    Limits,
)
from transformations.inspection.refusal import OriginalRefused
from transformations.inspection.sniffing import sniff

__all__ = [
    "REFUSING",
    "STRICT",
    "STRIPPING",
    "Danger",
    "Handling",
    "Inspected",
    "InspectionPolicy",
    "Inspector",
    "Limits",
    "MediaType",
    "OriginalRefused",
    "Remark",
    "inspect",
    "inspect_apart",
    "media_type_of",
    "sniff",
]
