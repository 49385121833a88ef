"""Original clinical documents and PDFs: carried in a CDA, taken out, looked into."""

from transformations.original_documents.apart import inspect_apart
from transformations.original_documents.inspection import (
    Inspected,
    Inspector,
    inspect,
)
from transformations.original_documents.policy import (
    REFUSING,
    STRICT,
    STRIPPING,
    Danger,
    Handling,
    InspectionPolicy,
    Limits,
)
from transformations.original_documents.reading import (
    Envelope,
    EnvelopeFacts,
    holds_original,
    read_original,
)
from transformations.original_documents.refusal import OriginalRefused
from transformations.original_documents.sniffing import sniff
from transformations.original_documents.types import (
    DISCHARGE_REPORT,
    IMAGING_REPORT,
    LABORATORY_RESULT,
    MEDIA_TYPES_OF,
    MEDICAL_IMAGE,
    MediaType,
    media_type_of,
    type_of,
)
from transformations.original_documents.writing import original_to_cda

__all__ = [
    "DISCHARGE_REPORT",
    "IMAGING_REPORT",
    "LABORATORY_RESULT",
    "MEDIA_TYPES_OF",
    "MEDICAL_IMAGE",
    "REFUSING",
    "STRICT",
    "STRIPPING",
    "Danger",
    "Envelope",
    "EnvelopeFacts",
    "Handling",
    "Inspected",
    "InspectionPolicy",
    "Inspector",
    "Limits",
    "MediaType",
    "OriginalRefused",
    "holds_original",
    "inspect",
    "inspect_apart",
    "media_type_of",
    "original_to_cda",
    "read_original",
    "sniff",
    "type_of",
]
