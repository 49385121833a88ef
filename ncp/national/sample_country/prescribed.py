"""Prescriptions of the sample country: read from a folder, dispensed by transaction.

A file is a Bundle of type ``collection`` with one or more MedicationRequests and all
that they refer to. Each resource gets a logical id of this country and a version; what
is written later lives as long as the process.

Spec: HL7 FHIR R4 §3.1.0.11 (transaction), §3.1.0.8.1 (ifNoneExist), §3.1.0.5.3
(ifMatch) / HL7 Europe MPD 1.0 (examples are collections).
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from ncp.errors import NationalError
from ncp.national.fhir_json import Resource, as_list, as_text

READ: Final = (
    "MedicationRequest",
    "MedicationDispense",
    "Medication",
    "PractitionerRole",
    "Practitioner",
    "Organization",
)
WRITTEN: Final = frozenset({"MedicationRequest", "MedicationDispense", "AuditEvent"})
_CREATED, _REPLACED, _FOUND = "201 Created", "200 OK", "200 OK"

Find = Callable[[str, list[tuple[str, str]]], list[Resource]]


class Refused(Exception):  # noqa: N818 - what a transaction is answered with
    """A transaction was not done, no part of it; ``status`` says why in HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(slots=True)
class Prescribed:
    """The resources around prescriptions by ``Type/id``, in their newest versions.

    What else is written stands among them: the entries of the access log.
    """

    resources: dict[str, Resource] = field(default_factory=dict)

    def of_type(self, resource_type: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        for resource in list(self.resources.values()):
            if resource["resourceType"] == resource_type:
                yield resource

    def take(
        self, bundle: Resource, patient: str, stable: Callable[[str], str]
    ) -> None:
        """Take a collection; its own patient gives way to ``patient``."""
        names: dict[str, str] = {}
        taken: list[Resource] = []
        for number, entry in enumerate(as_list(bundle.get("entry"))):
            resource = entry["resource"]
            kind = resource["resourceType"]
            own = f"{kind}/{stable(f'{kind}#{number}')}"
            names |= dict.fromkeys(
                _called(entry), patient if kind == "Patient" else own
            )
            if kind in READ:
                taken.append({**resource, "id": own.rpartition("/")[2]})
        for resource in taken:
            renamed = _renamed(resource, names)
            self._put(
                {**renamed, "meta": {**resource.get("meta", {}), "versionId": "1"}}
            )

    def transact(self, bundle: Resource, find: Find) -> Resource:
        """Do all of a transaction, or nothing.

        Raises
        ------
        Refused
            Nothing was done.
        """
        if bundle["resourceType"] != "Bundle" or bundle.get("type") != "transaction":
            raise Refused(400)
        before = dict(self.resources)
        try:
            entries = [self._one(entry, find) for entry in as_list(bundle.get("entry"))]
        except Refused:
            self.resources = before
            raise
        except (KeyError, TypeError, NationalError) as error:
            self.resources = before
            raise Refused(400) from error
        return {
            "resourceType": "Bundle",
            "type": "transaction-response",
            "entry": [{"response": each} for each in entries],
        }

    def _one(self, entry: Resource, find: Find) -> dict[str, str]:
        resource, request = entry["resource"], entry["request"]
        kind = resource["resourceType"]
        if kind not in WRITTEN:
            raise Refused(422)
        if request["method"] == "POST" and request["url"] == kind:
            return self._create(resource, request.get("ifNoneExist"), find)
        if request["method"] == "PUT":
            return self._replace(resource, request["url"], request.get("ifMatch"))
        raise Refused(405)

    def _create(
        self, resource: Resource, condition: str | None, find: Find
    ) -> dict[str, str]:
        kind = resource["resourceType"]
        if condition is not None:
            found = find(kind, parse_qsl(condition, strict_parsing=True))
            if len(found) > 1:
                raise Refused(412)
            if found:
                return _response(_FOUND, found[0])
        created = {**resource, "id": str(uuid.uuid4()), "meta": {"versionId": "1"}}
        self._put(created)
        return _response(_CREATED, created)

    def _replace(
        self, resource: Resource, url: str, match: str | None
    ) -> dict[str, str]:
        kept = self.resources.get(url)
        if kept is None:
            raise Refused(404)
        version = kept["meta"]["versionId"]
        if match is not None and match != f'W/"{version}"':
            raise Refused(412)
        meta = {**resource.get("meta", {}), "versionId": str(int(version) + 1)}
        replaced = {**resource, "id": kept["id"], "meta": meta}
        self._put(replaced)
        return _response(_REPLACED, replaced)

    def _put(self, resource: Resource) -> None:
        self.resources[f"{resource['resourceType']}/{resource['id']}"] = resource


def _called(entry: Resource) -> Iterator[str]:
    """Yield by which names the others of a collection call a resource."""
    resource = entry["resource"]
    full_url = as_text(entry.get("fullUrl"))
    if full_url is not None:
        yield full_url
    if as_text(resource.get("id")) is not None:
        yield f"{resource['resourceType']}/{resource['id']}"


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: names.get(item, item)
            if key == "reference" and isinstance(item, str)
            else _renamed(item, names)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return copy.copy(value)


def _response(status: str, resource: Resource) -> dict[str, str]:
    name = f"{resource['resourceType']}/{resource['id']}"
    version = resource["meta"]["versionId"]
    return {
        "status": status,
        "location": f"{name}/_history/{version}",
        "etag": f'W/"{version}"',
    }
