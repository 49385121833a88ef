"""The responding gateway: believes a message, answers it, records it, in that order.

The outermost of country A: nothing is raised out of it. An answer leaves only when its
record is durable; where that fails a fault leaves, and no document.

Spec: IHE ITI TF-1 §18.1 (Responding Gateway) / ARCHITECTURE "The way of a request".
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from ncp.answers import Answer, answer_for
from ncp.country_a.belief import believe, claim_now, judge_peer
from ncp.country_a.record import UNREAD, commit_record
from ncp.country_a.reply import Reply
from ncp.country_a.restraint import admit
from ncp.country_a.services import RespondingServices
from ncp.country_a.trace import Trace
from ncp.country_a.use_case import AuditFacts, UseCase, UseCaseResult
from ncp.errors import InternalError, NcpError, ProtocolError, Refusal
from ncp.evidence import Part
from ncp.evidence.national_hops import national_hops
from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp, PeerIdentity
from ncp.ihe.soap import (
    RequestRefused,
    SoapMessage,
    read_request,
    write_fault,
    write_response,
)
from ncp.store import StoreConflict, StoreUnavailable
from ncp.telemetry import traced

_log = structlog.get_logger(__name__)


class RespondingGateway:
    """Answers what other countries send; one instance serves all threads."""

    def __init__(
        self, services: RespondingServices, use_cases: Sequence[UseCase]
    ) -> None:
        self.services = services
        self._use_cases = {case.transaction: case for case in use_cases}

    def answer(self, request: InboundHttp) -> OutboundHttp:
        """Answer one message; refusals are answers too, nothing is raised."""
        with traced(answer_id := self._new_message_id()):
            return self._answer(request, answer_id)

    def _answer(self, request: InboundHttp, answer_id: str) -> OutboundHttp:
        trace = self._begun(request, answer_id)
        with national_hops() as trace.national:
            reply = self._replied(trace)
        reply = self._recorded(trace, reply)
        self._keep(trace, reply)
        _log.info(
            "exchange.answered",
            transaction=trace.transaction.value if trace.transaction else UNREAD,
            peer=trace.country,
            condition=trace.condition.value if trace.condition else None,
            status=reply.http.status,
        )
        return reply.http

    def refuse_too_large(
        self, peer: PeerIdentity, received_at: datetime
    ) -> OutboundHttp:
        """Record and answer a message that went over the door's limit."""
        request = InboundHttp("", "", None, b"", peer, received_at)
        trace = self._begun(request, self._new_message_id())
        error = ProtocolError(
            Refusal.MESSAGE_TOO_LARGE, "the message is over the door's limit"
        )
        return self._recorded(trace, self._fault(trace, error)).http

    def _begun(self, request: InboundHttp, answer_id: str) -> Trace:
        trace = Trace(request, self.services.clock.now(), answer_id)
        judge_peer(self.services, trace)
        return trace

    # Believing and answering --------------------------------------------------------

    def _replied(self, trace: Trace) -> Reply:
        try:
            with trace.stages.measure("read"):
                message = trace.message = _read(trace.http)
        except ProtocolError as error:
            return self._fault(trace, error)
        trace.transaction = message.transaction
        use_case = self._use_cases[message.transaction]
        try:
            return self._in_band(trace, self._answered(trace, message, use_case))
        except NcpError as error:
            return self._refused(trace, message, use_case, error)
        except Exception as error:  # noqa: BLE001 - the outermost handler
            return self._refused(trace, message, use_case, _defect(error))

    def _answered(
        self, trace: Trace, message: SoapMessage, use_case: UseCase
    ) -> UseCaseResult:
        request = believe(self.services, trace, message, use_case)
        trace.request = request
        with trace.stages.measure("restraint"):
            admit(self.services, request, message.transaction)
        result = use_case.answer(request, trace.stages)
        for decision in result.decisions:
            trace.decide(decision)
        for event in result.translations:
            trace.translate(event)
        trace.sentence = result.remark
        if result.refused:
            trace.refuse(result.refused[0])
        elif result.answers:
            trace.condition = result.answers[0].condition
            told = (result.answers[0].text, result.remark)
            trace.sentence = " ".join(filter(None, told))
        return result

    def _refused(
        self, trace: Trace, message: SoapMessage, use_case: UseCase, error: NcpError
    ) -> Reply:
        trace.refuse(error)
        answer = answer_for(
            error.refusal,
            message.transaction,
            self.services.dialect_of(trace.country),
            use_case.class_code(message.body),
        )
        if answer.is_fault:
            return self._fault(trace, error)
        try:
            return self._in_band(trace, use_case.refusal(message.body, answer))
        except ProtocolError as unreadable:
            # It was refused already and cannot even be answered in band: the first
            # reason stays in the record, the fault says what the peer can mend.
            return self._fault_of(
                trace, answer_for(unreadable.refusal, message.transaction)
            )

    # Writing ------------------------------------------------------------------------

    def _in_band(self, trace: Trace, result: UseCaseResult) -> Reply:
        message = trace.message
        if message is None:
            raise ValueError("there is no message to answer in band")
        with trace.stages.measure("write"):
            payload = write_response(
                result.body,
                action=message.transaction.response_action,
                message_id=trace.answer_id,
                relates_to=trace.message_id,
                attachments=result.attachments,
            )
        return Reply(
            OutboundHttp(200, payload),
            trace.answer_id,
            result.answers,
            result.facts,
            result,
        )

    def _fault(self, trace: Trace, error: NcpError) -> Reply:
        trace.refuse(error)
        if isinstance(error, RequestRefused):
            trace.transaction = error.transaction
            trace.unread_message_id = error.message_id
        header = error.header if isinstance(error, RequestRefused) else None
        return self._fault_of(
            trace, answer_for(error.refusal, trace.transaction), header
        )

    def _fault_of(
        self, trace: Trace, answer: Answer, header: str | None = None
    ) -> Reply:
        message_id = trace.answer_id
        status, payload = write_fault(
            answer, message_id=message_id, relates_to=trace.message_id, header=header
        )
        return Reply(OutboundHttp(status, payload), message_id, (answer,), AuditFacts())

    def _new_message_id(self) -> str:
        return self.services.fresh_ids.uuid().urn

    # Recording ----------------------------------------------------------------------

    def _recorded(self, trace: Trace, reply: Reply) -> Reply:
        """Return the reply once its record is durable, else a fault."""
        try:
            with trace.stages.measure("record"):
                return self._committed(trace, reply)
        except StoreUnavailable as error:
            return self._fault(trace, error)
        except Exception as error:  # noqa: BLE001 - an unrecorded answer may not leave
            return self._fault(trace, _unrecorded(error))

    def _committed(self, trace: Trace, reply: Reply) -> Reply:
        """Commit; who was overtaken by another message is decided about anew."""
        try:
            commit_record(self.services, trace, reply)
        except StoreConflict:
            reply = self._overtaken(trace, reply)
            commit_record(self.services, trace, reply)
        return reply

    def _overtaken(self, trace: Trace, reply: Reply) -> Reply:
        message = trace.message
        if message is None:
            return reply
        try:
            claim_now(self.services, trace)
        except NcpError as error:
            use_case = self._use_cases[message.transaction]
            return self._refused(trace, message, use_case, error)
        return reply

    def _keep(self, trace: Trace, reply: Reply) -> None:
        folder = self.services.exchange_folder
        if folder is None:
            return
        try:
            folder.keep(
                trace.http.received_at,
                trace.transaction.value if trace.transaction else UNREAD,
                trace.message_id,
                _parts(trace, reply),
            )
        except OSError as error:
            # The record is in the store; this copy is a convenience for testers.
            _log.error("exchange.not_kept", error=type(error).__name__)


def _read(http: InboundHttp) -> SoapMessage:
    return read_request(HttpPayload(http.content_type, http.body), http.soap_action)


def _defect(error: Exception) -> InternalError:
    """Log where a defect happened, without its message: that may hold patient data."""
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)[-3:]
    ]
    _log.error("exchange.defect", error=type(error).__name__, places=places)
    return InternalError(Refusal.INTERNAL, "an internal error occurred")


def _unrecorded(error: Exception) -> StoreUnavailable:
    _defect(error)
    return StoreUnavailable("the exchange could not be recorded")


def _parts(trace: Trace, reply: Reply) -> Mapping[str, Part]:
    return {
        "request.bin": trace.http.body,
        "response.bin": reply.http.payload.body,
        "decision.json": trace.told(reply.http),
        "stages.json": trace.stages.milliseconds(),
        **(reply.result.kept if reply.result else {}),
    }
