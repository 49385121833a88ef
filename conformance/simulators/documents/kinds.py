"""The kinds of documents that travel: their codes, names and formats.

Spec: eHDSI XCA profile (metadata).
Seen: OpenNCP 9 (``ClassCode``, ``XCAConstants``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOINC: Final = "2.16.840.1.113883.6.1"
_EHDSI: Final = "eHDSI formatCodes"


class Family(StrEnum):
    """What an answer about a document calls it: its codes differ by that."""

    SUMMARY = "summary"
    PRESCRIPTION = "prescription"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Format:
    """The form of a document: format code, its scheme and name."""

    code: str
    scheme: str
    name: str
    is_coded: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    Attributes
    ----------
    code
        Class and type code, in LOINC.
    mark
        What the German identifiers of its documents end in.
    """

    code: str
    title: str
    family: Family
    mark: str


PATIENT_SUMMARY: Final = Kind("60591-5", "Patient Summary", Family.SUMMARY, "PS")
PRESCRIPTION: Final = Kind(
    "57833-6", "eHDSI - ePrescription", Family.PRESCRIPTION, "eP"
)
LABORATORY: Final = Kind("11502-2", "OrCD Laboratory Report", Family.ORIGINAL, "LAB")
DISCHARGE: Final = Kind(
    "34105-7", "OrCD Hospital Discharge Summary", Family.ORIGINAL, "HDR"
)
IMAGING: Final = Kind(
    "18748-4", "OrCD Diagnostic Imaging Study", Family.ORIGINAL, "MIR"
)
IMAGE: Final = Kind("x-clinical-image", "OrCD Medical Image", Family.ORIGINAL, "IMG")
KINDS: Final = {
    each.code: each
    for each in (
        PATIENT_SUMMARY,
        PRESCRIPTION,
        LABORATORY,
        DISCHARGE,
        IMAGING,
        IMAGE,
    )
}

CODED_SUMMARY: Final = Format(
    "urn:epSOS:ps:ps:2010", _EHDSI, "epSOS coded Patient Summary", is_coded=True
)
CODED_PRESCRIPTION: Final = Format(
    "urn:epsos:ep:pre:2010", _EHDSI, "epSOS coded ePrescription", is_coded=True
)
PDF: Final = Format("urn:ihe:iti:xds-sd:pdf:2008", "IHE PCC", "PDF/A coded document")
ORIGINAL_PDF: Final = Format("urn:eHDSI:orcd:pdf:2021", _EHDSI, "PDF/A coded document")
ORIGINAL_PNG: Final = Format("urn:eHDSI:orcd:png:2021", _EHDSI, "PNG coded document")


def family_of(codes: tuple[str, ...]) -> Family | None:
    """Tell the family of the class codes of one question; None where it has none.

    Only kinds of original documents may be asked for together.
    """
    families = {KINDS[code].family if code in KINDS else None for code in codes}
    if len(codes) > 1 and families != {Family.ORIGINAL}:
        return None
    return next(iter(families), None)
