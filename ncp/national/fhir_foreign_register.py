"""The register of dispensations on foreign prescriptions over a FHIR R4 server.

A dispensation is created unless it is there (``ifNoneExist``); a discard replaces it in
the version that was read, as entered in error. Told again, both change nothing.

Spec: HL7 FHIR R4 §3.1.0.11 (transaction), §3.1.0.8.1 (conditional create),
MedicationDispense / HL7 Europe MPD 1.0 MedicationDispense-eu-mpd.
Assumption: the register takes a patient who lives abroad as an identifier and a name.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from ncp.errors import NationalError, Refusal
from ncp.national.carrying import EntryRefused
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_failures import Answer, nonsense, refused
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.foreign_dispensations import RegisterEntry
from ncp.national.products import LUXEMBOURG_PRODUCTS
from trust.identifiers import URN_OID

_TYPE: Final = "MedicationDispense"
_URI: Final = "urn:ietf:rfc:3986"
_RECORDED: Final = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded"
)
_UNDONE: Final = "entered-in-error"
# It read what we sent and will not have it, now or later.
_DECLINED: Final = frozenset({400, 404, 405, 410, 415, 422})


class FhirForeignRegister:
    """Writes by transaction, looks by ``POST MedicationDispense/_search``."""

    def __init__(self, client: FhirClient, system: str = LUXEMBOURG_PRODUCTS) -> None:
        self._client = client
        self._system = system

    def record(self, entry: RegisterEntry) -> None:
        """Take an entry; one that it has is not taken twice."""
        found = self._find(entry)
        if entry.act == "dispensed":
            if found is None:
                self._transact(self._created(entry))
            return
        if found is None:
            raise EntryRefused("it discards what the register does not have")
        if found.get("status") != _UNDONE:
            self._transact(_undone(found))

    def _find(self, entry: RegisterEntry) -> Resource | None:
        key = _key(entry)
        found = self._client.search(_TYPE, [("identifier", f"{_URI}|{key}")])
        ours = [each for each in found if _bears(each, key)]
        return ours[0] if ours else None

    def _created(self, entry: RegisterEntry) -> Resource:
        condition = f"identifier={quote(f'{_URI}|{_key(entry)}', safe=':|')}"
        return {
            "resource": dispense_of(entry, self._system),
            "request": {"method": "POST", "url": _TYPE, "ifNoneExist": condition},
        }

    def _transact(self, step: Resource) -> None:
        answer = self._client.transact(
            {"resourceType": "Bundle", "type": "transaction", "entry": [step]}
        )
        _require_taken(answer)


def dispense_of(entry: RegisterEntry, system: str) -> Resource:
    """Write an entry as a MedicationDispense."""
    told, who = entry.told, entry.told["pharmacist"]
    return {
        "resourceType": _TYPE,
        "identifier": [
            {"system": _URI, "value": _key(entry)},
            _identifier(str(told["document"])),
        ],
        "extension": [{"url": _RECORDED, "valueDateTime": told["moment"]}],
        "status": "completed",
        "medicationCodeableConcept": {
            "coding": [
                {"system": f"{URN_OID}{system}", "code": told["product"]["code"]}
            ],
            "text": told["product"]["name"],
        },
        "subject": {
            "identifier": _identifier(str(told["patient"]["id"])),
            "display": told["patient"]["name"],
        },
        "performer": [
            {"actor": {"display": f"{who['name']}, {who['pharmacy']}"}},
        ],
        "authorizingPrescription": [
            {"identifier": _identifier(str(told["prescription"]))}
        ],
        "quantity": {
            "value": told["packages"],
            "unit": "package",
            "system": "http://unitsofmeasure.org",
            "code": "1",
        },
        "whenHandedOver": told["handedOver"],
        "substitution": {"wasSubstituted": told["substituted"]},
    }


def _undone(found: Resource) -> Resource:
    meta = found.get("meta")
    version = as_text(meta.get("versionId")) if isinstance(meta, dict) else None
    if version is None:
        raise nonsense("a MedicationDispense that is to be changed has no version")
    return {
        "resource": {**found, "status": _UNDONE},
        "request": {
            "method": "PUT",
            "url": f"{_TYPE}/{found['id']}",
            "ifMatch": f'W/"{version}"',
        },
    }


def _require_taken(answer: Answer) -> None:
    if answer.status in _DECLINED:
        raise EntryRefused(refused(answer).remedy or "the register declined it")
    if answer.status in {409, 412}:
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE, "the entry changed in the meantime"
        )
    if answer.status != 200:
        raise refused(answer)


def _key(entry: RegisterEntry) -> str:
    """Return the dispensation's own key; both of its acts are about it."""
    text = entry.dispensation
    return "urn:uuid:" + "-".join(
        (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
    )


def _identifier(written: str) -> dict[str, str]:
    """Write ``root^extension``, or a root alone, as an Identifier."""
    root, _, extension = written.partition("^")
    if extension:
        return {"system": f"{URN_OID}{root}", "value": extension}
    return {"system": _URI, "value": f"{URN_OID}{root}"}


def _bears(resource: Resource, key: str) -> bool:
    return any(_is_key(each, key) for each in as_list(resource.get("identifier")))


def _is_key(identifier: Any, key: str) -> bool:
    return isinstance(identifier, dict) and (
        identifier.get("system"),
        identifier.get("value"),
    ) == (_URI, key)
