"""What goes into a use case of country A, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from lxml import etree

from ncp.answers import Answer
from ncp.audit import TranslationEvent
from ncp.errors import NcpError
from ncp.evidence import Part
from ncp.figures import Stages
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.mtom import Attachment
from ncp.store import IssuedDocument
from trust.assertions import HcpAssertion, NokAssertion, TrcAssertion
from trust.decision import TrustDecision
from trust.identifiers import CountryCode, PatientId
from trust.xml import Element


@dataclass(frozen=True, slots=True)
class BelievedRequest:
    """A request whose sender, assertions and message id have passed every check.

    Attributes
    ----------
    body
        The first child of the SOAP Body.
    country
        The asking country: that of the pinned TLS certificate.
    trc
        Always set where the use case demands it.
    nok
        Set only where the use case and the settings allow a next of kin.
    attachments
        What travelled beside the envelope, by content id.
    moment
        The one instant all checks of this request speak about.
    """

    body: etree._Element
    country: CountryCode
    hcp: HcpAssertion
    trc: TrcAssertion | None
    moment: datetime
    nok: NokAssertion | None = None
    attachments: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def purpose_of_use(self) -> str:
        """For what the data are asked: the TRC's purpose, else the HCP's."""
        assertion = self.trc or self.hcp
        return assertion.purpose_of_use.value


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What the audit record says about the request beside who made it.

    It is known even of requests that are refused, as far as they could be read.

    Attributes
    ----------
    asked
        By which identifiers a patient was looked for, whoever was found.
    """

    document_kind: ClassCode | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)
    query: bytes | None = field(default=None, repr=False)
    asked: tuple[PatientId, ...] = field(default=(), repr=False)
    submission_set: str | None = None


@dataclass(frozen=True, slots=True)
class UseCaseResult:
    """The answer of a use case, not yet recorded, not yet on the wire.

    Attributes
    ----------
    body
        The first child of the response's SOAP Body.
    answers
        What the body tells beside results: errors and warnings, in order.
    refused
        Why documents were refused, beside those that were not; in the order of their
        answers.
    decisions
        What trust decided on the way: permission, the patient of the TRC.
    issued
        Document ids this answer gives out.
    translations
        Documents that were brought to other codes, each an event of the record.
    kept
        Parts for the exchange folder: file name to content.
    remark
        What the record says beside the answer.
    has_wrong_key
        A key was told that opens nothing.
    """

    body: Element
    facts: AuditFacts
    has_result: bool
    answers: tuple[Answer, ...] = ()
    refused: tuple[NcpError, ...] = ()
    decisions: tuple[TrustDecision, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    issued: tuple[IssuedDocument, ...] = ()
    translations: tuple[TranslationEvent, ...] = ()
    kept: Mapping[str, Part] = field(default_factory=dict, repr=False)
    remark: str | None = None
    has_wrong_key: bool = False


class UseCase(Protocol):
    """One transaction of the answering side."""

    @property
    def transaction(self) -> Transaction:
        """The transaction it answers."""
        ...

    @property
    def needs_trc(self) -> bool:
        """Whether a treatment relationship must be confirmed (sheet 02 1.7)."""
        ...

    @property
    def claims_first(self) -> bool:
        """Whether it writes in the country, which must not be begun twice."""
        ...

    @property
    def allows_nok(self) -> bool:
        """Whether a next of kin may speak for the patient, if the settings agree."""
        ...

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """Answer; raises NcpError where the request is refused as a whole."""
        ...

    def class_code(self, body: etree._Element) -> ClassCode | None:
        """Return the kind of documents in question, which a refusal's code names."""
        ...

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal in the transaction's own form.

        Raises
        ------
        ProtocolError
            The request cannot be read far enough to be answered in band.
        """
        ...
