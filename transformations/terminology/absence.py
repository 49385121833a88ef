"""Statements that nothing is known, or that nothing is there, in all vocabularies.

CDA and IPS 1.1 use one code system; IPS 2.0 and EPS use SNOMED CT or an
``emptyReason``; documents before Wave 5 used other SNOMED CT codes.

Spec: eHDSI value sets 42.47 to 42.51 / IPS 2.0.1 Empty Sections and Missing Data /
FHIR R4 CodeSystem list-empty-reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from transformations.terminology.sections import SectionCode

ABSENT_UNKNOWN_OID = "2.16.840.1.113883.5.1150.1"
ABSENT_UNKNOWN_URI = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
SNOMED_CT_URI = "http://snomed.info/sct"


class AbsenceKind(StrEnum):
    """What an absence statement says."""

    KNOWN_ABSENCE = "known-absence"
    NO_INFORMATION = "no-information"
    IN_WORDS_ONLY = "in-words-only"


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence statement as CDA writes it.

    The absence of codes, not of facts, has no code of its own (``IN_WORDS_ONLY``): it
    is written as ``nullFlavor="OTH"`` that points at the words (the schema of CDA does
    not know ``UNC``); its code here only seeds ids.
    """

    section: SectionCode
    kind: AbsenceKind
    code: str
    display: str


def _pair(
    section: SectionCode, none: str, none_said: str, unknown: str, unknown_said: str
) -> tuple[Absence, Absence]:
    return (
        Absence(section, AbsenceKind.KNOWN_ABSENCE, none, none_said),
        Absence(section, AbsenceKind.NO_INFORMATION, unknown, unknown_said),
    )


_STATEMENTS: tuple[Absence, ...] = (
    *_pair(
        SectionCode.ALLERGIES,
        "no-known-allergies",
        "No known allergies",
        "no-allergy-info",
        "No information about allergies",
    ),
    *_pair(
        SectionCode.MEDICATIONS,
        "no-known-medications",
        "No known medications",
        "no-medication-info",
        "No information about medications",
    ),
    *_pair(
        SectionCode.PROBLEMS,
        "no-known-problems",
        "No known problems",
        "no-problem-info",
        "No information about problems",
    ),
    *_pair(
        SectionCode.PROCEDURES,
        "no-known-procedures",
        "No known procedures",
        "no-procedure-info",
        "No information about past history of procedures",
    ),
    *_pair(
        SectionCode.DEVICES,
        "no-known-devices",
        "No known devices in use",
        "no-device-info",
        "No information about devices",
    ),
    # Narrower than "no known allergies": they stand beside other allergies.
    Absence(
        SectionCode.ALLERGIES,
        AbsenceKind.KNOWN_ABSENCE,
        "no-known-medication-allergies",
        "No known medication allergies",
    ),
    Absence(
        SectionCode.ALLERGIES,
        AbsenceKind.KNOWN_ABSENCE,
        "no-known-environmental-allergies",
        "No known environmental allergies",
    ),
    Absence(
        SectionCode.ALLERGIES,
        AbsenceKind.KNOWN_ABSENCE,
        "no-known-food-allergies",
        "No known food allergies",
    ),
)

_BY_CODE = {statement.code: statement for statement in _STATEMENTS}
# The singular is what samples of all waves write.
_BY_CODE["no-known-procedure"] = _BY_CODE["no-known-procedures"]

_BY_SNOMED_CT = {
    "716186003": _BY_CODE["no-known-allergies"],
    "409137002": _BY_CODE["no-known-medication-allergies"],
    "429625007": _BY_CODE["no-known-food-allergies"],
    "428607008": _BY_CODE["no-known-environmental-allergies"],
    "787481004": _BY_CODE["no-known-medications"],
    "160245001": _BY_CODE["no-known-problems"],
    "787480003": _BY_CODE["no-known-procedures"],
    "787483001": _BY_CODE["no-known-devices"],
}

# What documents of the first waves wrote.
_BY_OLD_SNOMED_CT = {
    "160244002": _BY_CODE["no-known-allergies"],
    "182849000": _BY_CODE["no-known-medications"],
    "182904002": _BY_CODE["no-medication-info"],
}

_IN_WORDS = "Described in words only; read the text of this section"

# SNOMED CT "No information available": which information, the place says.
_NO_INFORMATION_AVAILABLE = "1287211007"

_EMPTY_REASONS = {
    "nilknown": AbsenceKind.KNOWN_ABSENCE,
    "notasked": AbsenceKind.NO_INFORMATION,
    "withheld": AbsenceKind.NO_INFORMATION,
    "unavailable": AbsenceKind.NO_INFORMATION,
    "notstarted": AbsenceKind.NO_INFORMATION,
    "closed": AbsenceKind.NO_INFORMATION,
}


def absence_statement(section: SectionCode, kind: AbsenceKind) -> Absence:
    """Return the statement a section makes when it has no entry to list."""
    if kind is AbsenceKind.IN_WORDS_ONLY:
        # To write "no information" there would deny what the words say.
        return Absence(section, kind, f"in-words-{section}", _IN_WORDS)
    return next(
        statement
        for statement in _STATEMENTS
        if statement.section is section and statement.kind is kind
    )


def absence_of_code(section: SectionCode, system: str, code: str) -> Absence | None:
    """Read a coding (FHIR system) as an absence statement of this section."""
    found: Absence | None = None
    if system == ABSENT_UNKNOWN_URI:
        found = _BY_CODE.get(code)
    elif system == SNOMED_CT_URI:
        if code == _NO_INFORMATION_AVAILABLE:
            return absence_statement(section, AbsenceKind.NO_INFORMATION)
        found = _BY_SNOMED_CT.get(code) or _BY_OLD_SNOMED_CT.get(code)
    return found if found is not None and found.section is section else None


def absence_codings(absence: Absence) -> list[dict[str, str]]:
    """Return an absence as FHIR codes: SNOMED CT as IPS 2.0 wants, and IPS 1.1."""
    codings = [
        {"system": SNOMED_CT_URI, "code": code}
        for code, statement in _BY_SNOMED_CT.items()
        if statement is absence
    ]
    own = {
        "system": ABSENT_UNKNOWN_URI,
        "code": absence.code,
        "display": absence.display,
    }
    return [*codings, own]


def absence_of_empty_reason(section: SectionCode, reason: str) -> Absence:
    """Read ``section.emptyReason``; what is not known to be nil is no information."""
    kind = _EMPTY_REASONS.get(reason, AbsenceKind.NO_INFORMATION)
    return absence_statement(section, kind)
