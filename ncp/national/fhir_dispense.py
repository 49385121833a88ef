"""A dispensation from abroad as the MedicationDispense that the register holds.

Spec: HL7 FHIR R4 MedicationDispense / HL7 Europe MPD 1.0 MedicationDispense-eu-mpd
(performer and quantity 1..1, extension recorded) / sheet of eD mappings: packages are
counted, a substitution is told.
"""

from __future__ import annotations

from typing import Any, Final

from ncp.national.dispensing import NationalDispensation
from ncp.national.fhir_json import Resource
from transformations.cda.plain_facts import Code
from transformations.medication.product_facts import Product
from trust.identifiers import URN_OID

# RFC 3986 §1: the system of identifiers that are URIs themselves.
KEY_SYSTEM: Final = "urn:ietf:rfc:3986"
UCUM: Final = "http://unitsofmeasure.org"
_RECORDED: Final = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded"
)
_UTC: Final = "%Y-%m-%dT%H:%M:%SZ"


def medication_dispense(dispensation: NationalDispensation) -> Resource:
    """Make the resource; it says what the document says, and who said it."""
    facts = dispensation.facts
    return {
        "resourceType": "MedicationDispense",
        "identifier": [
            {"system": KEY_SYSTEM, "value": dispensation.key},
            _identifier(facts.document_id),
        ],
        "extension": [
            {
                "url": _RECORDED,
                "valueDateTime": dispensation.moment.strftime(_UTC),
            }
        ],
        "status": "completed",
        "medicationCodeableConcept": _concept(facts.dispensed),
        "subject": {"reference": dispensation.patient.source},
        "performer": [{"actor": {"display": _dispenser(dispensation)}}],
        "authorizingPrescription": [
            {
                "reference": dispensation.prescription.source_id,
                "identifier": _identifier(dispensation.prescription.identifier),
            }
        ],
        "quantity": {"value": facts.packages, "system": UCUM, "code": "1"},
        "whenHandedOver": facts.handed_over,
        "substitution": {"wasSubstituted": facts.is_substituted},
    }


def _dispenser(dispensation: NationalDispensation) -> str:
    """Name who handed it over, as far as is known."""
    who = dispensation.dispenser
    told = (who.name, who.organization, who.locality, dispensation.country)
    return ", ".join(filter(None, told))


def _identifier(written: str) -> dict[str, str]:
    """Write ``root^extension``, or a root alone, as an Identifier."""
    root, _, extension = written.partition("^")
    if extension:
        return {"system": f"{URN_OID}{root}", "value": extension}
    return {"system": KEY_SYSTEM, "value": f"{URN_OID}{root}"}


def _concept(product: Product) -> dict[str, Any]:
    codes = (product.code, product.package, product.atc)
    coding = [_coding(each) for each in codes if each is not None]
    text = {"text": product.name} if product.name else {}
    return {**({"coding": coding} if coding else {}), **text}


def _coding(code: Code) -> dict[str, str]:
    coding = {"system": f"{URN_OID}{code.system}", "code": code.code}
    return {**coding, **({"display": code.display} if code.display else {})}
