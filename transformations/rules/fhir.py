"""Judges a FHIR document: the structure of R4, then what IPS and EPS ask of a summary.

Spec: HL7 IPS 2.0.1 (Composition-uv-ips, Bundle-uv-ips) / HL7 Europe EPS 1.0.0 /
FHIR R4 §3.3 Documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from transformations.fhir import FhirDocument, Json, JsonObject, check_structure
from transformations.rules.findings import Report, RuleFinding, Severity

LOINC = "http://loinc.org"
SUMMARY = "60591-5"
_REQUIRED = {
    "10160-0": "medications",
    "48765-2": "allergies and intolerances",
    "11450-4": "problems",
}

Place = str
Broken = Callable[[FhirDocument], Iterator[Place]]


@dataclass(frozen=True, slots=True)
class FhirRule:
    """One rule: ``broken`` yields the places that do not keep it."""

    name: str
    severity: Severity
    message: str
    remedy: str
    broken: Broken


def validate_fhir(document: FhirDocument) -> Report:
    """Judge a document that was read: its structure, and the rules of summaries."""
    found = [
        RuleFinding(
            f"R4#{problem.rule}",
            Severity.ERROR,
            problem.path,
            f"{problem.sentence}.",
            "Correct the resource as FHIR R4 defines it.",
        )
        for problem in check_structure(document)
    ]
    rules = (
        RULES if _codes(document.composition.resource.get("type")) & {SUMMARY} else ()
    )
    for rule in (*DOCUMENT_RULES, *rules):
        found.extend(
            RuleFinding(rule.name, rule.severity, place, rule.message, rule.remedy)
            for place in rule.broken(document)
        )
    return Report.of(found)


def _codes(concept: Json, system: str = LOINC) -> set[str]:
    if not isinstance(concept, dict):
        return set()
    return {
        coding["code"]
        for coding in concept.get("coding") or ()
        if isinstance(coding, dict)
        and coding.get("system") == system
        and isinstance(coding.get("code"), str)
    }


def _lacks(*names: str) -> Broken:
    """Yield the elements of the Composition that are not there."""
    return lambda document: (
        f"{document.composition.path}.{name}"
        for name in names
        if not document.composition.resource.get(name)
    )


def _bundle_lacks(*names: str) -> Broken:
    return lambda document: (
        f"Bundle.{name}" for name in names if not document.bundle.get(name)
    )


def _url_missing(document: FhirDocument) -> Iterator[Place]:
    for entry in document.entries:
        if not entry.full_url:
            yield entry.path.removesuffix(".resource") + ".fullUrl"


def _url_twice(document: FhirDocument) -> Iterator[Place]:
    seen: set[str] = set()
    for entry in document.entries:
        if entry.full_url and entry.full_url in seen:
            yield entry.path.removesuffix(".resource") + ".fullUrl"
        seen.add(entry.full_url or "")


def _sections(document: FhirDocument) -> Iterator[tuple[Place, JsonObject]]:
    sections = document.composition.resource.get("section") or ()
    for number, section in enumerate(sections):
        if isinstance(section, dict):
            yield f"{document.composition.path}.section[{number}]", section


def _section_missing(document: FhirDocument) -> Iterator[Place]:
    present = {
        code for _, each in _sections(document) for code in _codes(each.get("code"))
    }
    for code in _REQUIRED:
        if code not in present:
            yield f"{document.composition.path}.section.where(code='{code}')"


def _section_empty(document: FhirDocument) -> Iterator[Place]:
    for place, section in _sections(document):
        is_required = _codes(section.get("code")) & set(_REQUIRED)
        if is_required and not section.get("entry") and not section.get("emptyReason"):
            yield f"{place}.entry"


def _section_lacks(name: str) -> Broken:
    return lambda document: (
        f"{place}.{name}"
        for place, section in _sections(document)
        if not section.get(name)
    )


def _entry_unresolved(document: FhirDocument) -> Iterator[Place]:
    for place, section in _sections(document):
        for number, entry in enumerate(section.get("entry") or ()):
            reference = entry.get("reference") if isinstance(entry, dict) else None
            if isinstance(reference, str) and not document.resolve(
                reference, document.composition
            ):
                yield f"{place}.entry[{number}].reference"


def _patient_lacks(*names: str) -> Broken:
    return lambda document: (
        f"{document.patient.path}.{name}"
        for name in names
        if not document.patient.resource.get(name)
        and not document.patient.resource.get(f"_{name}")
    )


_E, _W = Severity.ERROR, Severity.WARNING
DOCUMENT_RULES = (
    FhirRule(
        "document#bundle-identity",
        _E,
        "A document needs an identifier and a timestamp of its own.",
        "Give Bundle.identifier and Bundle.timestamp.",
        _bundle_lacks("identifier", "timestamp"),
    ),
    FhirRule(
        "document#full-url-missing",
        _E,
        "An entry of a document needs a fullUrl.",
        "Give each entry its absolute address, or urn:uuid.",
        _url_missing,
    ),
    FhirRule(
        "document#full-url-repeated",
        _E,
        "Two entries have the same fullUrl: references to it mean neither.",
        "Give each entry an address of its own.",
        _url_twice,
    ),
    FhirRule(
        "document#composition",
        _E,
        "The Composition lacks what every document has.",
        "Give status, type, date, author and title.",
        _lacks("status", "type", "date", "author", "title"),
    ),
)
RULES = (
    FhirRule(
        "summary#section-missing",
        _E,
        "A required section is not there (medications, allergies, problems).",
        "Add the section; where nothing is known, with a statement that says so.",
        _section_missing,
    ),
    FhirRule(
        "summary#section-empty",
        _E,
        "A required section has neither entries nor a reason why it is empty.",
        "Add a statement of known absence or of missing information.",
        _section_empty,
    ),
    FhirRule(
        "summary#section-text",
        _E,
        "A section has no narrative.",
        "Write section.text.",
        _section_lacks("text"),
    ),
    FhirRule(
        "summary#section-title",
        _E,
        "A section has no title.",
        "Write section.title.",
        _section_lacks("title"),
    ),
    FhirRule(
        "summary#entry-unresolved",
        _E,
        "An entry of a section names a resource that the document does not hold.",
        "Put the resource into the Bundle, or correct the reference.",
        _entry_unresolved,
    ),
    FhirRule(
        "summary#patient",
        _E,
        "The patient has no name or birth date.",
        "Give Patient.name and Patient.birthDate, or a data absent reason for it.",
        _patient_lacks("name", "birthDate"),
    ),
    FhirRule(
        "summary#patient-gender",
        _W,
        "The patient's gender is not said; other countries require it.",
        "Give Patient.gender; unknown is a gender too.",
        _patient_lacks("gender"),
    ),
    FhirRule(
        "summary#patient-identifier",
        _W,
        "The patient has no identifier: no gateway can tell whose document it is.",
        "Give the national identifier with its OID.",
        _patient_lacks("identifier"),
    ),
    FhirRule(
        "summary#custodian",
        _W,
        "No custodian is named; the European document requires one.",
        "Give Composition.custodian.",
        _lacks("custodian"),
    ),
)
