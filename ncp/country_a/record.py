"""Makes the record of an exchange: one message row and its audit events, one commit.

Spec: IHE ITI TF-2 §3.38.5, §3.39.5, §3.55.5 / eHDSI audit profile (sheet 06 1.2, 1.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.audit import (
    Auditable,
    AuditError,
    AuditEvent,
    AuditOutcome,
    CommunicationFailure,
    ExchangeAlert,
    NodeAuthenticationAlert,
    Side,
    exchange_outcome,
    human_requestor,
    is_denial,
)
from ncp.country_a.reply import Reply
from ncp.country_a.restraint import note
from ncp.country_a.services import RespondingServices
from ncp.country_a.trace import Trace
from ncp.errors import Refusal
from ncp.evidence import ExchangeEvidence, WireMessage, security_hash
from ncp.evidence.endings import ANSWERED, ANSWERED_IN_PART, REFUSED
from ncp.evidence.shown_assertions import shown_assertions
from ncp.identity import GatewayIdentity
from ncp.ihe.codes import Severity
from ncp.ihe.soap import security_header_bytes
from ncp.store import Direction, MessageRecord
from trust.certificates import CertificateBelief, subject_name

UNREAD = "unread"


def commit_record(services: RespondingServices, trace: Trace, reply: Reply) -> None:
    """Commit everything the exchange leaves; returns when it is durable.

    Raises
    ------
    StoreConflict
        A claim was overtaken: to be decided about anew, and committed again.
    StoreUnavailable
        Nothing is recorded for certain; the answer must not leave.
    """
    identity = services.identity
    with services.store.unit_of_work() as work:
        trace.claims.put_into(work)
        work.message(_message_record(trace, reply))
        for event in _events(identity, trace, reply):
            work.audit(event)
        for document in reply.result.issued if reply.result else ():
            work.issued_document(document)
        note(services, work, trace, reply)
        work.commit()


def _events(
    identity: GatewayIdentity, trace: Trace, reply: Reply
) -> Iterator[Auditable]:
    """Yield what the trail says: the exchange, and what is remarkable beside it."""
    is_stranger = trace.peer is not None and not trace.peer.decision.is_accepted
    if trace.message is None:
        yield _not_understood(identity, trace, reply)
    else:
        exchange = _audit_event(identity, trace, reply)
        yield exchange
        yield from trace.translations
        # Of a stranger the alert about the node says more.
        if is_denial(trace.condition) and not is_stranger:
            sentence = trace.sentence or ""
            yield ExchangeAlert.denied(exchange, trace.condition, sentence)
    if trace.peer is not None and is_stranger:
        yield _node_alert(identity, trace, trace.peer)


def _message_record(trace: Trace, reply: Reply) -> MessageRecord:
    return MessageRecord(
        peer=trace.country,
        direction=Direction.INBOUND,
        transaction=trace.transaction,
        message_id=trace.message_id,
        body_hash=trace.body_hash,
        outcome=_word(trace, reply),
        condition=trace.condition.value if trace.condition else None,
        decisions=tuple(trace.decisions),
        received_at=trace.http.received_at,
        sighting=trace.sighting,
        sentence=trace.sentence,
        evidence=_evidence(trace, reply),
    )


def _word(trace: Trace, reply: Reply) -> str:
    """Return what became of the request: a document beside an error is no refusal."""
    warned = [answer.severity is Severity.WARNING for answer in reply.answers]
    if trace.condition is None or (warned and all(warned)):
        return ANSWERED
    has_result = reply.result is not None and reply.result.has_result
    return ANSWERED_IN_PART if has_result else REFUSED


def _evidence(trace: Trace, reply: Reply) -> ExchangeEvidence:
    message, body = trace.message, trace.http.body
    return ExchangeEvidence(
        request=WireMessage.of(body, trace.message_id) if body else None,
        response=WireMessage.of(reply.http.payload.body, reply.message_id),
        assertions=shown_assertions(message) if message else (),
        security_sha256=security_hash(security_header_bytes(message))
        if message
        else None,
        peer_certificate=trace.http.peer.certificate,
        national=tuple(trace.national),
    )


def _audit_event(identity: GatewayIdentity, trace: Trace, reply: Reply) -> AuditEvent:
    message, facts, hcp = trace.message, reply.facts, trace.hcp
    if message is None:
        raise ValueError("an exchange that was not read has no audit event")
    return AuditEvent(
        transaction=message.transaction,
        side=Side.A,
        moment=trace.http.received_at,
        outcome=_outcome(trace, reply),
        audit_source=identity.audit_source,
        document_kind=facts.document_kind,
        point_of_care=(hcp.organization or hcp.locality) if hcp else None,
        human=human_requestor(hcp) if hcp else None,
        consumer_dn=_peer_dn(trace),
        provider_dn=identity.tls_server_dn,
        source_address=trace.http.peer.address,
        patients=facts.patients,
        query=facts.query,
        home_community_id=identity.home_community_id,
        documents=facts.documents,
        request_message_id=trace.message_id,
        response_message_id=reply.message_id,
        request_header=security_header_bytes(message),
        errors=_errors(reply),
        purpose_of_use=hcp.purpose_of_use.value if hcp else None,
        submission_set=facts.submission_set,
    )


def _not_understood(
    identity: GatewayIdentity, trace: Trace, reply: Reply
) -> CommunicationFailure:
    """Make the event of a message that could not be read (EHDSI-CF)."""
    return CommunicationFailure(
        side=Side.A,
        moment=trace.http.received_at,
        audit_source=identity.audit_source,
        consumer_dn=_peer_dn(trace),
        provider_dn=identity.tls_server_dn,
        source_address=trace.http.peer.address,
        request_message_id=trace.message_id or None,
        response_message_id=reply.message_id,
        errors=_errors(reply),
    )


def _errors(reply: Reply) -> tuple[AuditError, ...]:
    """Return what was answered; a fault without a code goes by its condition."""
    return tuple(
        AuditError(each.code or each.condition.value, each.context)
        for each in reply.answers
    )


def _peer_dn(trace: Trace) -> str | None:
    certificate = trace.peer_certificate
    return None if certificate is None else subject_name(certificate)


def _outcome(trace: Trace, reply: Reply) -> AuditOutcome:
    if trace.transaction is None:
        raise ValueError("an exchange that was not read has no outcome")
    return exchange_outcome(
        trace.transaction,
        has_result=reply.result is not None and reply.result.has_result,
        # A warning beside a document is told, and no failure.
        has_errors=any(
            answer.condition is not Refusal.CODES_PARTLY_UNMAPPED
            or answer.severity is not Severity.WARNING
            for answer in reply.answers
        ),
        is_no_match=trace.condition is Refusal.PATIENT_UNKNOWN,
    )


def _node_alert(
    identity: GatewayIdentity, trace: Trace, peer: CertificateBelief
) -> NodeAuthenticationAlert:
    """Make the alert about a TLS peer that was not believed (DCM 110126)."""
    address = trace.http.peer.address
    return NodeAuthenticationAlert(
        moment=trace.http.received_at,
        audit_source=identity.audit_source,
        reporter=identity.tls_server_dn,
        node=subject_name(peer.certificate) if peer.certificate else address,
        address=address,
        description=peer.decision.sentence,
    )
