"""Find a patient's documents: XCA Cross Gateway Query, answering side.

Spec: IHE ITI TF-2 §3.38.4.1.3 / eHDSI XCA profile.
"""

from __future__ import annotations

import uuid

from lxml import etree

from ncp.answers import Answer, answer_for
from ncp.country_a.belief import require
from ncp.country_a.offers import FORMAT_OF, KIND_OF, Offer, issued, offers
from ncp.country_a.patients import require_consent, the_patient
from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import AuditFacts, BelievedRequest, UseCaseResult
from ncp.errors import PolicyError, ProtocolError, Refusal
from ncp.figures import Stages
from ncp.ihe.codes import CLASS_CODE_NAMES, ClassCode, Transaction
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import write_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, read_document_query
from ncp.national.ports import DocumentKind, PatientRecord
from trust.assertions import Operation, decide_permission, decide_trc_patient
from trust.decision import TrustDecision
from trust.xml import exclusive_c14n

OPERATION_OF = {DocumentKind.PATIENT_SUMMARY: Operation.PATIENT_SUMMARY}


class FindDocuments:
    """Lists what can be given out of one consenting patient."""

    transaction = Transaction.ITI_38
    needs_trc = True
    allows_nok = False

    def __init__(self, services: RespondingServices) -> None:
        self._services = services

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """List the documents asked for; nothing there is a warning, not an error."""
        query = read_document_query(request.body)
        self._check_home(query)
        kind = _served_kind(query)
        decisions = self._decisions(request, query, kind)
        with stages.measure("patient"):
            patient = the_patient(self._services, query.patient)
        with stages.measure("consent"):
            require_consent(self._services, request, patient, kind)
        with stages.measure("documents"):
            found = _within(query, offers(self._services, patient, kind))
        return self._listed(request, query, patient, kind, found, decisions)

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal as a registry error, with nothing listed."""
        return self._result((), (answer,), _facts(body))

    def class_code(self, body: etree._Element) -> ClassCode | None:
        """Return the first class code asked for, where the query can be read."""
        return _facts(body).document_kind

    def _check_home(self, query: DocumentQuery) -> None:
        own = self._services.identity.home_community_id
        if query.home not in {None, own}:
            raise PolicyError(
                Refusal.HOME_COMMUNITY_WRONG, "the query names another home community"
            )

    @staticmethod
    def _decisions(
        request: BelievedRequest, query: DocumentQuery, kind: DocumentKind
    ) -> tuple[TrustDecision, ...]:
        if request.trc is None:
            raise ValueError("a query is never believed without a TRC assertion")
        return (
            require(decide_permission(request.hcp, OPERATION_OF[kind], request.moment)),
            require(decide_trc_patient(request.trc, query.patient, request.moment)),
        )

    def _listed(
        self,
        request: BelievedRequest,
        query: DocumentQuery,
        patient: PatientRecord,
        kind: DocumentKind,
        found: list[Offer],
        decisions: tuple[TrustDecision, ...],
    ) -> UseCaseResult:
        # The patient stands in every entry as the query named them: that id is the
        # TRC's, and the one the peer knows.
        entries = [self._entry(query, kind, offer) for offer in found]
        nothing = () if entries else (self._nothing(request, query),)
        return UseCaseResult(
            body=self._result(entries, nothing, AuditFacts()).body,
            facts=_facts(request.body, [entry.unique_id for entry in entries]),
            has_result=bool(entries),
            answers=nothing,
            decisions=decisions,
            issued=tuple(
                issued(self._services, patient, offer, request.moment)
                for offer in found
            ),
        )

    def _nothing(self, request: BelievedRequest, query: DocumentQuery) -> Answer:
        return answer_for(
            Refusal.DOCUMENTS_NOT_FOUND,
            self.transaction,
            self._services.dialect_of(request.country),
            query.class_codes[0],
        )

    def _result(
        self,
        entries: list[DocumentEntry] | tuple[()],
        answers: tuple[Answer, ...],
        facts: AuditFacts,
    ) -> UseCaseResult:
        body = write_document_query_response(
            entries, answers, home=self._services.identity.home_community_id
        )
        return UseCaseResult(body, facts, has_result=bool(entries), answers=answers)

    def _entry(
        self, query: DocumentQuery, kind: DocumentKind, offer: Offer
    ) -> DocumentEntry:
        identity, document = self._services.identity, offer.document
        class_code = query.class_codes[0]
        return DocumentEntry(
            entry_id=uuid.uuid5(uuid.NAMESPACE_OID, offer.document_id),
            unique_id=offer.document_id,
            repository_unique_id=identity.repository_unique_id,
            home=identity.home_community_id,
            patient=query.patient,
            class_code=class_code,
            type_code=class_code,
            format_code=FORMAT_OF[kind],
            creation_time=document.created,
            title=CLASS_CODE_NAMES[class_code],
            description=CLASS_CODE_NAMES[class_code],
            language=document.language or identity.language,
            country=identity.country,
            country_name=identity.country_name,
        )


def _served_kind(query: DocumentQuery) -> DocumentKind:
    kinds = {KIND_OF.get(code) for code in query.class_codes}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        raise PolicyError(
            Refusal.CLASS_CODE_UNSUPPORTED, "documents of this class are not served"
        )
    return kind


def _within(query: DocumentQuery, found: list[Offer]) -> list[Offer]:
    """Apply the filters of time; a document without a size passes every size."""
    return [
        offer
        for offer in found
        if (query.created_after is None or offer.document.created > query.created_after)
        and (
            query.created_before is None
            or offer.document.created < query.created_before
        )
    ]


def _facts(body: etree._Element, documents: list[str] | None = None) -> AuditFacts:
    """Read for the record what can be read, even of a query that is refused."""
    wire = exclusive_c14n(body)
    try:
        query = read_document_query(body)
    except ProtocolError:
        return AuditFacts(query=wire)
    return AuditFacts(
        document_kind=ClassCode(query.class_codes[0]),
        patients=(query.patient,),
        documents=tuple(documents or ()),
        query=wire,
    )
