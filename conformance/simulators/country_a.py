"""A foreign country A: it answers a gateway, in the dialect of one family.

Whom it is asked for decides what it answers (``data/patients.toml``), so that whoever
sits at the gateway's portal chooses by typing an identifier. It believes everybody: it
tests how answers are understood, not who may ask.

Spec: IHE ITI TF-1 §18.1 (Responding Gateway) / IHE ITI TF-2 §3.38.4.2, §3.39.4.2,
§3.41.4.2, §3.55.4.2.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.http_messages import Fault, HttpReply, HttpRequest
from conformance.simulators.identification import identification_answer
from conformance.simulators.mtom import SOAP_XML, Part, pack
from conformance.simulators.outcomes import (
    KNOWN,
    MagicPatient,
    Outcome,
    magic_patients,
    outcome_of,
)
from conformance.simulators.questions import Question, read_question
from conformance.simulators.registry import (
    PATIENT_SUMMARY,
    entries,
    error_list,
    status_urn,
)
from conformance.simulators.remarks import remarks_on
from conformance.simulators.soap import (
    Address,
    Body,
    NotUnderstood,
    Transaction,
    fill,
    fresh_urn,
    part_of,
    read_message,
    write_envelope,
)
from conformance.simulators.summary import Origin, Summary, summaries_of
from trust.identifiers import Oid, PatientId

_DISPENSATIONS: Final = frozenset(
    {"urn:epsos:ep:dis:2010", "urn:ehdsi:ed:discard:2020"}
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and how it was answered; it holds no person but a magic one.

    ``remarks`` say which rules the question broke.
    """

    moment: datetime
    transaction: str
    patient: str
    outcome: str
    codes: tuple[str, ...]
    message_id: str | None
    fault: Fault | None = None
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = ", ".join(self.codes) or "no error"
        happens = f", {self.fault}" if self.fault else ""
        remarks = "".join(f"; remark: {each}" for each in self.remarks)
        return (
            f"{self.moment:%H:%M:%S} {self.transaction} {self.patient}: "
            f"{self.outcome} ({told}{happens}){remarks}"
        )


@dataclass(frozen=True, slots=True)
class _Said:
    body: Body
    parts: tuple[Part, ...] = ()


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
        self._root = patient_root
        self._manner = MANNERS[dialect]
        self._listener = listener
        self._lock = threading.Lock()

    @property
    def _folder(self) -> str:
        return self._manner.templates

    def answer(self, request: HttpRequest) -> HttpReply:
        """Answer one request."""
        try:
            message = read_message(request.content_type, request.body)
            question = read_question(message)
        except NotUnderstood as error:
            outcome = outcome_of(Transaction.ITI_55, "not-understood", self.dialect)
            self._tell(
                None, "nobody", "not-understood", replace(outcome, code=""), None
            )
            return self._fault(replace(outcome, text=str(error)), None)
        return self._answer(question)

    def _answer(self, question: Question) -> HttpReply:
        magic = self._magic(question.patient)
        name = self._outcome_name(question, magic)
        outcome = outcome_of(question.transaction, name, self.dialect)
        fault = magic.fault_of(question.transaction) if magic else None
        self._tell(question, magic.id if magic else "nobody", name, outcome, fault)
        if outcome.fault:
            return self._fault(outcome, question)
        said = self._said(question, name, outcome)
        return replace(self._sent(question, said), fault=fault)

    def _magic(self, patient: PatientId | None) -> MagicPatient | None:
        roots = {str(self._root), f"{self._root}{self._manner.root_suffix}"}
        if patient is None or patient.root not in roots:
            return None
        # The German access code stands behind the identifier.
        return magic_patients().get(patient.extension.partition("|")[0])

    def _outcome_name(self, question: Question, magic: MagicPatient | None) -> str:
        transaction = question.transaction
        if magic is None:
            return _NOBODY[transaction]
        name = magic.outcome(transaction)
        if transaction is Transaction.ITI_38 and name in {"list", "bare"}:
            codes = set(question.class_codes)
            return name if codes == {PATIENT_SUMMARY} else "signifier"
        if transaction is Transaction.ITI_39 and name in {"document", "warnings"}:
            return name if self._documents(question) else "missing"
        if transaction is Transaction.ITI_41:
            known = {each.casefold() for each in question.formats} <= _DISPENSATIONS
            return name if known and question.submitted else "format"
        return name

    # What is said -------------------------------------------------------------------

    def _said(self, question: Question, name: str, outcome: Outcome) -> _Said:
        match question.transaction:
            case Transaction.ITI_55:
                return _Said(
                    identification_answer(
                        self.dialect, self._origin, question, name, outcome
                    )
                )
            case Transaction.ITI_38:
                return _Said(self._listed(question, name, outcome))
            case Transaction.ITI_39:
                return self._fetched(question, name, outcome)
            case Transaction.ITI_41:
                return _Said(self._registry("iti41-answer", outcome, {}))

    def _listed(self, question: Question, name: str, outcome: Outcome) -> Body:
        found: list[Body] = []
        if name in {"list", "bare"} and question.patient is not None:
            found = entries(
                self._folder,
                self._origin,
                question.patient,
                summaries_of(self._origin, question.patient),
                self._unique_ids(question.patient),
                is_bare=name == "bare",
            )
        listed = {"entries": [each.element for each in found]}
        return self._registry("iti38-answer", outcome, listed, *found)

    def _fetched(self, question: Question, name: str, outcome: Outcome) -> _Said:
        held = self._documents(question) if name in _WITH_DOCUMENT else []
        if name == "other-patient":
            held = [(unique_id, self._somebody_elses()) for unique_id, _ in held]
        parts = tuple(
            Part(f"{uuid.uuid4().hex}@apache.org", summary.content)
            for _, summary in held
        )
        found = [
            fill(
                self._folder,
                "iti39-document",
                home=self._origin.home.urn,
                repository=self._origin.home,
                unique_id=unique_id,
                content_id=part.content_id,
            )
            for (unique_id, _), part in zip(held, parts, strict=True)
        ]
        documents = {"documents": [each.element for each in found]}
        return _Said(self._registry("iti39-answer", outcome, documents, *found), parts)

    def _documents(self, question: Question) -> list[tuple[str, Summary]]:
        """Return what of the documents that are asked for is this patient's.

        OpenNCP reads the first request and no other.
        """
        patient = question.patient
        if patient is None:
            return []
        ids = self._unique_ids(patient)
        held = dict(zip(ids, summaries_of(self._origin, patient), strict=True))
        asked = [unique_id for unique_id, _home in question.documents]
        if self.dialect is not Dialect.GEMATIK:
            asked = asked[:1]
        return [(each, held[each]) for each in asked if each in held]

    def _unique_ids(self, patient: PatientId) -> tuple[str, str]:
        coded, pdf = summaries_of(self._origin, patient)
        if self.dialect is Dialect.GEMATIK:
            return f"{coded.document_id}^PS.XML", f"{pdf.document_id}^PS.PDF"
        return str(coded.document_id), str(pdf.document_id)

    def _somebody_elses(self) -> Summary:
        other = PatientId(self._root, f"{KNOWN}-ELSE")
        return summaries_of(self._origin, other)[0]

    def _registry(
        self, name: str, outcome: Outcome, values: Mapping[str, object], *inside: Body
    ) -> Body:
        errors = error_list(self._folder, self.dialect, outcome)
        filled = {
            "status": status_urn(outcome.status),
            "errors": [each.element for each in errors],
            **values,
        }
        return part_of(self._folder, name, filled, *errors, *inside)

    # How it is sent -----------------------------------------------------------------

    def _sent(self, question: Question, said: _Said) -> HttpReply:
        action = question.transaction.response_action
        envelope = self._envelope(said.body, action, question)
        if question.transaction is Transaction.ITI_39:
            packed = pack(envelope, said.parts, action)
            return HttpReply(HTTPStatus.OK, packed.content_type, packed.body)
        content_type = f'{SOAP_XML}; charset=UTF-8; action="{action}"'
        return HttpReply(HTTPStatus.OK, content_type, envelope)

    def _fault(self, outcome: Outcome, question: Question | None) -> HttpReply:
        body = fill(
            self._folder,
            "fault",
            fault=outcome.fault,
            code=outcome.code,
            text=outcome.text,
        )
        action = "http://www.w3.org/2005/08/addressing/soap/fault"
        envelope = self._envelope(body, action, question)
        is_theirs = outcome.fault == "Sender"
        status = (
            HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.INTERNAL_SERVER_ERROR
        )
        return HttpReply(status, f"{SOAP_XML}; charset=UTF-8", envelope)

    def _envelope(self, body: Body, action: str, question: Question | None) -> bytes:
        relates_to = question.message.message_id if question else None
        address = Address(action, fresh_urn(), relates_to=relates_to)
        return write_envelope(self.dialect, address, body)

    def _tell(
        self,
        question: Question | None,
        patient: str,
        name: str,
        outcome: Outcome,
        fault: Fault | None,
    ) -> None:
        exchange = Exchange(
            datetime.now(UTC),
            question.transaction if question else "unreadable",
            patient,
            name,
            (*outcome.also, outcome.code) if outcome.code else (),
            question.message.message_id if question else None,
            fault,
            remarks_on(question, self._origin.home) if question else (),
        )
        with self._lock:
            self._listener(exchange)


_NOBODY: Final = {
    Transaction.ITI_55: "no-match",
    Transaction.ITI_38: "nothing",
    Transaction.ITI_39: "missing",
    Transaction.ITI_41: "not-matching",
}
_WITH_DOCUMENT: Final = frozenset({"document", "warnings", "other-patient"})
