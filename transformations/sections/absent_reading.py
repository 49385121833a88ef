"""Statements of absence read from CDA, and the resources that make them in FHIR.

Spec: eHDSI value sets 42.47 to 42.51, before Wave 5 also SNOMED CT / IPS 1.1 and 2.0.1,
EPS 1.0.0: a resource whose code is the statement, in both vocabularies.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping.absence import SAYS_NOTHING
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.context import Context
from transformations.mapping.ledger import Site
from transformations.mapping.section import AbsentReader
from transformations.sections.codes import (
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    CONDITION_CLINICAL,
)
from transformations.sections.labels import LABELS
from transformations.terminology import (
    Absence,
    AbsenceKind,
    SectionCode,
    absence_codings,
    absence_of_code,
    absence_statement,
    uri_of,
)

_NOTHING_KNOWN = SAYS_NOTHING | {"UNK"}
_STATEMENT = Site("statement of absence", "code")


def read_absence_at(
    section: SectionCode, *places: str, by_flavor: bool = False
) -> AbsentReader:
    """Make the reader of an absence whose code stands at one of some CDA paths.

    Parameters
    ----------
    by_flavor
        An element there that has no code but a ``nullFlavor`` states that nothing is
        known, as documents of the first waves wrote it; whether they meant that there
        is nothing, the flavor does not tell.
    """
    paths = [parse_cda_path(place, class_of("Section")) for place in places]

    def read(shell: CdaNode, cx: Context) -> Absence | None:
        for path in paths:
            for chain in path.find_chains(shell):
                absence = _absence(section, chain[-1], cx, by_flavor=by_flavor)
                if absence is not None:
                    cx.book_chain(chain, path.steps)
                    return absence
        return None

    return read


def _absence(
    section: SectionCode, node: CdaNode, cx: Context, *, by_flavor: bool
) -> Absence | None:
    """Read what one element states; booked where it is an absence."""
    cx.site = _STATEMENT
    code, system = (node.attributes.get(name, "") for name in ("code", "codeSystem"))
    absence = absence_of_code(section, uri_of(system), code)
    if absence is not None:
        cx.derive(node, "@code")
        cx.derive(node, "@codeSystem")
        return absence
    if _is_in_words(node, cx):
        cx.derive(node, "@nullFlavor")
        return absence_statement(section, AbsenceKind.IN_WORDS_ONLY)
    flavor = "" if node.children else node.attributes.get("nullFlavor")
    if by_flavor and flavor in _NOTHING_KNOWN:
        cx.derive(node, "@nullFlavor")
        return absence_statement(section, AbsenceKind.NO_INFORMATION)
    return None


def _is_in_words(node: CdaNode, cx: Context) -> bool:
    """Whether it is what we write where the text of a section says all there is.

    It is no thing of its kind that somebody has: an entry is demanded, and this says
    that there are only words.
    """
    if node.attributes.get("nullFlavor") != "OTH" or "code" in node.attributes:
        return False
    pointers = [
        pointer.attributes.get("value", "")
        for original in node.elements("originalText")
        for pointer in original.elements("reference")
    ]
    return any("-source-" in one or cx.words_at(one) in _SAID for one in pointers)


def _said_in_all_languages() -> frozenset[str]:
    words = absence_statement(SectionCode.PROBLEMS, AbsenceKind.IN_WORDS_ONLY).display
    return frozenset({words, *(labels.get(words, words) for labels in LABELS.values())})


_SAID = _said_in_all_languages()


def absent_resource(kind: str, absence: Absence, cx: CdaContext) -> dict[str, Any]:
    """Make the resource that says that there is nothing of its kind."""
    concept = {"coding": absence_codings(absence), "text": absence.display}
    resource: dict[str, Any] = {"resourceType": kind}
    if kind == "DeviceUseStatement":
        device = cx.make_resource({"resourceType": "Device", "type": concept})
        resource["device"] = {"reference": device}
    elif kind == "MedicationStatement":
        resource["medicationCodeableConcept"] = concept
    else:
        resource["code"] = concept
    subject = "patient" if kind == "AllergyIntolerance" else "subject"
    resource[subject] = {"reference": cx.patient}
    return {**resource, **_DEMANDED[kind]}


def _status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


# What FHIR and IPS demand of every resource of these types.
_UNKNOWN_TIME = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "not-applicable",
        }
    ]
}
_DEMANDED: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": {
        "clinicalStatus": _status(ALLERGY_CLINICAL, "active"),
        "verificationStatus": _status(ALLERGY_VERIFICATION, "confirmed"),
    },
    "Condition": {"clinicalStatus": _status(CONDITION_CLINICAL, "active")},
    "Procedure": {"status": "unknown", "_performedDateTime": _UNKNOWN_TIME},
    "DeviceUseStatement": {"status": "active", "_timingDateTime": _UNKNOWN_TIME},
    "MedicationStatement": {"status": "unknown", "_effectiveDateTime": _UNKNOWN_TIME},
}
