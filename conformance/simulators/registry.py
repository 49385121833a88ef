"""Registry answers of country A: errors, document entries and their codes.

Spec: IHE ITI TF-3 §4.2.3, §4.2.4 / eHDSI XCA profile (metadata).
Seen: OpenNCP puts a stack frame where a location belongs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from conformance.simulators.dialect import Dialect
from conformance.simulators.outcomes import Outcome
from conformance.simulators.soap import Body, fill, fresh_urn, part_of
from conformance.simulators.summary import CREATED, LANGUAGE, Origin, Summary
from trust.identifiers import PatientId

Code: TypeAlias = tuple[str, str, str, str]
"""Scheme, code, coding scheme and name."""

LOINC: Final = "2.16.840.1.113883.6.1"
PATIENT_SUMMARY: Final = "60591-5"
_STATUS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
_PARTIAL: Final = "urn:ihe:iti:2007:ResponseStatusType:"
_SEVERITY: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:"
_FRAME: Final = (
    "org.example.ncp.server.CrossGatewayService.answer(CrossGatewayService.java:214)"
)
_TITLE: Final = "Patient Summary"
_CODES: Final = (
    ("f4f85eac-e6cb-4883-b524-f2705394840f", "N", "2.16.840.1.113883.5.25", "Normal"),
    ("41a5887f-8865-4c09-adf7-e362475b143a", PATIENT_SUMMARY, LOINC, _TITLE),
    ("f0306f51-975f-434e-a61c-c59651d33983", PATIENT_SUMMARY, LOINC, _TITLE),
    (
        "cccf5598-8b07-4b77-a05e-ae952c785ead",
        "Not Used",
        "eHDSI Practice Setting Codes-Not Used",
        "Not Used",
    ),
)
_FACILITY: Final = "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
_FORMAT: Final = "a09d5840-386c-46f2-b5ad-9c3699a4309d"
_CODED: Final = (
    "urn:epSOS:ps:ps:2010",
    "eHDSI formatCodes",
    "epSOS coded Patient Summary",
)
_PDF: Final = ("urn:ihe:iti:xds-sd:pdf:2008", "IHE PCC", "PDF/A coded document")


def status_urn(status: str) -> str | None:
    """Return the URN of a status, None where the attribute is missing."""
    if not status:
        return None
    return f"{_PARTIAL if status == 'PartialSuccess' else _STATUS}{status}"


def error_list(folder: str, dialect: Dialect, outcome: Outcome) -> list[Body]:
    """Return the list of errors, as a family writes it; none where there is none."""
    if not outcome.code:
        return []
    errors = [
        fill(
            folder,
            "registry-error",
            code=code,
            text=outcome.text,
            severity=_SEVERITY + outcome.severity if outcome.severity else None,
            location="" if dialect is Dialect.GEMATIK else _FRAME,
        )
        for code in (*outcome.also, outcome.code)
    ]
    values = {
        "errors": [each.element for each in errors],
        "highest": _SEVERITY + (outcome.severity or "Error"),
    }
    return [part_of(folder, "registry-errors", values, *errors)]


def entries(
    folder: str,
    origin: Origin,
    patient: PatientId,
    listed: tuple[Summary, Summary],
    unique_ids: tuple[str, str],
    *,
    is_bare: bool,
) -> list[Body]:
    """Return the entries of a summary in both forms, and how they hang together."""
    names = (fresh_urn(), fresh_urn())
    found = [
        _entry(folder, origin, patient, summary, name, unique_id, is_bare=is_bare)
        for summary, name, unique_id in zip(listed, names, unique_ids, strict=True)
    ]
    coded, pdf = names
    transform = fill(
        folder, "iti38-transform", id=fresh_urn(), source=pdf, target=coded
    )
    return [*found, transform]


def _entry(
    folder: str,
    origin: Origin,
    patient: PatientId,
    summary: Summary,
    name: str,
    unique_id: str,
    *,
    is_bare: bool,
) -> Body:
    told = _codes_of(origin, is_pdf=summary.is_pdf)
    codes = classifications(folder, name, told)
    sha1 = hashlib.sha1(summary.content, usedforsecurity=False).hexdigest()
    level = "CDA L1 / PDF body" if summary.is_pdf else "CDA L3 / Structured body"
    values = {
        "entry": name,
        "home": origin.home,
        "patient": patient.cx,
        "size": "" if is_bare else str(len(summary.content)),
        "hash": "" if is_bare else sha1,
        "created": CREATED.strftime("%Y%m%d%H%M%S"),
        "repository": origin.home,
        "language": LANGUAGE,
        "description": f"The Patient Summary document ({level})",
        "classifications": [each.element for each in codes],
        "patient_identifier": fresh_urn(),
        "unique_identifier": fresh_urn(),
        "unique_id": unique_id,
    }
    return part_of(folder, "iti38-entry", values, *codes)


def _codes_of(origin: Origin, *, is_pdf: bool) -> Iterator[Code]:
    yield from _CODES
    country = str(origin.country)
    yield _FACILITY, country, "1.0.3166.1", country
    yield (_FORMAT, *(_PDF if is_pdf else _CODED))


def classifications(folder: str, entry: str, codes: Iterable[Code]) -> list[Body]:
    """Write the codes of an entry."""
    return [
        fill(
            folder,
            "classification",
            id=fresh_urn(),
            scheme=f"urn:uuid:{scheme}",
            entry=entry,
            code=code,
            coding_scheme=coding_scheme,
            name=name,
        )
        for scheme, code, coding_scheme, name in codes
    ]
