"""How it is ordered: groups, repeats, validity, substitution, reasons, states."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.corpus.prescriptions.case import Case, Lacks
from tests.corpus.prescriptions.parts import (
    ATC,
    BOX,
    EDQM,
    ICD_10,
    SUBSTITUTION,
    Json,
    concept,
    dosage,
    extension,
    for_days,
    ingredient,
    medication,
    pack,
    pieces,
    quantity,
    r5,
    repeat,
    request,
    strength,
    supply,
)

_CAPSULE = (EDQM, "10210000", "Capsule, hard")
_GROUP = {"system": "urn:oid:1.3.182.99.6", "value": "rx-group-9"}


def ordered(name: str, why: str, lacks: Lacks | None = None, **changes: Any) -> Case:
    """A case that is about one order of the usual medicine."""
    return Case(name, why, (request(**changes),), lacks=lacks)


def _item(number: int, medicine: str, **changes: Any) -> Json:
    made: Json = {
        "id": f"item-{number}",
        "identifier": [{"system": "urn:oid:1.3.182.99.5", "value": f"rx-9-{number}"}],
        "groupIdentifier": dict(_GROUP),
        "medicationReference": {"reference": f"Medication/{medicine}"},
        **changes,
    }
    return request(**made)


def _tablets(identity: str, code: str, name: str, milligrams: int) -> Json:
    return medication(
        id=identity,
        code=concept(text=f"{name} {milligrams} mg"),
        form=concept(_CAPSULE),
        amount=pack(28, BOX, "capsule"),
        ingredient=[ingredient(code, name, strength(milligrams, "mg"))],
        extension=[
            extension(
                "medication-classification",
                concept((ATC, code, name)),
                "CodeableConcept",
            )
        ],
    )


def _daily(text: str, tablets: int, days: int) -> list[Json]:
    return [
        dosage(
            text,
            timing={"repeat": repeat(1, 1, "d", **for_days(days))},
            doseAndRate=[{"doseQuantity": pieces(tablets)}],
        )
    ]


_MYELOMA = {"reasonCode": [concept((ICD_10, "C90.0", "Multiple myeloma"))]}
_CYCLE = (
    _tablets("thalidomide", "L04AX02", "thalidomide", 50),
    _tablets("melphalan", "L01AA03", "melphalan", 2),
    _tablets("prednisone", "H02AB07", "prednisone", 50),
    _item(
        1,
        "thalidomide",
        intent="option",
        dosageInstruction=_daily("4 capsules a day for 42 days", 4, 42),
        dispenseRequest=supply(6),
        **_MYELOMA,
    ),
    _item(
        2,
        "melphalan",
        intent="option",
        dosageInstruction=_daily("4 capsules a day for 4 days", 4, 4),
        **_MYELOMA,
    ),
    _item(
        3,
        "prednisone",
        intent="option",
        dosageInstruction=_daily("3 capsules a day for 4 days", 3, 4),
        **_MYELOMA,
    ),
    {
        "resourceType": "RequestGroup",
        "id": "cycle",
        "groupIdentifier": dict(_GROUP),
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/patient"},
        "action": [
            {"resource": {"reference": f"MedicationRequest/item-{number}"}}
            for number in (1, 2, 3)
        ],
    },
)
_PAIR = (
    _tablets("aciclovir", "J05AB11", "valaciclovir", 500),
    _tablets("amoxicillin", "J01CA04", "amoxicillin", 875),
    _item(1, "aciclovir", reasonCode=[concept((ICD_10, "B00.9", "Herpes"))]),
    _item(2, "amoxicillin", reasonCode=[concept((ICD_10, "J32.0", "Sinusitis"))]),
)

_GROUPS = (
    Case(
        "three-items-orchestrated",
        "MPD 100A: three items of one cycle under a RequestGroup",
        _CYCLE,
        items=3,
    ),
    Case(
        "two-items-by-group-identifier",
        "MPD 200A: two items that share an identifier and nothing else",
        _PAIR,
        items=2,
    ),
    Case(
        "two-items-without-a-group",
        "two prescriptions that were merely sent together",
        tuple(
            {k: v for k, v in one.items() if k != "groupIdentifier"} for one in _PAIR
        ),
        items=2,
    ),
    ordered(
        "changing-dose-to-the-vial",
        "MPD 400C: a dose that changes, and an overall amount in vials",
        Lacks.PACKAGES,
        dosageInstruction=[
            dosage(
                "1500 mg every 8 hours for 3 days",
                sequence=1,
                timing={"repeat": repeat(1, 8, "h", **for_days(3))},
                doseAndRate=[{"doseQuantity": quantity(1500, "mg")}],
            ),
            dosage(
                "then 750 mg every 8 hours for 4 days",
                sequence=2,
                timing={"repeat": repeat(1, 8, "h", **for_days(4))},
                doseAndRate=[{"doseQuantity": quantity(750, "mg")}],
            ),
        ],
        dispenseRequest={
            "extension": [
                extension(
                    "medicationrequest-prescribedQuantity",
                    quantity(21, "Vial", "15060000", EDQM),
                    "Quantity",
                )
            ]
        },
    ),
)

_AMOUNTS = (
    ordered(
        "quantity-in-packages",
        "packages as the quantity of a dispensation",
        dispenseRequest={"quantity": quantity(2, "package", "1")},
    ),
    ordered(
        "tablets-that-fill-packages",
        "tablets that are just three packages",
        dispenseRequest={"quantity": quantity(90, "tablet", "1")},
    ),
    ordered(
        "tablets-that-fill-none",
        "tablets that are no whole number of packages: never rounded",
        Lacks.PACKAGES,
        dispenseRequest={"quantity": quantity(50, "tablet", "1")},
    ),
    ordered(
        "no-quantity",
        "an order that does not say how much",
        Lacks.PACKAGES,
        dispenseRequest=None,
    ),
    ordered(
        "part-of-a-package",
        "one and a half packages",
        Lacks.PACKAGES,
        dispenseRequest=supply(Decimal("1.5")),
    ),
    ordered(
        "repeats",
        "may be dispensed again three times, a month apart",
        dispenseRequest=supply(
            1,
            numberOfRepeatsAllowed=3,
            dispenseInterval=quantity(30, "d"),
            expectedSupplyDuration=quantity(30, "d"),
        ),
    ),
    ordered(
        "validity",
        "to be dispensed between two dates",
        dispenseRequest=supply(
            1, validityPeriod={"start": "2026-02-03", "end": "2026-05-03"}
        ),
    ),
)

_SUBSTITUTIONS = (
    ordered(
        "substitution-forbidden",
        "no other product, and why",
        substitution={
            "allowedBoolean": False,
            "reason": concept(text="Reacted to the colour of another brand"),
        },
    ),
    ordered(
        "substitution-generic",
        "a generic product may be given",
        substitution={
            "allowedCodeableConcept": concept((SUBSTITUTION, "G", "generic"))
        },
    ),
    ordered(
        "substitution-therapeutic",
        "another medicine for the same purpose may be given",
        substitution={
            "allowedCodeableConcept": concept((SUBSTITUTION, "TE", "therapeutic"))
        },
    ),
    ordered(
        "substitution-none-as-code",
        "no other product, said by a code",
        substitution={"allowedCodeableConcept": concept((SUBSTITUTION, "N", "none"))},
    ),
    ordered(
        "substitution-of-another-kind",
        "a kind of substitution that the value set of CDA has not",
        substitution={
            "allowedCodeableConcept": concept((SUBSTITUTION, "F", "formulary"))
        },
    ),
    ordered("substitution-not-told", "nothing about substitution", substitution=None),
)

_REASONS = (
    ordered(
        "reason-as-a-diagnosis",
        "why, as a code of ICD-10",
        reasonCode=[concept((ICD_10, "I10", "Essential (primary) hypertension"))],
    ),
    Case(
        "reason-as-a-condition",
        "why, as a Condition beside the order",
        (
            request(reasonReference=[{"reference": "Condition/why"}]),
            {
                "resourceType": "Condition",
                "id": "why",
                "code": concept((ICD_10, "E11", "Type 2 diabetes mellitus")),
                "subject": {"reference": "Patient/patient"},
            },
        ),
    ),
    ordered(
        "reason-in-words",
        "why, in words, twice",
        reasonCode=[{"text": "High blood pressure"}, {"text": "and a weak heart"}],
    ),
    ordered(
        "notes",
        "words for the pharmacist",
        note=[
            {"text": "Please explain the device."},
            {"text": "Call me before another strength is given."},
        ],
    ),
    ordered(
        "off-label",
        "for what the product is not approved for",
        extension=[extension("offLabel", True, "Boolean")],
    ),
    ordered(
        "treatment-period",
        "from when to when it is taken, which R5 has an element for",
        extension=[
            r5(
                "MedicationRequest.effectiveDosePeriod",
                {"start": "2026-02-04", "end": "2026-03-04"},
                "Period",
            )
        ],
    ),
    ordered(
        "category-and-course",
        "what CDA has no place for: category, course, insurance, priority",
        category=[concept(text="Community")],
        courseOfTherapyType=concept(text="Long term"),
        priority="urgent",
        reportedBoolean=False,
    ),
)

_STATES = (
    ordered(
        "completed",
        "an order that was filled: it is no offer to dispense",
        status="completed",
    ),
    ordered("on-hold", "an order that waits", Lacks.ORDER, status="on-hold"),
    ordered(
        "cancelled", "an order that was withdrawn", Lacks.ORDER, status="cancelled"
    ),
    ordered("draft", "an order that nobody has signed", Lacks.ORDER, status="draft"),
    ordered("a-proposal", "a proposal and no order", Lacks.ORDER, intent="proposal"),
    ordered(
        "not-to-be-taken",
        "an order that the medicine be not taken",
        Lacks.ORDER,
        doNotPerform=True,
    ),
    ordered(
        "entered-in-error",
        "an order that should never have been",
        Lacks.ORDER,
        status="entered-in-error",
    ),
)

ORDERS: tuple[Case, ...] = (*_GROUPS, *_AMOUNTS, *_SUBSTITUTIONS, *_REASONS, *_STATES)
