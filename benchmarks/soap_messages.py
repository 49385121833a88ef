"""The four exchanges as country B codes them: what is asked, what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks.assertion_cast import make_assertions, make_key
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, FormatCode, Transaction
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import (
    read_document_query_response,
    write_document_query_response,
)
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    read_retrieve_response,
    write_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.iti41_xdr import (
    Submission,
    SubmissionSet,
    SubmittedDocument,
    read_submission_response,
    write_submission,
    write_submission_response,
)
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientMatch,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_response,
    write_patient_discovery_request,
    write_patient_discovery_response,
)
from ncp.ihe.soap import (
    Attachment,
    SoapMessage,
    read_response,
    write_request,
    write_response,
)
from ncp.ports import RandomIds
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.xml import Element

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OTHER = HomeCommunityId("1.2.3.5")
ADDRESS = "https://ncp.example/services"
IDS = RandomIds()
ENTRY_ID, SUBMISSION_ID = IDS.uuid(), IDS.uuid()
DOCUMENT = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>" + b" " * 70_000
SUBMITTED = DOCUMENT[:12_000]
HCP, TRC = make_assertions(make_key())


@dataclass(frozen=True, slots=True)
class Exchange:
    """One transaction, as whoever asks codes it.

    Attributes
    ----------
    values
        Makes what is asked, in values of ours, from strings, numbers and times.
    body
        Makes the body of the request and what travels beside it, from these values.
    answer
        What comes back, as it stands on the wire.
    read
        Reads the body of the answer into values.
    """

    transaction: Transaction
    service: str
    operation: str
    values: Callable[[], Any]
    body: Callable[[Any], tuple[Element, tuple[Attachment, ...]]]
    answer: HttpPayload = field(repr=False)
    read: Callable[[SoapMessage], object]
    assertions: tuple[bytes, ...] = field(repr=False)

    def write(self, values: object) -> HttpPayload:
        """Write the envelope of the request; it is not packed."""
        body, _ = self.body(values)
        return write_request(
            body,
            action=self.transaction.request_action,
            message_id=uuid.uuid4().urn,
            to=f"{ADDRESS}/{self.service}",
            assertions=self.assertions,
        )

    def code(self, values: object) -> object:
        """Write the request, and read the answer to its values."""
        self.write(values)
        return self.read(read_response(self.answer))

    def code_all(self) -> object:
        """Do the same from strings, numbers and times."""
        return self.code(self.values())


def exchanges() -> Iterator[Exchange]:
    """Yield all four."""
    match = PatientMatch(
        _patient(),
        ("Sample",),
        ("Anna", "Maria"),
        "1960-04-05",
        "female",
        PostalAddress(("1, rue Haute",), "Luxembourg", "1111", "LU"),
    )
    found = write_patient_discovery_response(
        _question(), (match,), None, own=OTHER, ids=IDS, now=NOW
    )
    yield Exchange(
        Transaction.ITI_55,
        "XCPD",
        "RespondingGateway_PRPA_IN201305UV02",
        _question,
        lambda question: (write_patient_discovery_request(question, NOW), ()),
        _answer(Transaction.ITI_55, found),
        lambda message: read_patient_discovery_response(message.body),
        (HCP,),
    )
    listed = [_entry(number) for number in range(4)]
    yield Exchange(
        Transaction.ITI_38,
        "XCA",
        "RespondingGateway_CrossGatewayQuery",
        _query,
        lambda query: (write_document_query(query), ()),
        _answer(Transaction.ITI_38, write_document_query_response(listed, home=OTHER)),
        lambda message: read_document_query_response(message.body),
        (HCP, TRC),
    )
    (wanted,) = _wanted().documents
    fetched, attachments = write_retrieve_response(
        (RetrievedDocument(wanted, DOCUMENT),), (), home=OTHER, ids=IDS
    )
    yield Exchange(
        Transaction.ITI_39,
        "XCA",
        "RespondingGateway_CrossGatewayRetrieve",
        _wanted,
        lambda wanted: (write_retrieve_request(wanted), ()),
        _answer(Transaction.ITI_39, fetched, attachments),
        lambda message: read_retrieve_response(message.body, message.attachments),
        (HCP, TRC),
    )
    taken = write_submission_response((), is_any_taken=True, home=OTHER)
    yield Exchange(
        Transaction.ITI_41,
        "XDR",
        "DocumentRecipient_ProvideAndRegisterDocumentSet-b",
        _submission,
        lambda submission: write_submission(submission, IDS),
        _answer(Transaction.ITI_41, taken),
        lambda message: read_submission_response(message.body),
        (HCP, TRC),
    )


def _question() -> PatientDiscoveryRequest:
    return PatientDiscoveryRequest(
        InstanceId(Oid("2.25.1")),
        HomeCommunityId("1.2.3.4"),
        HomeCommunityId("1.2.3.5"),
        InstanceId(Oid("2.25.2")),
        PatientTraits((_patient(),), ("Sample",), ("Anna",), "1960-04-05", "female"),
    )


def _query() -> DocumentQuery:
    home = HomeCommunityId("1.2.3.5")
    return DocumentQuery(_patient(), (ClassCode.PATIENT_SUMMARY,), home)


def _wanted() -> RetrieveRequest:
    home = HomeCommunityId("1.2.3.5")
    return RetrieveRequest((DocumentRequest(home, "1.2.3.5", "2.25.10"),))


def _patient() -> PatientId:
    return PatientId(Oid("1.2.3.6"), "made-up")


def _answer(
    transaction: Transaction, body: Element, attachments: tuple[Attachment, ...] = ()
) -> HttpPayload:
    return write_response(
        body,
        action=transaction.response_action,
        message_id=uuid.uuid4().urn,
        relates_to=uuid.uuid4().urn,
        attachments=attachments,
    )


def _entry(number: int, kind: ClassCode = ClassCode.PATIENT_SUMMARY) -> DocumentEntry:
    is_summary = kind is ClassCode.PATIENT_SUMMARY
    return DocumentEntry(
        ENTRY_ID,
        f"2.25.{number + 10}",
        OTHER if is_summary else "",
        OTHER if is_summary else None,
        _patient(),
        kind,
        kind,
        FormatCode.PATIENT_SUMMARY if is_summary else FormatCode.EDISPENSATION,
        NOW,
        "A document",
        "One of several",
        language="fr-LU",
        country=CountryCode("LU"),
        country_name="Luxembourg",
    )


def _submission() -> Submission:
    kind = ClassCode.EDISPENSATION
    document = SubmittedDocument(
        _entry(7, kind), SUBMITTED, _patient(), ("PID-3|made-up",)
    )
    own = SubmissionSet(
        entry_id=SUBMISSION_ID,
        unique_id="2.25.9",
        source_id=Oid("1.2.3.4"),
        patient=_patient(),
        content_type=kind,
        submission_time=NOW,
        title="eDispensation",
        author_person="doctor-1^A doctor",
        author_institution="A hospital",
    )
    return Submission(own, (document,))
