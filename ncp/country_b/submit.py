"""Submit a dispensation, or its discard, to another country (ITI-41), asking side.

Whatever happens on the line, a document is submitted once: it is kept with its ids
before a byte of it leaves, and the same document again is the same message again. The
other country recognises it by its id and tells its first result.

Spec: IHE ITI TF-2 §3.41.4 / eHDSI XDR profile / ARCHITECTURE "Duplicates are normal".
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from ncp.country_b.ask import ask, refuse_errors, state_unknown
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.errors import PeerRefused, PolicyError, ProtocolError, Refusal, answer_invalid
from ncp.ihe.cda_facts import CdaFacts, NotCda, read_cda_facts
from ncp.ihe.codes import (
    TYPE_CODE_NAMES,
    ClassCode,
    FaultCode,
    FormatCode,
    ResponseStatus,
    Transaction,
)
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.iti41_xdr import (
    Submission,
    SubmissionSet,
    SubmittedDocument,
    read_submission_response,
    write_submission,
    xcn,
    xon,
)
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from ncp.store import SentSubmission, SubmissionState, UnitOfWork
from trust.assertions import HcpAssertion
from trust.identifiers import PatientId

# Long enough to find out what became of it; what it says is a patient's.
KEPT: Final = timedelta(days=7)
_FORMATS: Final = {
    ClassCode.EDISPENSATION: FormatCode.EDISPENSATION,
    ClassCode.DISCARD: FormatCode.DISCARD,
}


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name and for which patient a document is submitted."""

    peer: Peer
    patient: PatientId
    hcp: HcpAssertion
    assertions: tuple[bytes, ...]


def submit(
    services: InitiatingServices,
    sender: Sender,
    operation: ClassCode,
    content: bytes,
    also: Callable[[UnitOfWork], None] | None = None,
) -> SentSubmission:
    """Submit a document; one that was accepted before is not sent again.

    Parameters
    ----------
    also
        What belongs into the same commit as the record that it was accepted.

    Raises
    ------
    PeerUnavailable
        ``SUBMISSION_STATE_UNKNOWN``: it may have arrived; submit the same again. With
        any other reason nothing of it was sent.
    PeerRefused
        The other country refused it.
    ProtocolError, PolicyError
        It is no document that can be submitted, or not of this patient, or another than
        was submitted under its id.
    """
    facts = _facts(sender, content)
    sent = _kept(services, sender, operation, facts.unique_id, content)
    if sent.state is SubmissionState.ACCEPTED:
        _remember(services, sent, also)
        return sent
    accepted = replace(sent, state=SubmissionState.ACCEPTED)
    try:
        ask(
            services,
            _question(services, sender, sent, facts.language),
            lambda answer: _understood(answer, _remembering(accepted, also)),
        )
    except PeerRefused as error:
        if FaultCode.RECEIVER in error.codes:
            raise state_unknown(error) from error
        _remember(services, replace(sent, state=SubmissionState.REFUSED))
        raise
    except ProtocolError as error:
        raise state_unknown(error) from error
    return accepted


def _facts(sender: Sender, content: bytes) -> CdaFacts:
    try:
        facts = read_cda_facts(content)
    except NotCda as error:
        raise ProtocolError(Refusal.SUBMISSION_INVALID, str(error)) from None
    if sender.patient not in facts.patients:
        raise PolicyError(
            Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
            "the document does not name the patient of this treatment",
            "Submit it from the treatment of its own patient.",
        )
    return facts


def _kept(
    services: InitiatingServices,
    sender: Sender,
    operation: ClassCode,
    unique_id: str,
    content: bytes,
) -> SentSubmission:
    """Return what was kept of this document before, or keep it now."""
    handle = _handle(sender.peer, operation, unique_id)
    known = services.store.sent_submissions.load(handle)
    if known is None:
        sent = _new(services, sender, operation, handle, unique_id, content)
        _remember(services, sent)
        return sent
    if known.content != content:
        raise PolicyError(
            Refusal.SUBMISSION_CHANGED,
            "a document with this id and another content was submitted before",
            "A changed document needs an id of its own.",
        )
    return known


def _handle(peer: Peer, operation: ClassCode, unique_id: str) -> str:
    named = f"{peer.country}\x1f{operation}\x1f{unique_id}"
    return hashlib.sha256(named.encode()).hexdigest()


def _new(
    services: InitiatingServices,
    sender: Sender,
    operation: ClassCode,
    handle: str,
    unique_id: str,
    content: bytes,
) -> SentSubmission:
    fresh, now, hcp = services.fresh_ids, services.clock.now(), sender.hcp
    return SentSubmission(
        handle=handle,
        country=sender.peer.country,
        operation=operation.value,
        state=SubmissionState.UNKNOWN,
        message_id=fresh.uuid().urn,
        submission_set_id=f"2.25.{fresh.uuid().int}",
        entry_id=str(fresh.uuid()),
        document_unique_id=unique_id,
        author_person=xcn(hcp.name_id, hcp.subject_name),
        author_institution=xon(hcp.organization or hcp.locality, hcp.organization_id),
        content=content,
        submitted_at=now,
        expires=now + KEPT,
    )


def _remembering(
    sent: SentSubmission, also: Callable[[UnitOfWork], None] | None
) -> Callable[[UnitOfWork], None]:
    def remember(work: UnitOfWork) -> None:
        work.submission(sent)
        if also is not None:
            also(work)

    return remember


def _remember(
    services: InitiatingServices,
    sent: SentSubmission,
    also: Callable[[UnitOfWork], None] | None = None,
) -> None:
    with services.store.unit_of_work() as work:
        _remembering(sent, also)(work)
        work.commit()


# What is sent -----------------------------------------------------------------------


def _question(
    services: InitiatingServices,
    sender: Sender,
    sent: SentSubmission,
    language: str | None,
) -> Question:
    operation = ClassCode(sent.operation)
    submission = Submission(
        _set(services, sender, sent, operation),
        (_document(services, sender, sent, operation, language),),
    )
    body, attachments = write_submission(submission, services.fresh_ids)
    return Question(
        transaction=Transaction.ITI_41,
        peer=sender.peer,
        body=body,
        assertions=sender.assertions,
        hcp=sender.hcp,
        patients=(sender.patient,),
        documents=(sent.document_unique_id,),
        document_kind=operation,
        attachments=attachments,
        message_id=sent.message_id,
        submission_set=sent.submission_set_id,
    )


def _set(
    services: InitiatingServices,
    sender: Sender,
    sent: SentSubmission,
    operation: ClassCode,
) -> SubmissionSet:
    return SubmissionSet(
        entry_id=uuid.uuid5(uuid.UUID(sent.entry_id), sent.submission_set_id),
        unique_id=sent.submission_set_id,
        source_id=services.identity.home_community_id,
        patient=sender.patient,
        content_type=operation,
        submission_time=sent.submitted_at,
        title=TYPE_CODE_NAMES[operation],
        author_person=sent.author_person,
        author_institution=sent.author_institution,
    )


def _document(
    services: InitiatingServices,
    sender: Sender,
    sent: SentSubmission,
    operation: ClassCode,
    language: str | None,
) -> SubmittedDocument:
    identity = services.identity
    entry = DocumentEntry(
        entry_id=uuid.UUID(sent.entry_id),
        unique_id=sent.document_unique_id,
        repository_unique_id="",
        home=None,
        patient=sender.patient,
        class_code=operation,
        type_code=operation,
        format_code=_FORMATS[operation],
        creation_time=sent.submitted_at,
        title=TYPE_CODE_NAMES[operation],
        language=language or identity.language,
        country=identity.country,
        country_name=identity.country_name,
    )
    pid_3 = f"PID-3|{sender.patient.cx}"
    return SubmittedDocument(entry, sent.content, sender.patient, (pid_3,))


def _understood(
    answer: SoapMessage, also: Callable[[UnitOfWork], None]
) -> Understood[None]:
    response = read_submission_response(answer.body)
    refuse_errors(response.errors, Transaction.ITI_41, frozenset())
    if response.status is ResponseStatus.FAILURE:
        raise answer_invalid("the answer is a failure, or has no status, and no reason")
    return Understood(None, has_result=True, errors=response.errors, also=also)
