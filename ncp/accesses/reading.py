"""Reads an access from a recorded event, and how it ended from the message with it.

The message is kept for a shorter time than the event: when it is gone, the country is
that of the gateway's certificate (country B) or of its home community (country A), and
the ending what the outcome alone says.

Spec: DICOM PS3.15 A.5.2 (message format) / sheet 06 §1.3 (participants and objects).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from ncp.accesses.access import Access, Act, Ending, Professional
from ncp.audit import AuditOutcome, Side, codes
from ncp.audit.event import TokenKind
from ncp.audit.forms import EVENT_LIMITS
from ncp.errors import Refusal
from ncp.evidence.endings import FAILED
from ncp.ihe.codes import ClassCode, Transaction
from ncp.store.records import AuditTrailEntry, MessageRecord, StoredMessage
from trust.assertions.codes import AssertionKind
from trust.identifiers import (
    CountryCode,
    HomeCommunityId,
    IdentifierError,
    PatientId,
)
from trust.namespaces import SAML
from trust.xml import XmlRefused, parse_xml

LOG_USED: Final = "audit-log-used"
_ISSUER: Final = f"{{{SAML}}}Issuer"
_ACTS: Final = {
    Transaction.ITI_55.value: Act.IDENTIFIED,
    Transaction.ITI_38.value: Act.LISTED,
    Transaction.ITI_39.value: Act.FETCHED,
    Transaction.ITI_41.value: Act.SUBMITTED,
    TokenKind.TRC.value: Act.TREATMENT_CONFIRMED,
    LOG_USED: Act.RECORD_SEARCHED,
}
_REFUSED: Final = {
    Refusal.CONSENT_REFUSED.value: Ending.NO_CONSENT,
    Refusal.PATIENT_UNKNOWN.value: Ending.NOBODY,
    Refusal.DOCUMENTS_NOT_FOUND.value: Ending.NOTHING,
    Refusal.DOCUMENT_UNKNOWN.value: Ending.NOTHING,
    Refusal.NATIONAL_UNAVAILABLE.value: Ending.FAILED,
    Refusal.RECORD_UNAVAILABLE.value: Ending.FAILED,
    Refusal.SERVICE_UNAVAILABLE.value: Ending.FAILED,
    Refusal.RESPONDER_BUSY.value: Ending.FAILED,
    Refusal.INTERNAL.value: Ending.FAILED,
}


class Trail(Protocol):
    """Where recorded events and the messages with them are read."""

    def message_of(self, exchange_id: str) -> StoredMessage | None:
        """Return the message record that was committed with an event, if it is kept."""
        ...


class AccessReader:
    """Makes accesses of recorded events.

    Parameters
    ----------
    countries
        Which country has which home community, as far as the settings know.
    """

    def __init__(
        self, trail: Trail, countries: Mapping[HomeCommunityId, CountryCode]
    ) -> None:
        self._trail = trail
        self._countries = countries

    def read(self, entry: AuditTrailEntry) -> Access:
        """Return what an event says.

        Raises
        ------
        XmlRefused
            The record is no XML.
        """
        message = self._trail.message_of(entry.exchange_id)
        record = None if message is None else message.record
        told = _Told(parse_xml(entry.dicom, EVENT_LIMITS))
        side = Side(entry.side) if entry.side else None
        ending = _ending(entry, record)
        return Access(
            event_id=entry.event_id,
            event=entry.event,
            moment=entry.occurred_at,
            act=_act(entry),
            ending=ending,
            outcome=entry.outcome,
            side=side,
            peer=self._peer(side, record, told),
            kind=_kind(entry.document_kind),
            patients=tuple(told.patients()),
            organisation=told.user(codes.POINT_OF_CARE.code),
            professional=told.professional(),
            purpose=told.purpose(),
            for_next_of_kin=told.names_next_of_kin(),
            documents=tuple(told.documents()) if _are_theirs(entry, ending) else (),
            consumer=told.user(codes.SERVICE_CONSUMER.code),
            provider=told.user(codes.SERVICE_PROVIDER.code),
            source_address=told.source_address(),
            provider_address=told.address(codes.SERVICE_PROVIDER.code),
        )

    def _peer(
        self, side: Side | None, record: MessageRecord | None, told: _Told
    ) -> CountryCode | None:
        if record is not None:
            return record.peer
        if side is Side.A:
            # Where nobody was believed, the certificate is not either.
            is_believed = told.user(codes.POINT_OF_CARE.code) is not None
            name = told.user(codes.SERVICE_CONSUMER.code) if is_believed else None
            return _country_of_name(name)
        home = told.home_community()
        return None if home is None else self._countries.get(home)


class _Told:
    """What an audit message says, part by part."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root

    def user(self, role: str) -> str | None:
        found = self._participant(role)
        return None if found is None else found.get("UserID")

    def address(self, role: str) -> str | None:
        found = self._participant(role)
        return None if found is None else found.get("NetworkAccessPointID")

    def source_address(self) -> str | None:
        """Return where the request came from; it stands with whoever was believed."""
        believed = self.address(codes.POINT_OF_CARE.code)
        return believed or self.address(codes.SERVICE_CONSUMER.code)

    def professional(self) -> Professional | None:
        found = self._participant(codes.HUMAN_REQUESTOR.code)
        if found is None:
            return None
        roles = [
            each
            for each in found.findall("RoleIDCode")
            if each.get("codeSystemName") == codes.ROLE_SYSTEM
        ]
        role = roles[0] if roles else None
        return Professional(
            found.get("UserID", ""),
            found.get("AlternativeUserID"),
            None if role is None else role.get("csd-code"),
            None if role is None else role.get("originalText"),
        )

    def purpose(self) -> str | None:
        found = self._root.find("EventIdentification/PurposeOfUse")
        return None if found is None else found.get("csd-code")

    def patients(self) -> Iterator[PatientId]:
        for each in self._objects("1", "1"):
            try:
                yield PatientId.from_cx(each.get("ParticipantObjectID", ""))
            except IdentifierError:
                continue

    def documents(self) -> Iterator[str]:
        for each in self._objects("2", "4"):
            yield each.get("ParticipantObjectID", "")

    def names_next_of_kin(self) -> bool:
        """Whether a next-of-kin assertion stands in the header of the request.

        Only beside a professional who was believed: a header may say anything.
        """
        if self._participant(codes.HUMAN_REQUESTOR.code) is None:
            return False
        return any(
            each.get("NameQualifier") == AssertionKind.NOK.value
            for header in self._headers()
            for each in header.iter(_ISSUER)
        )

    def _headers(self) -> Iterator[etree._Element]:
        path = "ParticipantObjectIdentification/ParticipantObjectDetail"
        for each in self._root.iterfind(path):
            if each.get("type") == "securityheader":
                with suppress(binascii.Error, XmlRefused):
                    data = base64.b64decode(each.get("value", ""), validate=True)
                    yield parse_xml(data, EVENT_LIMITS)

    def home_community(self) -> HomeCommunityId | None:
        path = "ParticipantObjectIdentification/ParticipantObjectDetail"
        for each in self._root.iterfind(path):
            if each.get("type") == "ihe:homeCommunityID":
                return _home_community(each.get("value", ""))
        return None

    def _participant(self, role: str) -> etree._Element | None:
        for each in self._root.iterfind("ActiveParticipant"):
            first = each.find("RoleIDCode")
            if first is not None and first.get("csd-code") == role:
                return each
        return None

    def _objects(self, kind: str, role: str) -> Iterator[etree._Element]:
        for each in self._root.iterfind("ParticipantObjectIdentification"):
            stated = (
                each.get("ParticipantObjectTypeCode"),
                each.get("ParticipantObjectTypeCodeRole"),
            )
            if stated == (kind, role):
                yield each


def _act(entry: AuditTrailEntry) -> Act:
    if entry.document_kind == ClassCode.DISCARD.value:
        return Act.DISCARDED
    return _ACTS.get(entry.event, Act.OTHER)


def _are_theirs(entry: AuditTrailEntry, ending: Ending) -> bool:
    """Whether all documents named were given; else some may be somebody else's."""
    is_list = entry.event == Transaction.ITI_38.value
    return ending is Ending.DONE or (ending is Ending.PARTLY and is_list)


def _kind(text: str | None) -> ClassCode | None:
    try:
        return None if text is None else ClassCode(text)
    except ValueError:
        return None


def _ending(entry: AuditTrailEntry, record: MessageRecord | None) -> Ending:
    if entry.outcome == AuditOutcome.SUCCESS:
        return Ending.DONE
    if record is not None and record.condition in _REFUSED:
        return _REFUSED[record.condition]
    if record is not None and record.outcome == FAILED:
        return Ending.FAILED
    if entry.outcome == AuditOutcome.MAJOR_FAILURE:
        return Ending.REFUSED
    is_nobody = entry.event == Transaction.ITI_55.value
    return Ending.NOBODY if is_nobody else Ending.PARTLY


def _country_of_name(name: str | None) -> CountryCode | None:
    """Return the country in the subject of a certificate."""
    try:
        parsed = x509.Name.from_rfc4514_string(name or "")
        stated = parsed.get_attributes_for_oid(NameOID.COUNTRY_NAME)
        return CountryCode(str(stated[0].value)) if stated else None
    except ValueError:
        return None


def _home_community(encoded: str) -> HomeCommunityId | None:
    try:
        text = base64.b64decode(encoded, validate=True).decode()
        return HomeCommunityId.parse(text)
    except (binascii.Error, UnicodeDecodeError, IdentifierError):
        return None
