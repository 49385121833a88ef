"""A dispensation prepared from a prescription: a FHIR document of what was handed over.

The document repeats of the prescription what an eDispensation has to: the patient as
country A knows the patient, the ids, the product that was prescribed. All else of the
prescription stays with the prescription.

Spec: eHDSI eDispensation EH.1.2 (Wave 8): order/id, REFR with prescribed product /
HL7 Europe MPD MedicationDispense / FHIR R4 §3.3 Documents.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from transformations.edispensation.dispensed import (
    FUNCTION_WORDS,
    ISCO_08,
    SUBSTITUTION_WORDS,
    DispensedItem,
    Identifier,
    Json,
    Pharmacist,
    Pharmacy,
)
from transformations.edispensation.recorded import RECORDED
from transformations.eprescription.items import PrescriptionItem
from transformations.eprescription.source import document_of
from transformations.fhir import FhirBundle, FhirDocument, Located
from transformations.header.facts import EDISPENSATION_L3
from transformations.sections.codes import UCUM_URI
from transformations.terminology import SectionCode

_URLS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ncp-gateway:dispensation")
_LOINC = "http://loinc.org"
_SUBSTITUTION = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution"
# What of an order goes with a dispensation: who, which, and what was prescribed.
_OF_ORDER = ("identifier", "groupIdentifier", "medicationCodeableConcept")


class NotPrepared(ValueError):  # noqa: N818 - a verdict on what was given
    """The prescription lacks what a dispensation must repeat; the text says what."""


def prepare_dispensation(
    bundle: FhirBundle,
    prescribed: PrescriptionItem,
    item: DispensedItem,
    recorded: datetime,
    language: str = "en-GB",
) -> Json:
    """Make the FHIR document of a dispensation.

    Parameters
    ----------
    bundle
        The prescription, with its patient and medicines.
    prescribed
        Which item of it is dispensed, of
        :func:`~transformations.eprescription.items`.
    recorded
        When the dispensation is recorded; with a zone.
    language
        Of the document's own words, ``xx-YY``.

    Raises
    ------
    NotPrepared
        The item has no identifier, or names no medicine.
    NotFhir
        The item does not say whom it is for.
    """
    prescription = document_of(bundle, prescribed)
    order = prescribed.located
    made = _Document(item.identifier)
    patient = made.add("patient", _without_id(prescription.patient.resource))
    request = _request(prescription, order, patient, made)
    organization = made.add("pharmacy", _organization(item.pharmacy))
    role = _role(item.pharmacist, organization, made)
    dispense = _dispense(item, patient, role, recorded)
    dispense["authorizingPrescription"] = [
        {"reference": request, "identifier": _prescription_id(prescribed)}
    ]
    dispense["medicationReference"] = {"reference": _product(item, made)}
    entry = made.add("dispense", dispense)
    composition = _composition(patient, role, entry, recorded, language)
    return made.bundle(composition, recorded)


class _Document:
    """Collects the resources of one document under URLs made of its identifier."""

    def __init__(self, identifier: Identifier) -> None:
        self._identifier = identifier
        self._entries: list[Json] = []
        self._begun: set[str] = set()

    def url(self, role: str) -> str:
        """Return the URL of a resource by its role: same document, same URL."""
        return f"urn:uuid:{uuid.uuid5(_URLS, '|'.join((*self._identifier, role)))}"

    def begin(self, role: str) -> bool:
        """Whether nothing was made in this role yet."""
        is_first = role not in self._begun
        self._begun.add(role)
        return is_first

    def add(self, role: str, resource: Json) -> str:
        """Keep a resource; returns the URL to refer to it."""
        url = self.url(role)
        resource = {**resource, "id": url.removeprefix("urn:uuid:")}
        self._entries.append({"fullUrl": url, "resource": resource})
        return url

    def bundle(self, composition: Json, recorded: datetime) -> Json:
        """Return the document."""
        url = self.url("composition")
        first = {
            "fullUrl": url,
            "resource": {**composition, "id": url.removeprefix("urn:uuid:")},
        }
        return {
            "resourceType": "Bundle",
            "identifier": _identifier(self._identifier),
            "type": "document",
            "timestamp": recorded.isoformat(),
            "entry": [first, *self._entries],
        }


def _without_id(resource: Json) -> Json:
    skipped = {"id", "meta", "text", "generalPractitioner", "managingOrganization"}
    return copy.deepcopy({k: v for k, v in resource.items() if k not in skipped})


def _identifier(identifier: Identifier) -> Json:
    return {"system": identifier.system, "value": identifier.value}


def _prescription_id(prescribed: PrescriptionItem) -> Json:
    """Return the number of the prescription: of all its items, else of its only one."""
    number = prescribed.prescription_id
    if number is None or not number.system:
        raise NotPrepared(
            "the prescription has no identifier with a system, so country A could not "
            "know which one was dispensed"
        )
    return {"system": number.system, "value": number.value}


def _request(
    prescription: FhirDocument, order: Located, patient: str, made: _Document
) -> str:
    """Repeat the order: its ids, and what it prescribed."""
    source = order.resource
    request: Json = {
        "resourceType": "MedicationRequest",
        "status": source.get("status", "unknown"),
        "intent": source.get("intent", "order"),
        "subject": {"reference": patient},
        **{key: copy.deepcopy(source[key]) for key in _OF_ORDER if key in source},
    }
    reference = source.get("medicationReference")
    if isinstance(reference, dict):
        request["medicationReference"] = _copied(prescription, order, reference, made)
    if not request.keys() & {"medicationReference", "medicationCodeableConcept"}:
        raise NotPrepared("the prescription does not say which medicine it is for")
    return made.add("prescription", request)


def _copied(
    prescription: FhirDocument, holder: Located, reference: Json, made: _Document
) -> Json:
    """Copy a medicine and its parts; a reference that names nothing stays as it is."""
    name = reference.get("reference")
    located = prescription.resolve(name, holder) if isinstance(name, str) else None
    if located is None or located.type != "Medication":
        return copy.deepcopy(reference)
    role = f"prescribed {located.path}"
    if not made.begin(role):
        # It is there already, or it is a part of itself.
        return {"reference": made.url(role)}
    medicine = _without_id(located.resource)
    medicine.pop("contained", None)
    ingredients = medicine.get("ingredient")
    for ingredient in ingredients if isinstance(ingredients, list) else ():
        part = ingredient.get("itemReference") if isinstance(ingredient, dict) else None
        if isinstance(part, dict):
            ingredient["itemReference"] = _copied(prescription, located, part, made)
    maker = medicine.get("manufacturer")
    if isinstance(maker, dict) and "display" not in maker:
        del medicine["manufacturer"]
    elif isinstance(maker, dict):
        medicine["manufacturer"] = {"display": maker["display"]}
    return {"reference": made.add(role, medicine)}


def _product(item: DispensedItem, made: _Document) -> str:
    """Add the product that was handed over, with its parts and its lot."""
    product = _without_id(item.product)
    urls = {
        f"Medication/{part.get('id')}": made.add(f"part {index}", _without_id(part))
        for index, part in enumerate(item.parts)
    }
    for ingredient in product.get("ingredient") or ():
        part = ingredient.get("itemReference")
        if isinstance(part, dict) and part.get("reference") in urls:
            part["reference"] = urls[part["reference"]]
    batch: Json = {"lotNumber": item.lot} if item.lot else {}
    if item.expires is not None:
        batch["expirationDate"] = item.expires.isoformat()
    if batch:
        product["batch"] = batch
    return made.add("product", {**product, "resourceType": "Medication"})


def _telecom(phone: str, email: str) -> Iterator[Json]:
    for system, value in (("phone", phone), ("email", email)):
        if value:
            yield {"system": system, "value": value, "use": "work"}


def _listed(name: str, values: list[Any]) -> Json:
    return {name: values} if values else {}


def _organization(pharmacy: Pharmacy) -> Json:
    address: Json = {"country": pharmacy.country}
    for name, value in (
        ("line", list(pharmacy.lines)),
        ("postalCode", pharmacy.postal_code),
        ("city", pharmacy.city),
    ):
        if value:
            address[name] = value
    return {
        "resourceType": "Organization",
        "identifier": [_identifier(pharmacy.identifier)],
        "name": pharmacy.name,
        "address": [address],
        **_listed("telecom", list(_telecom(pharmacy.phone, pharmacy.email))),
    }


def _role(pharmacist: Pharmacist, organization: str, made: _Document) -> str:
    person = made.add(
        "pharmacist",
        {
            "resourceType": "Practitioner",
            "identifier": [_identifier(pharmacist.identifier)],
            "name": [{"family": pharmacist.family, "given": list(pharmacist.given)}],
            **_listed("telecom", list(_telecom(pharmacist.phone, pharmacist.email))),
        },
    )
    function = {
        "system": ISCO_08,
        "code": pharmacist.function.value,
        "display": FUNCTION_WORDS[pharmacist.function],
    }
    return made.add(
        "role",
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": person},
            "organization": {"reference": organization},
            "code": [{"coding": [function]}],
        },
    )


def _dispense(item: DispensedItem, patient: str, role: str, recorded: datetime) -> Json:
    return {
        "resourceType": "MedicationDispense",
        "extension": [{"url": RECORDED, "valueDateTime": recorded.isoformat()}],
        "identifier": [_identifier(item.identifier)],
        "status": "completed",
        "subject": {"reference": patient},
        "performer": [{"actor": {"reference": role}}],
        "quantity": {
            "value": item.packages,
            "unit": "package",
            "system": UCUM_URI,
            "code": "1",
        },
        "whenHandedOver": item.handed_over.isoformat(),
        **_listed("note", [{"text": item.remark}] if item.remark else []),
        "substitution": _substitution(item),
    }


def _substitution(item: DispensedItem) -> Json:
    if item.substitution is None:
        return {"wasSubstituted": False}
    kind = item.substitution.kind
    coding = {
        "system": _SUBSTITUTION,
        "code": kind.value,
        "display": SUBSTITUTION_WORDS[kind],
    }
    reason = item.substitution.reason
    return {
        "wasSubstituted": True,
        "type": {"coding": [coding]},
        **_listed("reason", [{"text": reason}] if reason else []),
    }


def _composition(
    patient: str, role: str, dispense: str, recorded: datetime, language: str
) -> Json:
    kind = {
        "system": _LOINC,
        "code": EDISPENSATION_L3.code,
        "display": EDISPENSATION_L3.display,
    }
    section = {"system": _LOINC, "code": SectionCode.DISPENSATION.value}
    return {
        "resourceType": "Composition",
        "language": language,
        "status": "final",
        "type": {"coding": [kind]},
        "subject": {"reference": patient},
        "date": recorded.isoformat(),
        "author": [{"reference": role}],
        "title": "eDispensation",
        "attester": [
            {
                "mode": "legal",
                "time": recorded.isoformat(),
                "party": {"reference": role},
            }
        ],
        "section": [
            {
                "code": {"coding": [section]},
                "title": "Dispensation",
                "entry": [{"reference": dispense}],
            }
        ],
    }
