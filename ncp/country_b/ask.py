"""Asks another country, understands the answer, records it, in that order.

An answer is told to the caller only when its record is durable. After a fault of the
line the question is sent once more, as the field does: same MessageID, same assertions,
a rebuilt envelope. A SOAP fault is an answer: it is never a reason to send again. Who
took the question and had all the time to answer is asked again only where it has moved:
nobody waits twice as long as the settings say. What is submitted is sent again only
where no byte of it has left.

Spec: IHE ITI TF-1 §18.1 (Initiating Gateway) / ARCHITECTURE "Duplicates are normal".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from lxml import etree

from ncp.answers import meanings_of
from ncp.country_b.question import Question, Reader, Sent, T, Understood
from ncp.country_b.record import record_answer, record_failure
from ncp.country_b.restraint import admit
from ncp.country_b.services import InitiatingServices
from ncp.errors import (
    NcpError,
    PeerRefused,
    PeerUnavailable,
    Refusal,
    answer_invalid,
)
from ncp.evidence import ExchangeEvidence, Part, WireMessage, security_hash
from ncp.evidence.shown_assertions import shown_assertions
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.figures import Stages
from ncp.ihe.codes import Transaction
from ncp.ihe.ebxml import PeerError
from ncp.ihe.soap import (
    SoapMessage,
    body_hash,
    read_request,
    read_response,
    security_header_bytes,
    write_request,
)
from trust.xml import exclusive_c14n

_log = structlog.get_logger(__name__)
_MAY_HAVE_MOVED = frozenset({Refusal.PEER_UNREACHABLE, Refusal.PEER_NOT_BELIEVED})


@dataclass(slots=True)
class _Course:
    """What happened while it was asked; the request may go out in two forms."""

    request: HttpPayload
    stages: Stages = field(default_factory=Stages)
    parts: dict[str, Part] = field(default_factory=dict)
    response: PeerAnswer | None = None
    response_id: str | None = None

    def evidence(self, sent: Sent) -> ExchangeEvidence:
        """Return what shows later what was sent and what came back."""
        received = self.response
        return ExchangeEvidence(
            request=WireMessage.of(self.request.body, sent.message_id),
            response=WireMessage.of(received.body, self.response_id)
            if received
            else None,
            assertions=sent.assertions,
            security_sha256=security_hash(sent.header),
            peer_certificate=received.certificate if received else None,
        )


def ask(services: InitiatingServices, question: Question, read: Reader[T]) -> T:
    """Ask, and return what ``read`` understood.

    Raises
    ------
    PeerUnavailable, PeerRefused, ProtocolError
        No usable answer came; the failure is recorded.
    HeldBack
        A rule against abuse says that nothing is asked; nothing was sent.
    StoreUnavailable
        The exchange could not be recorded; nothing is told.
    """
    admit(services, question)
    message_id = question.message_id or services.fresh_ids.uuid().urn
    payload = _written(question, message_id)
    sent = _sent(services, payload, message_id)
    # Whoever has the trace of a problem finds the record by this.
    _log.info(
        "peer.asked",
        transaction=question.transaction.value,
        country=question.peer.country,
        message_id=message_id,
    )
    course = _Course(payload)
    parts, stages = course.parts, course.stages
    parts["request.bin"] = payload.body
    try:
        answer, understood = _answered(services, question, sent, read, course)
    except NcpError as error:
        error.message_id = message_id
        record_failure(services, question, sent, error, course.evidence(sent))
        parts["decision.json"] = _told(question, sent, payload, error)
        raise
    else:
        evidence = course.evidence(sent)
        record_answer(services, question, sent, answer, understood, evidence)
        parts["decision.json"] = _told(question, sent, payload, None)
        parts.update(understood.kept)
    finally:
        parts["stages.json"] = stages.milliseconds()
        _keep(services, question, sent, parts)
    return understood.value


def refuse_errors(
    errors: tuple[PeerError, ...], transaction: Transaction, nothing: frozenset[str]
) -> None:
    """Raise unless every error is a warning, or says that there is nothing.

    Parameters
    ----------
    nothing
        Codes that peers use for an empty result, whatever severity they give them.
    """
    serious = [e for e in errors if not e.is_warning and e.code not in nothing]
    if serious:
        codes = tuple(e.code or e.reason or "no code" for e in serious)
        told = [told_code(code, transaction) for code in codes]
        raise PeerRefused(
            Refusal.PEER_ANSWERED_ERROR,
            f"the other country refused: {'; '.join(told)}",
            "Its operator finds the message by its id.",
            codes,
            tuple(each.words for each in serious),
        )


def told_warnings(
    errors: tuple[PeerError, ...], transaction: Transaction, nothing: frozenset[str]
) -> tuple[str, ...]:
    """Return what a peer remarked beside its answer; that there is nothing is none."""
    return tuple(
        _told_warning(each, transaction)
        for each in errors
        if each.is_warning and each.code not in nothing
    )


def _told_warning(error: PeerError, transaction: Transaction) -> str:
    """Return a warning; where nobody knows its code, as it was told."""
    code = error.code or "no code"
    told = told_code(code, transaction)
    return str(error.words) if told == code else told


def told_code(code: str, transaction: Transaction) -> str:
    """Return a code with what it may mean."""
    meanings = [meaning.rstrip(".") for meaning in meanings_of(code, transaction)]
    return f"{code} ({' / '.join(meanings)})" if meanings else code


def _answered(
    services: InitiatingServices,
    question: Question,
    sent: Sent,
    read: Reader[T],
    course: _Course,
) -> tuple[SoapMessage, Understood[T]]:
    with course.stages.measure("exchange"):
        received = _sent_twice_at_most(services, question, course, sent.message_id)
    course.response = received
    course.parts["response.bin"] = received.body
    with course.stages.measure("understand"):
        answer = read_response(received)
        course.response_id = answer.addressing.message_id
        _check_addressed(question, sent, answer)
        return answer, read(answer)


def _written(question: Question, message_id: str) -> HttpPayload:
    return write_request(
        question.body,
        action=question.transaction.request_action,
        message_id=message_id,
        to=question.peer.address(question.service),
        assertions=question.assertions,
        mtom=question.transaction is Transaction.ITI_39,
        attachments=question.attachments,
    )


def _sent(services: InitiatingServices, payload: HttpPayload, message_id: str) -> Sent:
    """Read our own request back: what is recorded is what went out."""
    message = read_request(payload, None)
    return Sent(
        moment=services.clock.now(),
        message_id=message_id,
        header=security_header_bytes(message),
        query=exclusive_c14n(_query_of(message)),
        body_hash=body_hash(message),
        assertions=shown_assertions(message),
    )


def _query_of(message: SoapMessage) -> etree._Element:
    """Return what is recorded as the question: of a submission, the metadata alone."""
    first = next(message.body.iterchildren("*"), None)
    if message.transaction is not Transaction.ITI_41 or first is None:
        return message.body
    return first


def _sent_twice_at_most(
    services: InitiatingServices,
    question: Question,
    course: _Course,
    message_id: str,
) -> PeerAnswer:
    try:
        return services.line.send(question.peer, question.service, course.request)
    except PeerUnavailable as error:
        if error.refusal not in _MAY_HAVE_MOVED:
            raise
        _refuse_unknown_state(question, error)
        # It may have moved, or changed its keys, since its entry was read.
        peer = services.line.refreshed(question.peer)
        if not _is_worth_repeating(error) and peer == question.peer:
            raise
        _log.warning("peer.asked-again", peer=peer.country)
    course.request = _written(replace(question, peer=peer), message_id)
    try:
        return services.line.send(peer, question.service, course.request)
    except PeerUnavailable as error:
        _refuse_unknown_state(question, error)
        raise


def _is_worth_repeating(error: PeerUnavailable) -> bool:
    """Whether the same address may answer now; not where it had all its time."""
    return error.refusal is Refusal.PEER_UNREACHABLE and not error.waited_in_full


def _refuse_unknown_state(question: Question, error: PeerUnavailable) -> None:
    """Raise where a submission may have arrived: it is not repeated by itself."""
    if question.transaction is Transaction.ITI_41 and not error.nothing_was_sent:
        raise state_unknown(error) from error


def state_unknown(error: NcpError) -> PeerUnavailable:
    """Make the error for a submission of which nobody knows whether it was taken."""
    return PeerUnavailable(
        Refusal.SUBMISSION_STATE_UNKNOWN,
        "it is not known whether the other country took the document: "
        f"{error.public_message}",
        "Submit the very same document again; it goes out with the same ids and bytes, "
        "and counts once.",
    )


def _check_addressed(question: Question, sent: Sent, answer: SoapMessage) -> None:
    if answer.transaction is not question.transaction:
        raise answer_invalid("the answer is of another transaction than the question")
    if answer.addressing.relates_to not in {None, sent.message_id}:
        raise answer_invalid("the answer relates to another message")


def _told(
    question: Question, sent: Sent, payload: HttpPayload, error: NcpError | None
) -> dict[str, Any]:
    return {
        "transaction": question.transaction,
        "sentAt": sent.moment.isoformat(),
        "country": question.peer.country,
        "messageId": sent.message_id,
        "requestContentType": payload.content_type,
        "condition": error.refusal if error else None,
        "sentence": error.public_message if error else None,
        "codes": error.codes if isinstance(error, PeerRefused) else (),
        "told": _words_of(error),
    }


def _words_of(error: NcpError | None) -> list[dict[str, str]]:
    told = error.told if isinstance(error, PeerRefused) else ()
    return [each.as_json() for each in told]


def _keep(
    services: InitiatingServices,
    question: Question,
    sent: Sent,
    parts: Mapping[str, Part],
) -> None:
    if services.exchange_folder is None:
        return
    try:
        services.exchange_folder.keep(
            sent.moment, question.transaction, sent.message_id, parts
        )
    except OSError as error:
        # The record is in the store; this copy is a convenience for testers.
        _log.error("exchange.not_kept", error=type(error).__name__)
