"""What a gateway asked, read by a simulated country A: as little as it takes.

Spec: IHE ITI TF-2 §3.55.4.1, §3.38.4.1, §3.39.4.1, §3.41.4.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from conformance.simulators.documents.held import Held
from conformance.simulators.mtom import PackageError, binary
from conformance.simulators.soap import (
    NAMESPACES,
    Message,
    NotUnderstood,
    Transaction,
    transaction_of,
)
from trust.identifiers import IdentifierError, Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

_SUBJECT_ID: Final = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
_PRESCRIPTION: Final = "urn:ehdsi:names:document:document-id:prescriptionId"
_PIN: Final = "urn:ehdsi:names:document:document-id:dispensationPinCode"
_FILTER: Final = "$XDSDocumentEntryFilter"
_TRC: Final = "urn:ehdsi:assertions:trc"
_FORMAT: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a query for original documents leaves out; eHDSI's own slots."""

    created_after: datetime | None = None
    created_before: datetime | None = None
    maximum_size: int | None = None

    def let_through(self, held: Held) -> bool:
        """Whether a document is listed."""
        created = datetime.strptime(held.created, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        after, before, most = self.created_after, self.created_before, self.maximum_size
        return (
            (after is None or created >= after)
            and (before is None or created <= before)
            and (most is None or len(held.content) <= most)
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and what of it decides the answer.

    Attributes
    ----------
    patient
        Whom the body names; at ITI-39 whom the TRC assertion names.
    documents
        The unique ids that are asked for, with the home community each was asked in.
    submitted
        The documents of a submission.
    prescription, pin
        What the TRC assertion says of a prescription; empty where it says nothing.
    """

    message: Message = field(repr=False)
    transaction: Transaction
    patient: PatientId | None = field(repr=False)
    trc_patient: PatientId | None = field(repr=False)
    documents: tuple[tuple[str, str], ...] = ()
    class_codes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    submitted: tuple[bytes, ...] = field(default=(), repr=False)
    filters: Filters = Filters()
    prescription: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)

    @property
    def body(self) -> etree._Element:
        """The element in the Body."""
        return self.message.body


def read_question(message: Message) -> Question:
    """Read a request.

    Raises
    ------
    NotUnderstood
        It is of no transaction, or a document or a filter of it cannot be read.
    """
    transaction = transaction_of(message.body)
    trc = _trc_patient(message)
    patient = {
        Transaction.ITI_55: _living_subject,
        Transaction.ITI_38: _queried,
        Transaction.ITI_41: _submitted_patient,
    }.get(transaction, lambda _body: trc)(message.body)
    return Question(
        message,
        transaction,
        patient,
        trc,
        tuple(_wanted(message.body)),
        _class_codes(message.body),
        tuple(
            found.get("nodeRepresentation", "")
            for found in message.body.iterfind(".//rim:Classification", NAMESPACES)
            if found.get("classificationScheme") == _FORMAT
        ),
        tuple(_documents(message)),
        _filters(message.body),
        _trc_attribute(message, _PRESCRIPTION),
        _trc_attribute(message, _PIN),
    )


def _living_subject(body: etree._Element) -> PatientId | None:
    found = body.find(".//v3:livingSubjectId/v3:value", NAMESPACES)
    if found is None:
        return None
    try:
        return PatientId(Oid.parse(found.get("root", "")), found.get("extension", ""))
    except IdentifierError:
        return None


def _queried(body: etree._Element) -> PatientId | None:
    return _cx(_slot(body, "$XDSDocumentEntryPatientId"))


def _submitted_patient(body: etree._Element) -> PatientId | None:
    return _cx(_slot(body, "sourcePatientId"))


def _trc_patient(message: Message) -> PatientId | None:
    return _cx(_trc_attribute(message, _SUBJECT_ID))


def _trc_attribute(message: Message, name: str) -> str:
    """Return the first value of an attribute of the TRC assertion, else nothing."""
    for assertion in message.assertions:
        issuer = assertion.find("saml:Issuer", NAMESPACES)
        if issuer is not None and issuer.get("NameQualifier") == _TRC:
            path = f".//saml:Attribute[@Name='{name}']/saml:AttributeValue"
            return assertion.findtext(path, "", NAMESPACES).strip()
    return ""


def _filters(body: etree._Element) -> Filters:
    size = _slot(body, f"{_FILTER}MaximumSize")
    try:
        return Filters(
            _moment(_slot(body, f"{_FILTER}CreatedAfter")),
            _moment(_slot(body, f"{_FILTER}CreatedBefore")),
            int(size) if size else None,
        )
    except ValueError:
        raise NotUnderstood("a filter of the query is of no form") from None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _cx(text: str) -> PatientId | None:
    try:
        return PatientId.from_cx(text.strip().strip("'"))
    except IdentifierError:
        return None


def _slot(body: etree._Element, name: str) -> str:
    path = f".//rim:Slot[@name='{name}']/rim:ValueList/rim:Value"
    return body.findtext(path, "", NAMESPACES)


def _class_codes(body: etree._Element) -> tuple[str, ...]:
    path = ".//rim:Slot[@name='$XDSDocumentEntryClassCode']/rim:ValueList/rim:Value"
    values = ",".join(found.text or "" for found in body.iterfind(path, NAMESPACES))
    unquoted = re.sub(r"[()']", "", values)
    return tuple(
        item.partition("^^")[0].strip() for item in unquoted.split(",") if item.strip()
    )


def _wanted(body: etree._Element) -> list[tuple[str, str]]:
    return [
        (
            found.findtext("xdsb:DocumentUniqueId", "", NAMESPACES),
            found.findtext("xdsb:HomeCommunityId", "", NAMESPACES),
        )
        for found in body.iterfind("xdsb:DocumentRequest", NAMESPACES)
    ]


def _documents(message: Message) -> list[bytes]:
    documents = []
    for found in message.body.iterfind("xdsb:Document", NAMESPACES):
        include = found.find("xop:Include", NAMESPACES)
        href = None if include is None else include.get("href", "")
        try:
            data = binary(found.text, href, message.parts)
            parse_xml(data, DOCUMENT_LIMITS)
        except (PackageError, XmlRefused) as error:
            raise NotUnderstood(f"a submitted document: {error}") from None
        documents.append(data)
    return documents
