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
from transformations.patient_summary.codes import (
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    CONDITION_CLINICAL,
)
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
                node = chain[-1]
                code = node.attributes.get("code", "")
                system = node.attributes.get("codeSystem", "")
                absence = absence_of_code(section, uri_of(system), code)
                if absence is not None:
                    cx.book_chain(chain, path.steps)
                    _book(node, cx)
                    return absence
                if (
                    by_flavor
                    and not node.children
                    and node.attributes.get("nullFlavor") in _NOTHING_KNOWN
                ):
                    cx.book_chain(chain, path.steps)
                    cx.site = _STATEMENT
                    cx.derive(node, "@nullFlavor")
                    return absence_statement(section, AbsenceKind.NO_INFORMATION)
        return None

    return read


def _book(node: CdaNode, cx: Context) -> None:
    cx.site = _STATEMENT
    cx.derive(node, "@code")
    cx.derive(node, "@codeSystem")


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
