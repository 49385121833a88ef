"""Original clinical documents and PDFs: carried in a CDA, and taken out again."""

from transformations.original_documents.reading import (
    Envelope,
    EnvelopeFacts,
    holds_original,
    read_original,
)
from transformations.original_documents.types import (
    DISCHARGE_REPORT,
    EMBEDDING,
    IMAGING_REPORT,
    LABORATORY_RESULT,
    MEDICAL_IMAGE,
    type_of,
)
from transformations.original_documents.writing import original_to_cda

__all__ = [
    "DISCHARGE_REPORT",
    "EMBEDDING",
    "IMAGING_REPORT",
    "LABORATORY_RESULT",
    "MEDICAL_IMAGE",
    "Envelope",
    "EnvelopeFacts",
    "holds_original",
    "original_to_cda",
    "read_original",
    "type_of",
]
