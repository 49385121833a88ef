"""Fetch a document from another country (ITI-39), asking side.

Spec: IHE ITI TF-2 §3.39.4 / eHDSI XCA profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from lxml import etree

from ncp.audit import TranslationEvent
from ncp.conformity import Conformity, remark_on, report_as_json
from ncp.country_b.ask import ask, refuse_errors
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.country_b.translating import translated, translation_event
from ncp.errors import PeerRefused, ProtocolError, answer_invalid
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.ebxml import PeerError, errors_about
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    RetrieveResponse,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.namespaces import HL7
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from ncp.store import ListedEntry, UnitOfWork
from ncp.terminology.desk import Processed
from transformations.rules import Report
from trust.assertions import HcpAssertion
from trust.identifiers import PatientId
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

_PATIENT_IDS = f"{{{HL7}}}recordTarget/{{{HL7}}}patientRole/{{{HL7}}}id"


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that is CDA; ``names_patient`` is False where its ids are others.

    Some countries answer ITI-55 with a pseudonym that their documents do not carry:
    that is told to the professional and not refused. ``report`` is what the rules say.
    """

    content: bytes = field(repr=False)
    mime_type: str
    names_patient: bool
    root: etree._Element = field(repr=False)
    report: Report
    translation: Processed | None = field(default=None, repr=False)


Fetched: TypeAlias = CheckedDocument | PeerRefused | ProtocolError
"""A document of several, or why it did not come."""


def retrieve(
    services: InitiatingServices,
    peer: Peer,
    patient: PatientId,
    listed: ListedEntry,
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
    language: str | None = None,
) -> CheckedDocument:
    """Return the document, byte for byte as it was sent, and translated beside it.

    Parameters
    ----------
    language
        Whether and how it is to be told to the reader; None: not at all.
    """
    [wanted] = _wanted((listed,))

    def read(answer: SoapMessage) -> Understood[CheckedDocument]:
        understood = _understood(services.conformity, listed, wanted, patient, answer)
        if language is None:
            return understood
        return _told(services, wanted, understood, language)

    return ask(services, _question(peer, patient, (listed,), hcp, assertions), read)


def retrieve_several(
    services: InitiatingServices,
    peer: Peer,
    patient: PatientId,
    listed: Sequence[ListedEntry],
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> tuple[Fetched, ...]:
    """Return each document, or why it did not come; as many at once as the peer takes.

    Raises
    ------
    PeerUnavailable, PeerRefused, ProtocolError
        A message as a whole got no usable answer.
    """
    found: list[Fetched] = []
    for part in batched(listed, peer.documents_per_request):
        question = _question(peer, patient, part, hcp, assertions)
        read = partial(_understood_several, services.conformity, part, patient)
        fetched: tuple[Fetched, ...] = ask(services, question, read)
        found += fetched
    return tuple(found)


def batched(
    listed: Sequence[ListedEntry], size: int
) -> Iterator[Sequence[ListedEntry]]:
    """Give parts of a sequence, none longer than ``size``."""
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def _wanted(listed: Sequence[ListedEntry]) -> tuple[DocumentRequest, ...]:
    return tuple(
        DocumentRequest(
            each.home_community_id, each.repository_unique_id, each.document_unique_id
        )
        for each in listed
    )


def _question(
    peer: Peer,
    patient: PatientId,
    listed: Sequence[ListedEntry],
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> Question:
    return Question(
        transaction=Transaction.ITI_39,
        peer=peer,
        body=write_retrieve_request(RetrieveRequest(_wanted(listed))),
        assertions=assertions,
        hcp=hcp,
        patients=(patient,),
        documents=tuple(each.document_unique_id for each in listed),
        document_kind=ClassCode(listed[0].class_code),
    )


def _understood(
    conformity: Conformity,
    listed: ListedEntry,
    wanted: DocumentRequest,
    patient: PatientId,
    answer: SoapMessage,
) -> Understood[CheckedDocument]:
    response = read_retrieve_response(answer.body, answer.attachments)
    refuse_errors(response.errors, Transaction.ITI_39, frozenset())
    document = response.document_for(wanted)
    if document is None:
        raise answer_invalid("the answer does not hold the document asked for")
    value = checked(document.content, document.mime_type, patient, conformity)
    return Understood(
        value=value,
        has_result=True,
        errors=response.errors,
        also=partial(_remember, _with_content((listed,), (value,))),
        kept={
            "document.xml": document.content,
            "rules.json": partial(report_as_json, value.report),
        },
        remark=_remark((value,)),
    )


def _told(
    services: InitiatingServices,
    wanted: DocumentRequest,
    understood: Understood[CheckedDocument],
    language: str,
) -> Understood[CheckedDocument]:
    """Put the translation beside the document, and what is lacking into the record."""
    document = understood.value
    processed, remarks = translated(services.terminology, document.content, language)
    kept = dict(understood.kept)
    if processed is not None:
        kept["translated.xml"] = processed.document
        kept["terminology.json"] = processed.account.summary
    event = translation_event(services, wanted.document_unique_id, processed, remarks)
    return replace(
        understood,
        value=replace(document, translation=processed),
        remarks=remarks,
        kept=kept,
        also=partial(_remember_told, understood.also, event),
    )


def _remember_told(
    also: Callable[[UnitOfWork], None] | None,
    event: TranslationEvent | None,
    work: UnitOfWork,
) -> None:
    """Record the translation in the commit of the document it is of."""
    if also is not None:
        also(work)
    if event is not None:
        work.audit(event)


def _with_content(
    listed: Sequence[ListedEntry], fetched: Sequence[Fetched]
) -> list[ListedEntry]:
    return [
        replace(entry, content=document.content)
        for entry, document in zip(listed, fetched, strict=True)
        if isinstance(document, CheckedDocument)
    ]


def _remember(received: Sequence[ListedEntry], work: UnitOfWork) -> None:
    """Keep documents as they were received, until their treatment is over."""
    for entry in received:
        work.received_entry(entry)


def _understood_several(
    conformity: Conformity,
    listed: Sequence[ListedEntry],
    patient: PatientId,
    answer: SoapMessage,
) -> Understood[tuple[Fetched, ...]]:
    wanted = _wanted(listed)
    response = read_retrieve_response(answer.body, answer.attachments)
    if not response.documents:
        refuse_errors(response.errors, Transaction.ITI_39, frozenset())
    about = errors_about(response.errors, [each.document_unique_id for each in wanted])
    value = tuple(
        _one_of(conformity, response, each, patient, about) for each in wanted
    )
    return Understood(
        value=value,
        has_result=bool(response.documents),
        errors=response.errors,
        also=partial(_remember, _with_content(listed, value)),
        kept={
            f"document-{number}.xml": document.content
            for number, document in enumerate(response.documents, 1)
        },
        remark=_remark(value),
    )


def _remark(fetched: Sequence[Fetched]) -> str | None:
    """Say which rules the documents break; None where they break none."""
    reports = [each.report for each in fetched if isinstance(each, CheckedDocument)]
    return " ".join(filter(None, map(remark_on, reports))) or None


def _one_of(
    conformity: Conformity,
    response: RetrieveResponse,
    wanted: DocumentRequest,
    patient: PatientId,
    about: Mapping[str, Sequence[PeerError]],
) -> Fetched:
    """Return a document, or the errors that name it, or else all that name none."""
    document = response.document_for(wanted)
    try:
        if document is not None:
            return checked(document.content, document.mime_type, patient, conformity)
        told = about.get(wanted.document_unique_id) or about.get("", ())
        refuse_errors(tuple(told), Transaction.ITI_39, frozenset())
    except (PeerRefused, ProtocolError) as error:
        return error
    return answer_invalid("the answer neither holds the document nor says why not")


def checked(
    content: bytes, mime_type: str, patient: PatientId, conformity: Conformity
) -> CheckedDocument:
    """Check that a document is CDA, names the patient, and keeps the rules.

    Raises
    ------
    ProtocolError
        It is none, or it breaks rules and the settings say that it is refused then.
    """
    try:
        root = parse_xml(content, DOCUMENT_LIMITS)
    except XmlRefused as error:
        raise answer_invalid(f"the document was refused: {error}") from None
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        raise answer_invalid("the document is no CDA document")
    report = conformity.judge(root)
    if conformity.refuses and not report.is_valid:
        raise answer_invalid(remark_on(report))
    return CheckedDocument(content, mime_type, _names(root, patient), root, report)


def _names(root: etree._Element, patient: PatientId) -> bool:
    return any(
        (found.get("root"), found.get("extension")) == (patient.root, patient.extension)
        for found in root.iterfind(_PATIENT_IDS)
    )
