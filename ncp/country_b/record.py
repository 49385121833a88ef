"""Makes the record of a question: one message row and its audit events, one commit.

Spec: IHE ITI TF-2 §3.38.5, §3.39.5, §3.55.5 / eHDSI audit profile (sheet 06 1.2, 1.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509

from ncp.audit import (
    Auditable,
    AuditError,
    AuditEvent,
    CommunicationFailure,
    NodeAuthenticationAlert,
    Side,
    exchange_outcome,
    human_requestor,
)
from ncp.country_b.question import Question, Sent, Understood
from ncp.country_b.restraint import note
from ncp.country_b.services import InitiatingServices
from ncp.errors import NcpError, PeerRefused, PeerUnavailable, Refusal
from ncp.evidence import ExchangeEvidence
from ncp.evidence.endings import ANSWERED, FAILED, REFUSED
from ncp.ihe.soap import SoapMessage, security_header_bytes
from ncp.store import Direction, MessageRecord, UnitOfWork
from trust.certificates import subject_name

_NO_UNDERSTANDING: Final = frozenset(
    {
        Refusal.PEER_UNREACHABLE,
        Refusal.PEER_ANSWER_INVALID,
        Refusal.SUBMISSION_STATE_UNKNOWN,
    }
)


def record_answer(
    services: InitiatingServices,
    question: Question,
    sent: Sent,
    answer: SoapMessage,
    understood: Understood[Any],
    evidence: ExchangeEvidence,
) -> None:
    """Commit what was asked and answered; returns when it is durable."""
    errors = tuple(
        AuditError(error.code, str(error.words)) for error in understood.errors
    )
    _commit(
        services,
        _message(question, sent, evidence, outcome=ANSWERED, remark=understood.remark),
        (
            _event(
                services,
                question,
                sent,
                evidence,
                patients=understood.patients or question.patients,
                documents=understood.documents or question.documents,
                response_message_id=answer.addressing.message_id,
                response_header=security_header_bytes(answer),
                errors=(*errors, *understood.remarks),
                outcome=exchange_outcome(
                    question.transaction,
                    has_result=understood.has_result,
                    has_errors=bool(errors),
                    is_no_match=understood.is_no_match,
                ),
            ),
        ),
        partial(_note_answer, services, question, understood),
    )


def _note_answer(
    services: InitiatingServices,
    question: Question,
    understood: Understood[Any],
    work: UnitOfWork,
) -> None:
    if understood.also is not None:
        understood.also(work)
    note(services, work, question, understood)


def record_failure(
    services: InitiatingServices,
    question: Question,
    sent: Sent,
    error: NcpError,
    evidence: ExchangeEvidence,
) -> None:
    """Commit that a question got no usable answer, and why."""
    outcome = FAILED if isinstance(error, PeerUnavailable) else REFUSED
    event = _event(
        services,
        question,
        sent,
        evidence,
        patients=question.patients,
        documents=question.documents,
        response_message_id=(
            evidence.response.message_id if evidence.response else None
        ),
        errors=_audit_errors(error),
        outcome=exchange_outcome(
            question.transaction, has_result=False, has_errors=True
        ),
    )
    _commit(
        services,
        _message(question, sent, evidence, outcome=outcome, error=error),
        (event, *_beside(event, error)),
        lambda work: note(services, work, question, None),
    )


def _beside(event: AuditEvent, error: NcpError) -> Iterator[Auditable]:
    """Yield what is remarkable about the other gateway: of a stranger, just that."""
    if error.refusal is Refusal.PEER_NOT_BELIEVED:
        yield _stranger(event, error)
    elif error.refusal in _NO_UNDERSTANDING:
        yield CommunicationFailure.of(event)


def _stranger(event: AuditEvent, error: NcpError) -> NodeAuthenticationAlert:
    """Make the alert about a server whose certificate was not believed (110126)."""
    host = event.provider_address or "unknown"
    return NodeAuthenticationAlert(
        moment=event.moment,
        audit_source=event.audit_source,
        reporter=event.consumer_dn or host,
        node=host,
        address=event.provider_address,
        description=error.public_message,
    )


def _audit_errors(error: NcpError) -> tuple[AuditError, ...]:
    """Return what went wrong: of a peer's refusal, its own words beside ours."""
    if not isinstance(error, PeerRefused):
        return (AuditError(error.refusal.value, error.public_message),)
    told = "; ".join(map(str, error.told))
    text = f"{error.public_message} [{told}]" if told else error.public_message
    return tuple(
        AuditError(code, text) for code in error.codes or (error.refusal.value,)
    )


def _commit(
    services: InitiatingServices,
    message: MessageRecord,
    events: Sequence[Auditable],
    also: Callable[[UnitOfWork], None],
) -> None:
    with services.store.unit_of_work() as work:
        work.message(message)
        for event in events:
            work.audit(event)
        also(work)
        work.commit()


def _message(
    question: Question,
    sent: Sent,
    evidence: ExchangeEvidence,
    *,
    outcome: str,
    error: NcpError | None = None,
    remark: str | None = None,
) -> MessageRecord:
    return MessageRecord(
        peer=question.peer.country,
        direction=Direction.OUTBOUND,
        transaction=question.transaction,
        message_id=sent.message_id,
        body_hash=sent.body_hash,
        outcome=outcome,
        condition=error.refusal.value if error else None,
        decisions=(),
        received_at=sent.moment,
        sentence=error.public_message if error else remark,
        evidence=evidence,
    )


def _event(
    services: InitiatingServices,
    question: Question,
    sent: Sent,
    evidence: ExchangeEvidence,
    **facts: Any,
) -> AuditEvent:
    identity, hcp = services.identity, question.hcp
    return AuditEvent(
        transaction=question.transaction,
        side=Side.B,
        moment=sent.moment,
        audit_source=identity.audit_source,
        document_kind=question.document_kind,
        point_of_care=hcp.organization or hcp.locality,
        human=human_requestor(hcp),
        consumer_dn=identity.tls_client_dn,
        provider_dn=_shown(evidence.peer_certificate),
        source_address=identity.node_address,
        provider_address=urlsplit(question.peer.address(question.service)).hostname,
        query=sent.query,
        home_community_id=question.peer.home_community_id,
        request_message_id=sent.message_id,
        request_header=sent.header,
        purpose_of_use=hcp.purpose_of_use.value,
        submission_set=question.submission_set,
        **facts,
    )


def _shown(certificate: bytes | None) -> str | None:
    """Return the subject of the certificate that the other gateway showed."""
    if certificate is None:
        return None
    return subject_name(x509.load_der_x509_certificate(certificate))
