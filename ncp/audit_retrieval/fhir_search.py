"""Reads a search for AuditEvents and writes what was found (ITI-81).

A search is a POST: what it names are patients and persons, and those stand in no URL.

Spec: IHE ITI TF-2 3.81 (Retrieve ATNA Audit Event) / FHIR R4 search / sheet 06 §2.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ncp.audit.fhir import Json, to_fhir
from ncp.audit.names import EVENT_NAMES, known_names
from ncp.audit.term import Term, TermKind
from ncp.store.audit_search import AuditQuery
from ncp.store.records import AuditTrailEntry
from trust.identifiers import IdentifierError, Oid, PatientId

_DATE: Final = re.compile(r"(ge|gt|le|lt|eq)?([0-9].{0,39})")
_DAY: Final = len("2026-03-01")
_OUTCOMES: Final = frozenset({"0", "4", "8", "12"})
_TERMS: Final = {
    "agent.identifier": TermKind.PERSON,
    "agent:identifier": TermKind.PERSON,
    "entity.identifier": TermKind.DOCUMENT,
    "entity:identifier": TermKind.DOCUMENT,
}
_PATIENT: Final = frozenset({"patient.identifier", "patient:identifier"})
_LONGEST_NUMBER: Final = 19
MOST: Final = 500
"""How many events one answer holds; ``_after`` goes on from there."""


class UnfitSearch(Exception):  # noqa: N818 - an answer, not a defect
    """The search cannot be carried out; ``sentence`` says why, without its values."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_search(parameters: Iterable[tuple[str, str]]) -> AuditQuery:
    """Return a search as a query of the store.

    ``date`` with a lower and an upper bound must be there (ITI-81 asks for both).

    Raises
    ------
    UnfitSearch
        A parameter is unknown, or not of its form.
    """
    reading = _Reading()
    for name, value in parameters:
        reading.take(name, value)
    return reading.query()


class _Reading:
    """The parameters that were read so far."""

    def __init__(self) -> None:
        self._terms: list[Term] = []
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._event: str | None = None
        self._outcomes: tuple[int, ...] = ()
        self._after = 0

    def take(self, name: str, value: str) -> None:
        if name == "date":
            begin, end = _bounds(value)
            self._since, self._until = begin or self._since, end or self._until
        elif name in _PATIENT:
            self._terms.append((TermKind.PATIENT, _patient(value).cx))
        elif name in _TERMS:
            self._terms.append((_TERMS[name], value.rpartition("|")[2]))
        elif name in {"type", "subtype"}:
            self._event = _event(value)
        elif name == "outcome":
            self._outcomes = _outcomes(value)
        elif name == "_after" and value.isdecimal() and len(value) < _LONGEST_NUMBER:
            self._after = int(value)
        elif name != "_format":
            raise UnfitSearch(f"the search parameter {name[:40]!r} is not known here")

    def query(self) -> AuditQuery:
        if self._since is None or self._until is None:
            raise UnfitSearch(
                "`date` must be bounded on both sides: date=ge...&date=lt..."
            )
        return AuditQuery(
            terms=tuple(self._terms),
            since=self._since,
            until=self._until,
            event=self._event,
            outcomes=self._outcomes,
            after=self._after,
        )


def search_bundle(entries: Sequence[AuditTrailEntry]) -> Json:
    """Return what was found; ``next`` is there where there may be more."""
    bundle: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [
            {
                "fullUrl": UUID(each.event_id).urn,
                "resource": to_fhir(each.dicom, each.event_id),
                "search": {"mode": "match"},
            }
            for each in entries
        ],
    }
    if len(entries) == MOST:
        url = f"AuditEvent/_search?_after={entries[-1].sequence}"
        bundle["link"] = [{"relation": "next", "url": url}]
    return bundle


def _bounds(value: str) -> tuple[datetime | None, datetime | None]:
    """Return the first moment that is in, and the first after it that is not."""
    match = _DATE.fullmatch(value)
    prefix, text = match.groups() if match else (None, "")
    try:
        begin = datetime.fromisoformat(text)
    except ValueError:
        raise UnfitSearch(
            "`date` is none: write ge2026-03-01 or lt2026-03-02T10:00:00Z"
        ) from None
    begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
    lasts = timedelta(days=1) if len(text) == _DAY else timedelta(microseconds=1)
    return {
        "ge": (begin, None),
        "gt": (begin + lasts, None),
        "lt": (None, begin),
        "le": (None, begin + lasts),
    }.get(prefix or "eq", (begin, begin + lasts))


def _patient(value: str) -> PatientId:
    system, _, extension = value.rpartition("|")
    try:
        return PatientId(Oid.parse(system), extension)
    except IdentifierError:
        raise UnfitSearch(
            "`patient.identifier` is written urn:oid:ROOT|EXTENSION"
        ) from None


def _event(value: str) -> str:
    name = value.rpartition("|")[2]
    if name not in EVENT_NAMES:
        raise UnfitSearch(
            "`type` and `subtype` take the name of an event in the trail: "
            + known_names()
        )
    return name


def _outcomes(value: str) -> tuple[int, ...]:
    stated = value.split(",")
    if not set(stated) <= _OUTCOMES:
        raise UnfitSearch("`outcome` is 0, 4, 8 or 12")
    return tuple(int(each) for each in stated)
