"""What prescriptions are built of: people, medicines, orders, schedules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Json = dict[str, Any]
Number = int | Decimal

ATC = "http://www.whocc.no/atc"
EDQM = "http://standardterms.edqm.eu"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ISCO = "urn:oid:2.16.840.1.113883.2.9.6.2.7"
SMS = "https://spor.ema.europa.eu/v2/SubstanceDefinition"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
SUBSTITUTION = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution"
LU_PRODUCT = "urn:oid:1.3.182.5.48"
_IHE = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition"
_R5 = "http://hl7.org/fhir/5.0/StructureDefinition"
_BASE = "https://example.lu/fhir"
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

# Forms, packages and units of presentation of EDQM.
TABLET = (EDQM, "10219000", "Tablet")
FILM_COATED = (EDQM, "10221000", "Film-coated tablet")
BOX = (EDQM, "30009000", "Box")
BLISTER = (EDQM, "30007000", "Blister")
BOTTLE = (EDQM, "30008000", "Bottle")
VIAL = (EDQM, "30069000", "Vial")
SYRINGE = (EDQM, "30051000", "Pre-filled syringe")
TUBE = (EDQM, "30067000", "Tube")
ORAL = (EDQM, "20053000", "Oral use")


def coding(system: str, code: str, display: str) -> Json:
    """One coding."""
    return {"system": system, "code": code, "display": display}


def concept(*codings: tuple[str, str, str], text: str = "") -> Json:
    """A CodeableConcept of codings, with a text of its own."""
    made: Json = {"coding": [coding(*one) for one in codings]} if codings else {}
    return {**made, "text": text} if text else made


def quantity(value: Number, unit: str, code: str = "", system: str = UCUM) -> Json:
    """A quantity; the unit of UCUM is its code where nothing else is said."""
    return {"value": value, "unit": unit, "system": system, "code": code or unit}


def pieces(value: Number, word: str = "tablet") -> Json:
    """So many of what is counted."""
    return quantity(value, word, "1")


def extension(name: str, value: Any, kind: str) -> Json:
    """An extension of IHE MPD."""
    return {"url": f"{_IHE}/ihe-ext-{name}", f"value{kind}": value}


def r5(name: str, value: Any, kind: str) -> Json:
    """An extension that brings an element of R5 to R4."""
    return {"url": f"{_R5}/extension-{name}", f"value{kind}": value}


def absent(reason: str = "unknown") -> Json:
    """Why an element has no value."""
    return {"extension": [{"url": DATA_ABSENT, "valueCode": reason}]}


# --- people ----------------------------------------------------------------------


def patient(**changes: Any) -> Json:
    """Our usual patient; ``None`` takes an element away."""
    made: Json = {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": [{"system": "urn:oid:1.3.182.4.4", "value": "1893120105732"}],
        "name": [{"use": "official", "family": "Example-Thill", "given": ["Nora"]}],
        "gender": "female",
        "birthDate": "1979-05-14",
        "address": [
            {
                "line": ["3, rue de l'Exemple"],
                "city": "Luxembourg",
                "postalCode": "1234",
                "country": "LU",
            }
        ],
        "telecom": [{"system": "phone", "value": "+352 27 00 00", "use": "home"}],
    }
    return _changed(made, changes)


def practitioner(**changes: Any) -> Json:
    """Our usual prescriber."""
    made: Json = {
        "resourceType": "Practitioner",
        "id": "doctor",
        "identifier": [{"system": "urn:oid:1.3.182.4.1", "value": "8800001"}],
        "name": [{"family": "Beispiel", "given": ["Tom"], "prefix": ["Dr"]}],
        "telecom": [{"system": "phone", "value": "+352 27 00 10", "use": "work"}],
    }
    return _changed(made, changes)


def organization(**changes: Any) -> Json:
    """The practice behind the prescriber."""
    made: Json = {
        "resourceType": "Organization",
        "id": "practice",
        "identifier": [{"system": "urn:oid:1.3.182.4.2", "value": "77"}],
        "name": "Cabinet médical de l'Exemple",
        "telecom": [{"system": "phone", "value": "+352 27 00 11", "use": "work"}],
        "address": [
            {
                "line": ["8, place du Test"],
                "city": "Esch-sur-Alzette",
                "postalCode": "4000",
                "country": "LU",
            }
        ],
    }
    return _changed(made, changes)


def role(**changes: Any) -> Json:
    """The prescriber in the practice."""
    made: Json = {
        "resourceType": "PractitionerRole",
        "id": "prescriber",
        "practitioner": {"reference": "Practitioner/doctor"},
        "organization": {"reference": "Organization/practice"},
        "code": [concept((ISCO, "2211", "Generalist medical practitioners"))],
    }
    return _changed(made, changes)


def people() -> list[Json]:
    """Everybody whom the usual prescription names."""
    return [patient(), role(), practitioner(), organization()]


# --- medicines -------------------------------------------------------------------


def ingredient(code: str, name: str, strength: Json | None = None, **more: Any) -> Json:
    """An active substance by its ATC code, with so much per unit of the form."""
    made: Json = {
        "itemCodeableConcept": concept((ATC, code, name)),
        "isActive": True,
        **more,
    }
    return {**made, "strength": strength} if strength else made


def strength(value: Number, unit: str, per: Number = 1, per_unit: str = "1") -> Json:
    """So much in so much."""
    return {
        "numerator": quantity(value, unit),
        "denominator": quantity(per, per_unit),
    }


def pack(
    count: Number, form: tuple[str, str, str], word: str = "tablet", code: str = "1"
) -> Json:
    """So much in one package of a kind."""
    system, kind, display = form
    one = {"value": 1, "unit": display, "system": system, "code": kind}
    return {"numerator": quantity(count, word, code), "denominator": one}


def medication(**changes: Any) -> Json:
    """Our usual medicine: a brand of amlodipine, a box of 30 tablets."""
    made: Json = {
        "resourceType": "Medication",
        "id": "medicine",
        "code": concept((LU_PRODUCT, "0500123", "Amlodix 5 mg"), text="Amlodix 5 mg"),
        "form": concept(TABLET),
        "amount": pack(30, BOX),
        "ingredient": [ingredient("C08CA01", "amlodipine", strength(5, "mg"))],
        "extension": [
            extension(
                "medication-classification",
                concept((ATC, "C08CA01", "amlodipine")),
                "CodeableConcept",
            )
        ],
    }
    return _changed(made, changes)


# --- orders ----------------------------------------------------------------------


def request(**changes: Any) -> Json:
    """Our usual order: one package, one tablet a day, substitution allowed."""
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": "order",
        "identifier": [{"system": "urn:oid:1.3.182.99.5", "value": "rx-100"}],
        "status": "active",
        "intent": "order",
        "medicationReference": {"reference": "Medication/medicine"},
        "subject": {"reference": "Patient/patient"},
        "authoredOn": "2026-02-03T09:15:00+01:00",
        "requester": {"reference": "PractitionerRole/prescriber"},
        "dosageInstruction": [dosage()],
        "dispenseRequest": supply(1),
        "substitution": {"allowedBoolean": True},
    }
    return _changed(made, changes)


def supply(packages: Number | None, **more: Any) -> Json:
    """So many packages, as the overall amount."""
    if packages is None:
        return dict(more)
    amount = quantity(packages, "package", "1")
    return {
        "extension": [extension("medicationrequest-prescribedQuantity", amount, _Q)],
        **more,
    }


_Q = "Quantity"


def dosage(text: str = "1 tablet once a day", **changes: Any) -> Json:
    """One tablet once a day by mouth, unless something else is said."""
    made: Json = {
        "text": text,
        "timing": {"repeat": repeat(1, 1, "d")},
        "route": concept(ORAL),
        "doseAndRate": [{"doseQuantity": pieces(1)}],
    }
    return _changed(made, changes)


def repeat(frequency: int | None, period: Number, unit: str, **more: Any) -> Json:
    """So often in so long."""
    made: Json = {} if frequency is None else {"frequency": frequency}
    return {**made, "period": period, "periodUnit": unit, **more}


def for_days(days: int) -> Json:
    """Bounds of so many days."""
    return {"boundsDuration": quantity(days, "d")}


# --- bundles ---------------------------------------------------------------------


def bundle_of(kind: str, resources: list[Json]) -> Json:
    """Bundle resources with the usual people and medicine they do not bring."""
    own = {(one["resourceType"], one.get("id")) for one in resources}
    usual = [*people(), medication()]
    known = resources + [
        one for one in usual if (one["resourceType"], one["id"]) not in own
    ]
    entries = [_entry(one, kind) for one in known if not one.pop("_left_out", False)]
    made: Json = {"resourceType": "Bundle", "id": "prescription", "type": kind}
    if kind == "document":
        made["identifier"] = {"system": "urn:oid:1.3.182.99.2", "value": "doc-1"}
        made["timestamp"] = "2026-02-03T09:16:00+01:00"
    if kind == "searchset":
        made["total"] = sum(one["resourceType"] == "MedicationRequest" for one in known)
    return {**made, "entry": entries}


def left_out(kind: str, identity: str) -> Json:
    """Keep one of the usual resources out of the Bundle."""
    return {"resourceType": kind, "id": identity, "_left_out": True}


def _entry(resource: Json, kind: str) -> Json:
    made: Json = {
        "fullUrl": f"{_BASE}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
    }
    if kind == "searchset":
        is_match = resource["resourceType"] == "MedicationRequest"
        made["search"] = {"mode": "match" if is_match else "include"}
    return made


def _changed(made: Json, changes: Json) -> Json:
    merged = {**made, **changes}
    return {key: value for key, value in merged.items() if value is not None}
