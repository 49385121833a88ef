"""The national access log over a FHIR R4 server that keeps AuditEvents.

An event is created unless one with its identifier is there: looked for first, and once
more by the server itself (``ifNoneExist``). Told again, it changes nothing.

Spec: IHE ITI TF-2 3.20 (ATX: FHIR Feed) / HL7 FHIR R4 §3.1.0.11 (transaction),
§3.1.0.8.1 (conditional create), §3.2.1.5.5 (``:identifier``).
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from ncp.errors import NationalError, Refusal
from ncp.national.access_log import AccessEntry
from ncp.national.carrying import EntryRefused
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_failures import Answer, nonsense, refused
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource

_TYPE: Final = "AuditEvent"
_URI: Final = "urn:ietf:rfc:3986"
_BY: Final = "entity:identifier"
# It read the entry and will not have it; all else may be mended on the other side.
_DECLINED: Final = frozenset({400, 413, 422})


class FhirAccessLog:
    """Writes by transaction, looks by ``POST AuditEvent/_search``."""

    def __init__(self, client: FhirClient) -> None:
        self._client = client

    def record(self, entry: AccessEntry) -> None:
        """Take an entry; one that it has is not taken twice."""
        token = f"{_URI}|{entry.identifier}"
        found = self._client.search(_TYPE, [(_BY, token)])
        if any(_bears(each, entry.identifier) for each in found):
            return
        step = {
            "resource": entry.audit_event,
            "request": {
                "method": "POST",
                "url": _TYPE,
                "ifNoneExist": f"{_BY}={quote(token, safe=':|')}",
            },
        }
        answer = self._client.transact(
            {"resourceType": "Bundle", "type": "transaction", "entry": [step]}
        )
        _require_taken(answer)


def _require_taken(answer: Answer) -> None:
    if answer.status in _DECLINED:
        raise EntryRefused(refused(answer).remedy)
    if answer.status in {409, 412}:
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE, "somebody else wrote the same entry"
        )
    if answer.status != 200:
        raise refused(answer)
    taken = parse_resource(answer.body)
    responses = [each.get("response") for each in as_list(taken.get("entry"))]
    if taken.get("type") != "transaction-response" or not all(
        isinstance(each, dict) and (as_text(each.get("status")) or "").startswith("2")
        for each in responses or [None]
    ):
        raise nonsense("a transaction was not answered as one that was done")


def _bears(resource: Resource, identifier: str) -> bool:
    return any(
        _is_it(each, identifier)
        for each in as_list(resource.get("entity"))
        if isinstance(each, dict)
    )


def _is_it(entity: dict[str, Any], identifier: str) -> bool:
    what = entity.get("what")
    named = what.get("identifier") if isinstance(what, dict) else None
    return isinstance(named, dict) and (
        named.get("system"),
        named.get("value"),
    ) == (_URI, identifier)
