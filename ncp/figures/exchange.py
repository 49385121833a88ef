"""One exchange as figures count it, read from the record of the gateway.

Spec: fact sheet 06 §4.1 (columns of eADC), §4.2 / DICOM PS3.15 A.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from ncp.audit import Side
from ncp.audit.codes import (
    PATIENT_LOOKED_FOR,
    POINT_OF_CARE,
    REQUEST_MESSAGE,
    RESPONSE_MESSAGE,
)
from ncp.audit.forms import EVENT_LIMITS
from ncp.ihe.codes import ClassCode, Transaction
from ncp.store.exchanges import RecordedExchange
from trust.identifiers import CountryCode
from trust.xml import parse_xml

_SERVED: Final = {
    Transaction.ITI_55: "PATIENT_IDENTIFICATION",
    Transaction.ITI_38: "DOCUMENT_LIST",
    Transaction.ITI_39: "DOCUMENT_EXCHANGED",
    Transaction.ITI_41: "DISPENSATION",
}


@dataclass(frozen=True, slots=True)
class TestTraffic:
    """What does not count: exchanges of a test gateway, of test patients and places.

    Attributes
    ----------
    patients
        Identifiers of made-up persons, in the CX form.
    """

    __test__ = False  # no test class, whatever its name begins with

    is_everything: bool
    patients: frozenset[str] = field(default=frozenset(), repr=False)
    points_of_care: frozenset[str] = frozenset()

    def holds(self, patients: tuple[str, ...], point_of_care: str | None) -> bool:
        """Whether an exchange about these, from there, is a test."""
        return (
            self.is_everything
            or point_of_care in self.points_of_care
            or not self.patients.isdisjoint(patients)
        )


@dataclass(frozen=True, slots=True)
class ExchangeFigure:
    """What is counted of one exchange.

    Attributes
    ----------
    initiator, responder
        The countries; None where the other one was not believed.
    end
        When the exchange was recorded, as the last thing before it was answered.
    error
        The codes of its errors; empty where it went well.
    patients
        Identifiers in the CX form: to be counted, never to be written.
    """

    identifier: str
    transaction: Transaction
    side: Side
    document_kind: ClassCode | None
    initiator: CountryCode | None
    responder: CountryCode | None
    start: datetime
    end: datetime
    is_success: bool
    error: str
    is_test: bool
    request_id: str | None
    response_id: str | None
    point_of_care: str | None
    patients: tuple[str, ...] = field(repr=False)

    @property
    def service_type(self) -> str:
        """What eADC calls it: country B queries, country A responds."""
        part = "QUERY" if self.side is Side.B else "RESPONSE"
        return f"{_SERVED[self.transaction]}_{part}"

    @property
    def result(self) -> str:
        """``SUCCESS`` or ``FAILURE``."""
        return "SUCCESS" if self.is_success else "FAILURE"


def read_figure(
    recorded: RecordedExchange, home: CountryCode, tests: TestTraffic
) -> ExchangeFigure:
    """Return what is counted of a recorded exchange.

    Raises
    ------
    XmlRefused
        The record is no XML.
    """
    entry, event = recorded.entry, _Event(recorded.entry.dicom)
    side = Side(entry.side or "")
    ends = (home, recorded.peer) if side is Side.B else (recorded.peer, home)
    is_success = entry.outcome == 0
    kind = entry.document_kind
    return ExchangeFigure(
        identifier=entry.event_id,
        transaction=Transaction(entry.event),
        side=side,
        document_kind=None if kind is None else ClassCode(kind),
        initiator=ends[0],
        responder=ends[1],
        start=entry.occurred_at,
        end=entry.recorded_at,
        is_success=is_success,
        error="" if is_success else event.errors or recorded.condition or "",
        is_test=tests.holds(event.patients, event.point_of_care),
        request_id=event.object_id(REQUEST_MESSAGE.code),
        response_id=event.object_id(RESPONSE_MESSAGE.code),
        point_of_care=event.point_of_care,
        patients=event.patients,
    )


class _Event:
    """The parts of an audit message that figures need."""

    def __init__(self, dicom: bytes) -> None:
        self._root = parse_xml(dicom, EVENT_LIMITS)

    @property
    def errors(self) -> str:
        """The codes alone: what a peer wrote besides may be about a patient."""
        found = self._root.findtext("EventIdentification/EventOutcomeDescription")
        return found or ""

    @property
    def patients(self) -> tuple[str, ...]:
        return tuple(self._object_ids(PATIENT_LOOKED_FOR.code))

    @property
    def point_of_care(self) -> str | None:
        for each in self._root.findall("ActiveParticipant"):
            if POINT_OF_CARE.code in _codes(each, "RoleIDCode"):
                return each.get("UserID")
        return None

    def object_id(self, code: str) -> str | None:
        return next(iter(self._object_ids(code)), None)

    def _object_ids(self, code: str) -> list[str]:
        return [
            each.get("ParticipantObjectID", "")
            for each in self._root.findall("ParticipantObjectIdentification")
            if code in _codes(each, "ParticipantObjectIDTypeCode")
            and each.get("ParticipantObjectID")
        ]


def _codes(parent: etree._Element, tag: str) -> list[str | None]:
    return [each.get("csd-code") for each in parent.findall(tag)]
