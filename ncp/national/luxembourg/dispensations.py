"""Dispensations in the profiles of Luxembourg, and from them to MPD.

A dispensation abroad is written to the national system as a line whose product is the
one that was handed over. The profile wants of a product that its first identifier is
its code in Luxembourg; a product of another country has none, and that is said.

Spec: simplifier.net/eprescriptionlux EPMedDispenseLine, EPMedicationDispensation
(invariant val-medSameIdentifierDisp) / HL7 Europe MPD (R4) MedicationDispense.
"""

from __future__ import annotations

import copy

from ncp.national.luxembourg.prescriptions import (
    name_product,
    product_code,
    refer_by_url,
)
from ncp.national.luxembourg.profiles import (
    DISPENSE_LINE,
    DISPENSED_PRODUCT,
    PRESCRIPTION_LINE,
    Json,
    LuxembourgProfiles,
    Remark,
    Reshaped,
    claim,
    resources_of,
)

_MPD = "http://hl7.eu/fhir/mpd/StructureDefinition"
_DISPENSE = f"{_MPD}/MedicationDispense-eu-mpd"
_REQUEST = f"{_MPD}/MedicationRequest-eu-mpd"
_MEDICATION = f"{_MPD}/Medication-eu-mpd"


def dispensation_to_mpd(bundle: Json) -> Reshaped:
    """Bring a dispensation of Luxembourg to the shape of MPD."""
    made = copy.deepcopy(bundle)
    for kind, profile in (
        ("MedicationDispense", _DISPENSE),
        ("MedicationRequest", _REQUEST),
        ("Medication", _MEDICATION),
    ):
        for _, resource in resources_of(made, kind):
            claim(resource, profile)
    return Reshaped(made)


def dispensation_from_mpd(bundle: Json, profiles: LuxembourgProfiles) -> Reshaped:
    """Bring a dispensation of MPD to the profiles of Luxembourg."""
    made = copy.deepcopy(bundle)
    remarks = []
    dispensed = _dispensed(made)
    for place, medicine in resources_of(made, "Medication"):
        name_product(medicine)
        is_dispensed = any(medicine is one for one in dispensed)
        if not is_dispensed:
            claim(medicine)
        elif product_code(medicine) is None:
            claim(medicine)
            remarks.append(_foreign(place))
        else:
            claim(medicine, profiles.url(DISPENSED_PRODUCT))
    for _, line in resources_of(made, "MedicationRequest"):
        claim(line, profiles.url(PRESCRIPTION_LINE))
    refer_by_url(made)
    for _, line in resources_of(made, "MedicationDispense"):
        claim(line, profiles.url(DISPENSE_LINE))
        line.pop("id", None)
    return Reshaped(made, tuple(remarks))


def _foreign(place: str) -> Remark:
    return Remark(
        "product-not-of-luxembourg",
        place,
        "the product has no code among those dispensed in Luxembourg, which its "
        "profile demands; it is written without claiming the profile",
    )


def _dispensed(bundle: Json) -> list[Json]:
    """Return the Medications that dispensations name as what was handed over."""
    named = {
        str(line.get("medicationReference", {}).get("reference"))
        for _, line in resources_of(bundle, "MedicationDispense")
    }
    return [
        entry["resource"]
        for entry in bundle.get("entry") or ()
        if entry.get("resource", {}).get("resourceType") == "Medication"
        and (
            entry.get("fullUrl") in named
            or f"Medication/{entry['resource'].get('id')}" in named
        )
    ]
