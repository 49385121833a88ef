"""The stages of an exchange, each called alone, in the order in which they come.

A case is one message on its way; each stage leaves on it what the next one needs. The
cases of a round go through one stage after the other, so that what is measured is that
stage and nothing between two.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from benchmarks.end_to_end.at_hand import AtHand
from benchmarks.end_to_end.messages import Message
from ncp.country_a.belief import judge_peer
from ncp.country_a.claims import ClaimedLater, MessageClaim, sighted_later
from ncp.country_a.find import FindDocuments
from ncp.country_a.identify import IdentifyPatient
from ncp.country_a.made import MadeDocument, header_of, made_of, read_source
from ncp.country_a.making import judged
from ncp.country_a.offers import Offer, find_offer
from ncp.country_a.patients import require_consent, the_patient
from ncp.country_a.pivoting import pivoted
from ncp.country_a.record import commit_record
from ncp.country_a.reply import Reply
from ncp.country_a.restraint import admit
from ncp.country_a.retrieve import RetrieveDocuments
from ncp.country_a.services import RespondingServices
from ncp.country_a.trace import Trace
from ncp.country_a.use_case import BelievedRequest, UseCase, UseCaseResult
from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp
from ncp.figures import Stages
from ncp.ihe.codes import Transaction
from ncp.ihe.iti39_xca_retrieve import (
    RetrievedDocument,
    read_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.soap import SoapMessage, body_hash, read_request, write_response
from ncp.national.ports import PatientRecord
from transformations.header import PATIENT_SUMMARY_L3
from transformations.patient_summary import patient_summary_to_cda
from transformations.transformed import Transformed
from trust.assertions import (
    AssertionUse,
    SecurityBelief,
    decide_security_header,
    decide_use,
)

_USE_CASES: Final[Mapping[Transaction, Callable[[RespondingServices], UseCase]]] = {
    Transaction.ITI_55: IdentifyPatient,
    Transaction.ITI_38: FindDocuments,
    Transaction.ITI_39: RetrieveDocuments,
}


@dataclass
class Case:
    """One message on its way through country A."""

    here: AtHand
    sent: Message
    trace: Trace = field(init=False)
    message: SoapMessage = field(init=False)
    belief: SecurityBelief = field(init=False)
    request: BelievedRequest = field(init=False)
    patient: PatientRecord = field(init=False)
    offer: Offer = field(init=False)
    source: bytes = field(init=False)
    transformed: Transformed = field(init=False)
    made: MadeDocument = field(init=False)
    result: UseCaseResult = field(init=False)
    payload: HttpPayload = field(init=False)

    def __post_init__(self) -> None:
        now, payload = datetime.now(UTC), self.sent.payload
        inbound = InboundHttp(
            self.sent.path,
            payload.content_type,
            None,
            payload.body,
            self.here.peer,
            now,
        )
        self.trace = Trace(inbound, now, uuid.uuid4().urn)

    @property
    def services(self) -> RespondingServices:
        """What the use cases share."""
        return self.here.services

    @property
    def use_case(self) -> UseCase:
        """What answers it."""
        return _USE_CASES[self.sent.transaction](self.services)


Stage: TypeAlias = Callable[[Case], None]


def read_message(case: Case) -> None:
    """Parse package and envelope, strictly."""
    http = case.trace.http
    case.message = read_request(HttpPayload(http.content_type, http.body), None)


def judge(case: Case) -> None:
    """Judge the certificate of the peer, hash the body, judge the assertions."""
    trace, services = case.trace, case.services
    judge_peer(services, trace)
    trace.message, trace.transaction = case.message, case.message.transaction
    trace.body_hash = body_hash(case.message)
    if trace.country is None:
        raise ValueError("the peer is not believed")
    case.belief = decide_security_header(
        case.message.envelope,
        trc_required=case.use_case.needs_trc,
        peer_country=trace.country,
        pins=services.pins,
        policy=services.assertion_policy,
        now=trace.moment,
    )


def look(case: Case) -> None:
    """Look in the store whether message id and assertions are free for this peer."""
    trace, services, belief = case.trace, case.services, case.belief
    if trace.country is None or trace.body_hash is None or belief.hcp is None:
        raise ValueError("the assertions are not believed")
    trace.hcp, country = belief.hcp, trace.country
    claim = MessageClaim(country, trace.message_id or "", trace.body_hash)
    trace.sighting = sighted_later(services.store, claim, trace.claims)
    skew = services.assertion_policy.skew
    given = (belief.hcp, belief.trc)
    uses = [AssertionUse.of(each, country, skew) for each in given if each is not None]
    for decision in (
        *belief.decisions,
        decide_use(uses, ClaimedLater(services.store, trace.claims), trace.moment),
    ):
        trace.decide(decision)
    case.request = BelievedRequest(
        case.message.body, country, belief.hcp, belief.trc, trace.moment
    )


def ask_who_is_held_back(case: Case) -> None:
    """Look in the store whether whoever asks is held back by a rule against abuse."""
    admit(case.services, case.request, case.message.transaction)


def answer(case: Case) -> None:
    """Do the whole of the use case, the national answers at hand."""
    case.result = case.use_case.answer(case.request, Stages())


def look_up(case: Case) -> None:
    """Find patient, document and consent, the national answers at hand."""
    services, request = case.services, case.request
    wanted = read_retrieve_request(request.body).documents[0]
    if request.trc is None:
        raise ValueError("a retrieve has a TRC assertion")
    case.patient = the_patient(services, request.trc.patient)
    case.offer = find_offer(
        services, case.patient, wanted.document_unique_id, request.moment
    )
    require_consent(services, request, case.patient, case.offer.document.kind)
    case.source = services.documents.content(case.patient, case.offer.document)


def translate(case: Case) -> None:
    """Read the national document and write it as CDA."""
    document = read_source(case.source, case.patient)
    header = header_of(case.services, case.offer, PATIENT_SUMMARY_L3)
    case.transformed = patient_summary_to_cda(document, header)


def pivot(case: Case) -> None:
    """Bring its codes to those of the European value sets."""
    made = made_of(case.source, case.transformed)
    case.made = pivoted(case.services, case.offer, made)


def judge_document(case: Case) -> None:
    """Parse the document again and judge it by the rules."""
    case.made = judged(case.services, case.made)


def write_body(case: Case) -> None:
    """Make the answer around the document."""
    wanted = read_retrieve_request(case.request.body).documents[0]
    write_retrieve_response(
        [RetrievedDocument(wanted, case.made.document)],
        (),
        home=case.services.identity.home_community_id,
        ids=case.services.fresh_ids,
    )


def write(case: Case) -> None:
    """Write envelope and package."""
    case.payload = write_response(
        case.result.body,
        action=case.message.transaction.response_action,
        message_id=uuid.uuid4().urn,
        relates_to=case.trace.message_id,
        attachments=case.result.attachments,
    )


def record(case: Case) -> None:
    """Commit claims, message, decisions and audit event."""
    result = case.result
    for decision in result.decisions:
        case.trace.decide(decision)
    reply = Reply(
        OutboundHttp(200, case.payload),
        uuid.uuid4().urn,
        result.answers,
        result.facts,
        result,
    )
    commit_record(case.services, case.trace, reply)


BEFORE: Final[tuple[tuple[str, Stage], ...]] = (
    ("read the message", read_message),
    ("believe the peer and the assertions", judge),
    ("look for message id and assertions", look),
    ("look who is held back", ask_who_is_held_back),
)
AFTER: Final[tuple[tuple[str, Stage], ...]] = (
    ("write the answer", write),
    ("commit the record", record),
)
_WHOLE: Final[tuple[tuple[str, Stage], ...]] = (
    ("the use case, national answers at hand", answer),
)
USE_CASE: Final[Mapping[Transaction, tuple[tuple[str, Stage], ...]]] = {
    Transaction.ITI_55: _WHOLE,
    Transaction.ITI_38: _WHOLE,
    Transaction.ITI_39: (
        ("patient, consent, document at hand", look_up),
        ("FHIR to CDA", translate),
        ("pivot the codes", pivot),
        ("judge by the rules", judge_document),
        ("make the answer", write_body),
    ),
}
