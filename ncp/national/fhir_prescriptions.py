"""Prescriptions over any FHIR R4 server: searched by POST, read item by item.

Nothing the server returns is taken for granted: an item must be of the patient, and
bear the identifier that was asked. An item without an identifier under an OID is left
out, for no dispensation could name it.

Spec: HL7 FHIR R4 §3.1.1 (search), MedicationRequest, MedicationDispense / HL7 Europe
MPD 1.0 MedicationRequest-eu-mpd (identifier, groupIdentifier, validityPeriod).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

import simplejson

from ncp.national.fhir_client import FhirClient, escape
from ncp.national.fhir_document import (
    PDF_TYPES,
    find_attachment,
    is_about,
    unusable,
)
from ncp.national.fhir_failures import NotThere, nonsense
from ncp.national.fhir_fetch import fetch, private_of
from ncp.national.fhir_item import read_item
from ncp.national.fhir_json import Resource, as_list
from ncp.national.fhir_people import People
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription
from trust.identifiers import URN_OID

_REQUEST: Final = "MedicationRequest"
_DISPENSE: Final = "MedicationDispense"
_READ: Final = frozenset({"Medication", "Patient", "DocumentReference"})
# What has not happened, or is not to have happened.
_NO_DISPENSE: Final = frozenset(
    {"cancelled", "declined", "entered-in-error", "preparation"}
)


class PrescriptionHeaders(Protocol):
    """What holds the lines of a prescription together, in a country that has that."""

    def headed(
        self, patient: PatientRecord, lines: Sequence[Resource]
    ) -> tuple[list[Resource], list[Resource]]:
        """Return the lines, each with all that holds of it, and what told it."""
        ...


class FhirPrescriptionSource:
    """Lists with ``POST MedicationRequest/_search``."""

    def __init__(
        self, client: FhirClient, headers: PrescriptionHeaders | None = None
    ) -> None:
        self._client = client
        self._headers = headers

    def prescriptions(self, patient: PatientRecord) -> Sequence[Prescription]:
        """Return every item of the patient, newest first, whatever became of it."""
        found = self._search(patient, [("patient", patient.source)])
        dispensed = self._dispensed(patient)
        people = People(self._client, private_of(patient))
        items = [self._item(patient, each, dispensed, people) for each in found]
        told = [each for each in items if each is not None]
        return sorted(told, key=lambda each: each.authored, reverse=True)

    def current(self, patient: PatientRecord, identifier: str) -> Prescription | None:
        """Return the item of this identifier as it is now; None where there is none."""
        root, _, extension = identifier.partition("^")
        token = (
            f"{URN_OID}{root}|{escape(extension)}"
            if extension
            else f"urn:ietf:rfc:3986|{URN_OID}{root}"
        )
        found = self._search(patient, [("identifier", token)])
        dispensed = self._dispensed(patient) if found else Counter[str]()
        people = People(self._client, private_of(patient))
        items = [self._item(patient, each, dispensed, people) for each in found]
        fitting = [each for each in items if each and each.identifier == identifier]
        if len(fitting) > 1:
            raise nonsense("two prescriptions have the same identifier")
        return fitting[0] if fitting else None

    def content(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        """Return a Bundle in FHIR JSON: the item, and all that it refers to."""
        request, *headers = self._read(patient, prescription)
        around = [request, *headers, *self._around(patient, request)]
        base = self._client.base.url
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {
                    "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
                    "resource": each,
                }
                for each in around
            ],
        }
        return simplejson.dumps(bundle, use_decimal=True, ensure_ascii=False).encode()

    def pdf(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        """Return the national PDF of an item that has one."""
        reference = self._pdf_reference(patient, self._read(patient, prescription)[0])
        if reference is None:
            raise unusable("it has no PDF")
        attachment = find_attachment(reference, PDF_TYPES)
        return fetch(self._client, attachment, PDF_TYPES, private_of(patient))

    # --- asking ------------------------------------------------------------------

    def _search(
        self, patient: PatientRecord, parameters: Sequence[tuple[str, str]]
    ) -> list[Resource]:
        found = self._client.search(_REQUEST, parameters, private=private_of(patient))
        # The same resource may stand on two pages.
        lines = [
            each
            for each in {str(one["id"]): one for one in found}.values()
            if is_about(each, patient, self._client.base.url)
        ]
        return self._headed(patient, lines)[0]

    def _headed(
        self, patient: PatientRecord, lines: list[Resource]
    ) -> tuple[list[Resource], list[Resource]]:
        if self._headers is None or not lines:
            return lines, []
        return self._headers.headed(patient, lines)

    def _dispensed(self, patient: PatientRecord) -> Counter[str]:
        """Count the dispensations of each item."""
        found = self._client.search(
            _DISPENSE, [("patient", patient.source)], private=private_of(patient)
        )
        return Counter(
            name
            for each in found
            if each.get("status") not in _NO_DISPENSE
            for name in _targets(each.get("authorizingPrescription"))
        )

    def _read(
        self, patient: PatientRecord, prescription: Prescription
    ) -> list[Resource]:
        """Return the item, and behind it what holds its prescription together."""
        resource = self._client.read(
            _REQUEST,
            prescription.source_id.removeprefix(f"{_REQUEST}/"),
            private=private_of(patient),
        )
        if not is_about(resource, patient, self._client.base.url):
            raise unusable("it is a prescription of another patient")
        lines, headers = self._headed(patient, [resource])
        return [*lines, *headers]

    def _item(
        self,
        patient: PatientRecord,
        request: Resource,
        dispensed: Counter[str],
        people: People,
    ) -> Prescription | None:
        author = people.author(request.get("requester"), request)
        return read_item(
            request,
            self._medication(patient, request),
            dispensed=dispensed[f"{_REQUEST}/{request['id']}"],
            authors=() if author is None else (author,),
            has_pdf=self._pdf_reference(patient, request) is not None,
        )

    def _medication(self, patient: PatientRecord, request: Resource) -> Resource | None:
        return self._linked(patient, request, request.get("medicationReference"))

    def _linked(
        self, patient: PatientRecord, holder: Resource, reference: object
    ) -> Resource | None:
        """Return what a reference names: contained, or on the server."""
        name = next(_targets([reference]), "")
        if name.startswith("#"):
            return _contained(holder, name[1:])
        kind, _, logical_id = name.partition("/")
        if kind not in _READ:
            return None
        try:
            return self._client.read(kind, logical_id, private=private_of(patient))
        except NotThere:
            return None

    def _pdf_reference(
        self, patient: PatientRecord, request: Resource
    ) -> Resource | None:
        for reference in as_list(request.get("supportingInformation")):
            if "DocumentReference/" not in str(reference):
                continue
            found = self._linked(patient, request, reference)
            if (
                found is not None
                and is_about(found, patient, self._client.base.url)
                and find_attachment(found, PDF_TYPES) is not None
            ):
                return found
        return None

    def _around(self, patient: PatientRecord, request: Resource) -> Iterator[Resource]:
        """Yield what an item refers to: patient, medication and parts, people."""
        seen = {f"{_REQUEST}/{request['id']}"}
        people = People(self._client, private_of(patient))
        person = self._linked(patient, request, {"reference": patient.source})
        medications = self._medications(patient, request)
        circle = people.circle(request.get("requester"), request)
        for each in (person, *medications, *circle):
            if each is None:
                continue
            name = f"{each['resourceType']}/{each.get('id')}"
            if name not in seen:
                seen.add(name)
                yield each

    def _medications(
        self, patient: PatientRecord, request: Resource
    ) -> Iterator[Resource | None]:
        reference = request.get("medicationReference")
        if _is_contained(reference):
            return
        medication = self._medication(patient, request)
        yield medication
        for ingredient in as_list((medication or {}).get("ingredient")):
            part = ingredient.get("itemReference")
            if part is not None and not _is_contained(part):
                yield self._linked(patient, medication or {}, part)


def _is_contained(reference: object) -> bool:
    return any(each.startswith("#") for each in _targets([reference]))


def _contained(holder: Resource, identity: str) -> Resource | None:
    for each in as_list(holder.get("contained")):
        if isinstance(each, dict) and each.get("id") == identity:
            return each
    return None


def _targets(references: Any) -> Iterator[str]:
    for reference in as_list(references):
        name = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(name, str):
            head, _, tail = name.rpartition("/")
            yield f"{head.rpartition('/')[2]}/{tail}" if head else name
