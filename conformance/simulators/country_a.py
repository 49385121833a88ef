"""A foreign country A: it answers a gateway, in the dialect of one family.

Whom it is asked for decides what it answers (``data/patients.toml``), so that whoever
sits at the gateway's portal chooses by typing an identifier. It believes everybody: it
tests how answers are understood, not who may ask.

Spec: IHE ITI TF-1 §18.1 (Responding Gateway) / SOAP 1.2 Part 2 §7.5.2.2 (HTTP).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from conformance.simulators.deciding import Decider, Decision
from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.documents.persona import Origin
from conformance.simulators.exchange import Exchange
from conformance.simulators.http_messages import HttpReply, HttpRequest
from conformance.simulators.mtom import SOAP_XML, pack
from conformance.simulators.outcomes import Outcome, outcome_of
from conformance.simulators.questions import Question, read_question
from conformance.simulators.remarks import remarks_on
from conformance.simulators.saying import Said, Speaker
from conformance.simulators.soap import (
    Address,
    Body,
    NotUnderstood,
    Transaction,
    fill,
    fresh_urn,
    read_message,
    write_envelope,
)
from trust.identifiers import Oid

_FAULT_ACTION: Final = "http://www.w3.org/2005/08/addressing/soap/fault"


class CountryA:
    """Answers requests; every exchange is told to ``listener``.

    Parameters
    ----------
    patient_root
        The OID under which it knows its patients.
    """

    def __init__(
        self,
        dialect: Dialect,
        origin: Origin,
        patient_root: Oid,
        listener: Callable[[Exchange], None] = lambda _exchange: None,
    ) -> None:
        self.dialect = dialect
        self._origin = origin
        self._decider = Decider(dialect, origin, patient_root)
        self._speaker = Speaker(dialect, origin, self._decider.holdings)
        self._listener = listener
        self._lock = threading.Lock()

    def answer(self, request: HttpRequest) -> HttpReply:
        """Answer one request."""
        try:
            message = read_message(request.content_type, request.body)
            question = read_question(message)
        except NotUnderstood as error:
            return self._not_understood(str(error))
        return self._answer(question)

    def _answer(self, question: Question) -> HttpReply:
        decision = self._decider.decide(question)
        self._tell(question, decision)
        if decision.outcome.fault:
            return self._fault(decision.outcome, question)
        said = self._speaker.say(question, decision)
        return replace(self._sent(question, said), fault=decision.fault)

    def _not_understood(self, why: str) -> HttpReply:
        name = "not-understood"
        outcome = outcome_of(Transaction.ITI_55, name, self.dialect)
        outcome = replace(outcome, text=why)
        self._tell(None, Decision(name, outcome))
        return self._fault(outcome, None)

    # How it is sent -----------------------------------------------------------------

    def _sent(self, question: Question, said: Said) -> HttpReply:
        action = question.transaction.response_action
        envelope = self._envelope(said.body, action, question)
        if question.transaction is Transaction.ITI_39:
            packed = pack(envelope, said.parts, action)
            return HttpReply(HTTPStatus.OK, packed.content_type, packed.body)
        content_type = f'{SOAP_XML}; charset=UTF-8; action="{action}"'
        return HttpReply(HTTPStatus.OK, content_type, envelope)

    def _fault(self, outcome: Outcome, question: Question | None) -> HttpReply:
        body = fill(
            MANNERS[self.dialect].templates,
            "fault",
            fault=outcome.fault,
            code=outcome.code,
            text=outcome.text,
        )
        envelope = self._envelope(body, _FAULT_ACTION, question)
        is_theirs = outcome.fault == "Sender"
        status = (
            HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.INTERNAL_SERVER_ERROR
        )
        return HttpReply(status, f"{SOAP_XML}; charset=UTF-8", envelope)

    def _envelope(self, body: Body, action: str, question: Question | None) -> bytes:
        relates_to = question.message.message_id if question else None
        address = Address(action, fresh_urn(), relates_to=relates_to)
        return write_envelope(self.dialect, address, body)

    def _tell(self, question: Question | None, decision: Decision) -> None:
        exchange = Exchange(
            datetime.now(UTC),
            question.transaction if question else "unreadable",
            decision.magic.id if decision.magic else "nobody",
            decision.name,
            decision.codes,
            question.message.message_id if question else None,
            decision.fault,
            remarks_on(question, self._origin.home) if question else (),
        )
        with self._lock:
            self._listener(exchange)
