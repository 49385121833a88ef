"""A foreign country B: it asks a gateway, in the dialect of one family.

One professional, one session: identify a patient, list, fetch, submit. Each question
may have one thing wrong with it on purpose (:class:`Fault`).

Spec: IHE ITI TF-1 §18.1 (Initiating Gateway) / IHE ITI TF-2 §3.38.4.1, §3.39.4.1,
§3.41.4.1, §3.55.4.1.
"""

from __future__ import annotations

import base64
import secrets
import ssl
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from conformance.attacks.sealing import unsigned
from conformance.simulators.assertions import Issuer, Sealed
from conformance.simulators.connection import Outgoing, post
from conformance.simulators.dialect import MANNERS, ActionPlace, Dialect, Quotation
from conformance.simulators.documents.kinds import LOINC, PATIENT_SUMMARY
from conformance.simulators.http_messages import (
    BROWSER_PAGE,
    DOCUMENT_TYPE,
    Fault,
    HttpReply,
)
from conformance.simulators.mtom import SOAP_XML, Packed, Part, pack
from conformance.simulators.reading import Answer, Listed, read_answer
from conformance.simulators.soap import (
    Address,
    Body,
    Transaction,
    fill,
    part_of,
    write_envelope,
)
from conformance.simulators.submissions import (
    DISPENSE,
    Enclosed,
    Operation,
    Submission,
    submission_body,
)
from trust.identifiers import HomeCommunityId, PatientId

Line: TypeAlias = Callable[[Outgoing, ssl.SSLContext], HttpReply | None]
"""Carries a request to a gateway; None where no answer comes."""

UNKNOWN_CLASS_CODE: Final = "99999-9"
_WITH_CODES: Final = Transaction.ITI_38


@dataclass(frozen=True, slots=True)
class Partner:
    """The gateway that is asked; ``services`` is the address its services stand under.

    ``expired`` shows a certificate that is over, where there is one to show.
    """

    home: HomeCommunityId
    services: str
    context: ssl.SSLContext = field(repr=False)
    expired: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Question:
    transaction: Transaction
    body: Body
    assertions: tuple[bytes, ...] = field(repr=False)
    parts: tuple[Part, ...] = ()


@dataclass
class CountryB:
    """One professional's session with one gateway.

    ``listener`` is told of every question and what came back; ``line`` carries them.
    """

    issuer: Issuer
    partner: Partner
    listener: Callable[[Transaction, Answer], None] = lambda _transaction, _answer: None
    slow_s: float = 5.0
    line: Line = post

    def __post_init__(self) -> None:
        self._hcp = self.issuer.hcp()
        self._trcs: dict[PatientId, Sealed] = {}

    @property
    def dialect(self) -> Dialect:
        """Whose program is played."""
        return self.issuer.dialect

    @property
    def _folder(self) -> str:
        return MANNERS[self.dialect].templates

    # The four questions -------------------------------------------------------------

    def identify(self, patient: PatientId, fault: Fault | None = None) -> Answer:
        """Ask who a patient is (ITI-55)."""
        body = fill(
            self._folder,
            "iti55-request",
            id=str(uuid.uuid4()),
            number=str(secrets.randbelow(10**10)),
            now=datetime.now(UTC).strftime("%Y%m%d%H%M%S.000+0000"),
            receiver=self.partner.home,
            home=self.issuer.home,
            query_root=f"2.25.{uuid.uuid4().int}",
            query_extension=None,
            root=patient.root,
            extension=patient.extension,
            country="",
        )
        question = _Question(Transaction.ITI_55, body, (self._hcp.data,))
        return self._asked(question, fault)

    def list(
        self,
        patient: PatientId,
        *class_codes: str,
        fault: Fault | None = None,
    ) -> Answer:
        """Ask for the documents of a patient (ITI-38): summaries, if nothing is said.

        ``UNKNOWN_CODE`` asks for a class code that nobody serves.
        """
        codes = class_codes or (PATIENT_SUMMARY.code,)
        if fault is Fault.UNKNOWN_CODE:
            codes = (UNKNOWN_CLASS_CODE,)
        body = fill(
            self._folder,
            "iti38-request",
            patient=patient.cx,
            class_codes=self._quoted(codes),
        )
        question = _Question(Transaction.ITI_38, body, self._treating(patient))
        return self._asked(question, fault)

    def fetch(
        self, patient: PatientId, *documents: Listed, fault: Fault | None = None
    ) -> Answer:
        """Ask for documents of a list (ITI-39)."""
        # Denmark's test tool does not name the community.
        names_home = self.dialect is not Dialect.OPENNCP_OLD
        wanted = [
            fill(
                self._folder,
                "iti39-wanted",
                home=each.home if names_home else "",
                repository=each.repository,
                unique_id=each.unique_id,
            )
            for each in documents
        ]
        values = {"wanted": [each.element for each in wanted]}
        body = part_of(self._folder, "iti39-request", values, *wanted)
        question = _Question(Transaction.ITI_39, body, self._treating(patient))
        return self._asked(question, fault)

    def submit(
        self,
        patient: PatientId,
        unique_id: str,
        document: bytes,
        *,
        operation: Operation = DISPENSE,
        fault: Fault | None = None,
    ) -> Answer:
        """Submit a dispensation, or discard the one in ``document`` (ITI-41).

        ``unique_id`` is that of the document.
        """
        documents = {unique_id: document}
        return self.submit_all(patient, documents, operation=operation, fault=fault)

    def submit_all(
        self,
        patient: PatientId,
        documents: Mapping[str, bytes],
        *,
        operation: Operation = DISPENSE,
        fault: Fault | None = None,
    ) -> Answer:
        """Submit several documents at once, by their unique ids; gematik's does."""
        # OpenNCP packs the message and leaves the documents inside as base64.
        is_inline = self.dialect is not Dialect.GEMATIK
        parts = [Part(f"{uuid.uuid4().hex}@example.org", d) for d in documents.values()]
        enclosed = [
            Enclosed(unique_id, inline=base64.b64encode(part.data).decode("ascii"))
            if is_inline
            else Enclosed(unique_id, content_id=part.content_id)
            for unique_id, part in zip(documents, parts, strict=True)
        ]
        submission = Submission(patient, operation, tuple(enclosed))
        body = submission_body(self._folder, self.issuer, submission)
        beside = () if is_inline else tuple(parts)
        question = _Question(Transaction.ITI_41, body, self._treating(patient), beside)
        return self._asked(question, fault)

    def _treating(self, patient: PatientId) -> tuple[bytes, ...]:
        if patient not in self._trcs:
            self._trcs[patient] = self.issuer.trc(self._hcp, patient)
        return self._hcp.data, self._trcs[patient].data

    def _quoted(self, codes: Sequence[str]) -> str:
        told = [f"{code}^^{LOINC}" for code in codes]
        is_merged = MANNERS[self.dialect].quotation is Quotation.MERGED
        return "('" + (",".join(told) if is_merged else "','".join(told)) + "')"

    # How it is sent -----------------------------------------------------------------

    def _asked(self, question: _Question, fault: Fault | None) -> Answer:
        if fault is Fault.UNKNOWN_CODE and question.transaction is not _WITH_CODES:
            raise ValueError(f"{question.transaction} asks for no code")
        if fault is Fault.UNSIGNED_ASSERTION:
            bare = tuple(map(unsigned, question.assertions))
            question = replace(question, assertions=bare)
        message_id = f"{MANNERS[self.dialect].message_id_prefix}{uuid.uuid4()}"
        if fault is Fault.DUPLICATE_MESSAGE_ID:
            # A message nobody objects to; the next has its id and another body.
            self._posted(question, message_id, None)
            question = replace(question, body=_changed(question.body))
        answer = self._posted(question, message_id, fault)
        self.listener(question.transaction, answer)
        return answer

    def _posted(
        self, question: _Question, message_id: str, fault: Fault | None
    ) -> Answer:
        manner = MANNERS[self.dialect]
        url = f"{self.partner.services}/{question.transaction.service}"
        packed = self._packed(question, message_id, url, fault)
        fields = {"Content-Type": packed.content_type, "User-Agent": manner.user_agent}
        if manner.action_place is ActionPlace.SOAP_ACTION:
            fields["SOAPAction"] = f'"{question.transaction.request_action}"'
        context = self.partner.context
        if fault is Fault.EXPIRED_CERTIFICATE:
            if self.partner.expired is None:
                raise ValueError(
                    "there is no expired certificate to show; the keys of a profile "
                    "that `simulate new` makes have one"
                )
            context = self.partner.expired
        outgoing = Outgoing(
            url, fields, packed.body, manner.is_chunked, fault, self.slow_s
        )
        return read_answer(self.line(outgoing, context))

    def _packed(
        self, question: _Question, message_id: str, url: str, fault: Fault | None
    ) -> Packed:
        if fault is Fault.PAGE:
            return Packed(*BROWSER_PAGE)
        manner = MANNERS[self.dialect]
        transaction = question.transaction
        action = transaction.request_action
        to = url if manner.addresses_replies else None
        envelope = write_envelope(
            self.dialect,
            Address(action, message_id, to),
            question.body,
            question.assertions,
            doubled=manner.has_doubled_headers and transaction is Transaction.ITI_39,
        )
        if fault is Fault.DOCTYPE:
            envelope = DOCUMENT_TYPE + envelope
        if transaction in {Transaction.ITI_39, Transaction.ITI_41}:
            return pack(envelope, question.parts, action)
        if manner.action_place is ActionPlace.SOAP_ACTION:
            return Packed(SOAP_XML, envelope)
        return Packed(f'{SOAP_XML}; charset=UTF-8; action="{action}"', envelope)


def _changed(body: Body) -> Body:
    """Return a body that says the same in other words."""
    element = replace(body.element, attributes={**body.element.attributes})
    element.children = [*element.children, " "]
    return Body(element, body.templates)
