"""The national register of dispensations over any FHIR R4 server.

A dispensation and the completion of its prescription are one transaction: the
MedicationDispense is created unless one of our key is there (``ifNoneExist``), the
MedicationRequest is replaced only in the version that was judged (``ifMatch``). Whoever
sends it again after it was done is told that the version is outdated, looks for our
key, and finds the first. What arrives late finds a newer version, and does nothing.

Taking back replaces both again, in their versions of that moment.

Spec: HL7 FHIR R4 §3.1.0.11 (transaction: all or nothing), §3.1.0.8.1 (conditional
create), MedicationDispense / HL7 Europe MPD 1.0 MedicationDispense-eu-mpd.
Assumption: the server takes transactions; the status after a discard is
``entered-in-error``, as no public profile says how it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import quote

from ncp.errors import NationalError, Refusal
from ncp.national.dispensing import Declined, NationalDispensation, Receipt, Written
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_dispense import KEY_SYSTEM, medication_dispense
from ncp.national.fhir_failures import Answer, NotThere, nonsense, refused
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource

UNDONE: Final = "entered-in-error"
_OUTDATED: Final = frozenset({409, 412})
# It read what we sent and will not have it, now or later.
_DECLINED: Final = frozenset({400, 404, 405, 410, 415, 422})
_ATTEMPTS: Final = 3
_DISPENSE: Final = "MedicationDispense"
_REQUEST: Final = "MedicationRequest"


class FhirDispensationRegister:
    """Writes by transaction, looks by ``POST MedicationDispense/_search``."""

    def __init__(
        self,
        client: FhirClient,
        shape: Callable[[Resource], Resource] = lambda dispense: dispense,
    ) -> None:
        self._client = client
        self._shape = shape

    def record(self, dispensation: NationalDispensation) -> Written:
        """Write a dispensation and complete its prescription, both or neither."""
        private = frozenset(each.extension for each in dispensation.patient.identifiers)
        named = dispensation.prescription
        request = self._read(_REQUEST, named.source_id, private)
        if request is None:
            return Declined(
                Refusal.PRESCRIPTION_UNKNOWN, "the prescription is there no more"
            )
        answer = self._client.transact(
            _transaction(
                _created(
                    self._shape(medication_dispense(dispensation)), dispensation.key
                ),
                _replaced({**request, "status": "completed"}, named.version),
            )
        )
        if answer.status in _OUTDATED:
            # It may be ours that made it so.
            return self.find(dispensation.key) or _outdated()
        return _declined(answer) or self._stands(dispensation.key)

    def find(self, key: str) -> Receipt | None:
        """Return what stands there under our key; None where nothing does now."""
        found = self._dispense(key)
        return None if found is None else _receipt(found)

    def undo(self, key: str, receipt: Receipt) -> Written:
        """Take a dispensation back and give the prescription free, both or neither."""
        for _ in range(_ATTEMPTS):
            dispense = self._dispense(key)
            if dispense is None:
                return Declined(
                    Refusal.DISPENSATION_UNKNOWN, "it stands in the register no more"
                )
            if dispense.get("status") == UNDONE:
                return _receipt(dispense)
            done = self._undone(dispense, receipt)
            if done is not None:
                return done
        return _outdated(Refusal.DISCARD_UNAVAILABLE)

    def _undone(self, dispense: Resource, receipt: Receipt) -> Written | None:
        """Take it back as it is now; None where it changed meanwhile."""
        request = self._read(_REQUEST, receipt.prescription, ())
        entries = [
            _replaced({**dispense, "status": UNDONE}, _version(dispense)),
        ]
        if request is not None and request.get("status") == "completed":
            # One that was stopped since stays stopped.
            entries.append(
                _replaced({**request, "status": "active"}, _version(request))
            )
        answer = self._client.transact(_transaction(*entries))
        if answer.status in _OUTDATED:
            return None
        declined = _declined(answer, Refusal.DISCARD_UNAVAILABLE)
        return declined or _receipt({**dispense, "status": UNDONE})

    def _stands(self, key: str) -> Receipt:
        found = self.find(key)
        if found is None:
            raise nonsense("a transaction that succeeded left nothing behind")
        return found

    def _dispense(self, key: str) -> Resource | None:
        found = self._client.search(_DISPENSE, [("identifier", f"{KEY_SYSTEM}|{key}")])
        ours = [each for each in found if _bears(each, key)]
        if len(ours) > 1:
            raise NationalError(
                Refusal.NATIONAL_UNAVAILABLE,
                "the register holds a dispensation twice",
                f"Two MedicationDispense bear the identifier {key}: find out which of "
                "them holds, and correct the register.",
            )
        return ours[0] if ours else None

    def _read(
        self, resource_type: str, source_id: str, private: Collection[str]
    ) -> Resource | None:
        logical_id = source_id.removeprefix(f"{resource_type}/")
        try:
            return self._client.read(resource_type, logical_id, private=private)
        except NotThere:
            return None


def _transaction(*entries: Resource) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def _created(resource: Resource, key: str) -> Resource:
    condition = f"identifier={quote(f'{KEY_SYSTEM}|{key}', safe=':|')}"
    return {
        "resource": resource,
        "request": {"method": "POST", "url": _DISPENSE, "ifNoneExist": condition},
    }


def _replaced(resource: Resource, version: str) -> Resource:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {
        "resource": resource,
        "request": {"method": "PUT", "url": url, "ifMatch": f'W/"{version}"'},
    }


def _declined(
    answer: Answer, refusal: Refusal = Refusal.DISPENSATION_NOT_STORED
) -> Declined | None:
    if answer.status in _DECLINED:
        return Declined(refusal, refused(answer).remedy)
    if answer.status != 200:
        raise refused(answer)
    bundle = parse_resource(answer.body)
    if bundle.get("type") != "transaction-response":
        raise nonsense("a transaction was not answered with a transaction-response")
    return None


def _outdated(refusal: Refusal = Refusal.PRESCRIPTION_NOT_UPDATED) -> Declined:
    return Declined(
        refusal, "the prescription changed in the meantime", is_outdated=True
    )


def _receipt(dispense: Resource) -> Receipt:
    prescriptions = as_list(dispense.get("authorizingPrescription"))
    first = prescriptions[0] if prescriptions else {}
    named = as_text(first.get("reference")) if isinstance(first, dict) else None
    if named is None:
        raise nonsense("a MedicationDispense names no prescription")
    return Receipt(
        dispensation=f"{_DISPENSE}/{dispense['id']}",
        prescription=f"{_REQUEST}/{named.rpartition('/')[2]}",
        is_undone=dispense.get("status") == UNDONE,
    )


def _version(resource: Resource) -> str:
    meta = resource.get("meta")
    version = as_text(meta.get("versionId")) if isinstance(meta, dict) else None
    if version is None:
        raise nonsense("a resource that is to be changed has no version")
    return version


def _bears(resource: Resource, key: str) -> bool:
    return any(
        isinstance(each, dict)
        and (each.get("system"), each.get("value")) == (KEY_SYSTEM, key)
        for each in as_list(resource.get("identifier"))
    )
