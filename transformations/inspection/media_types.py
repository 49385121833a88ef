"""The media types that are carried inside a CDA, and in which documents.

Spec: eHDSI OrCD EH.1.8 to EH.1.11, the embedded PDFs EH.1.6 and EH.1.7 (Wave 8).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class MediaType(StrEnum):
    """What an embedded document can be."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Kind(Protocol):
    """What has to be known of a type of document to look into one."""

    @property
    def code(self) -> str:
        """Its code, such as ``11502-2``."""
        ...

    @property
    def name(self) -> str:
        """What it is called in a sentence, with hyphens."""
        ...


_PDF = frozenset({MediaType.PDF})
MEDIA_TYPES_OF_CODE = {
    "60591-5": _PDF,
    "57833-6": _PDF,
    "11502-2": _PDF,
    "34105-7": _PDF,
    "18748-4": _PDF,
    "x-clinical-image": frozenset({MediaType.PNG, MediaType.JPEG}),
}
"""The media types a document of a type may hold, by its code."""

# The Schematron of EH.1.11 asks for types that do not exist; the reference documents
# of the field, and IANA, say image/png and image/jpeg. Both are read.
_SPELLINGS = {
    **{media_type.value: media_type for media_type in MediaType},
    "application/png": MediaType.PNG,
    "application/jpeg": MediaType.JPEG,
    "application/jpg": MediaType.JPEG,
    "image/jpg": MediaType.JPEG,
}


def media_type_of(written: str | None) -> MediaType | None:
    """Return the media type that a document declares, in any spelling of the field."""
    plain = (written or "").partition(";")[0].strip().lower()
    return _SPELLINGS.get(plain)


def are_carried(kind: Kind) -> frozenset[MediaType]:
    """Return the media types that documents of a type may hold."""
    return MEDIA_TYPES_OF_CODE.get(kind.code, frozenset())
