"""Prescriptions as Luxembourg's own profiles have them.

Spec: simplifier.net/eprescriptionlux; the header is an assumption, see
:mod:`ncp.national.luxembourg.profiles`.
"""

from __future__ import annotations

from typing import Any

from tests.corpus.prescriptions.case import Case
from tests.corpus.prescriptions.parts import (
    LU_PRODUCT,
    Json,
    concept,
    dosage,
    left_out,
    medication,
    request,
)

_BASE = "https://www.esante.lu/fhir-spec/StructureDefinition"
NUMBER = {"system": "urn:oid:1.3.182.99.6", "value": "LU-2026-0001"}


def line(number: int, **changes: Any) -> Json:
    """One line, without what its header says for all."""
    made: Json = {
        "id": f"line-{number}",
        "identifier": [{"system": "urn:oid:1.3.182.99.5", "value": f"lu-1-{number}"}],
        "meta": {"profile": [f"{_BASE}/EPMedPrescriptionLine"]},
        **changes,
    }
    return request(**made)


def header(*numbers: int, **changes: Any) -> Json:
    """What holds lines together."""
    made: Json = {
        "resourceType": "CarePlan",
        "id": "ordonnance",
        "meta": {"profile": [f"{_BASE}/EPMedPrescription"]},
        "identifier": [dict(NUMBER)],
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/patient"},
        "created": "2026-02-03T09:15:00+01:00",
        "author": {"reference": "PractitionerRole/prescriber"},
        "activity": [
            {"reference": {"reference": f"MedicationRequest/line-{number}"}}
            for number in numbers
        ],
    }
    return {**made, **changes}


_BARE = {"authoredOn": None, "requester": None}
_PRODUCT = medication(
    identifier=[{"system": LU_PRODUCT, "value": "0500123"}],
    meta={"profile": [f"{_BASE}/EPMedicationDispensation"]},
)

LUXEMBOURG: tuple[Case, ...] = (
    Case("one-line", "a line that says everything itself", (line(1), _PRODUCT)),
    Case(
        "lines-under-a-header",
        "two lines whose date and prescriber stand in the header only",
        (
            header(1, 2),
            line(1, **_BARE),
            line(
                2,
                **_BARE,
                medicationReference={"reference": "Medication/other"},
                dosageInstruction=[dosage("1 comprimé le soir")],
            ),
            _PRODUCT,
            medication(
                id="other",
                code=concept((LU_PRODUCT, "0500456", "Bisopro 5 mg"), text="Bisopro"),
            ),
        ),
        items=2,
    ),
    Case(
        "line-of-its-own-date",
        "a line that says something else than its header",
        (header(1), line(1, authoredOn="2026-02-04T08:00:00+01:00"), _PRODUCT),
    ),
    Case(
        "header-for-some",
        "a header that names one of two lines",
        (header(1), line(1, **_BARE), line(2), _PRODUCT),
        items=2,
    ),
    Case(
        "code-without-identifier",
        "a product whose code is not repeated as its identifier",
        (line(1), medication()),
    ),
    Case(
        "not-of-the-list",
        "a product that has no code of Luxembourg",
        (
            line(
                1,
                medicationReference=None,
                medicationCodeableConcept=concept(text="Préparation magistrale"),
            ),
            left_out("Medication", "medicine"),
        ),
    ),
)
