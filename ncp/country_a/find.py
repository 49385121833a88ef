"""Find a patient's documents: XCA Cross Gateway Query, answering side.

Spec: IHE ITI TF-2 §3.38.4.1.3 / eHDSI XCA profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lxml import etree

from ncp.answers import Answer, answer_for
from ncp.country_a.belief import require
from ncp.country_a.keyed_listing import by_key
from ncp.country_a.kinds import CLASS_CODE_OF, KIND_OF, operation_of
from ncp.country_a.listing import (
    Listing,
    entry_of,
    in_forms,
    list_offers,
    transforms,
)
from ncp.country_a.patients import consented, the_patient
from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import AuditFacts, BelievedRequest, UseCaseResult
from ncp.errors import PolicyError, ProtocolError, Refusal
from ncp.figures import Stages
from ncp.ihe.codes import (
    ClassCode,
    FormatCode,
    ResponseStatus,
    Severity,
    Transaction,
)
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import Transform, write_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, read_document_query
from ncp.ihe.soap import canonical_form
from ncp.national.ports import DocumentKind
from trust.assertions import decide_permission, decide_trc_patient
from trust.decision import TrustDecision
from trust.xml import Element


class FindDocuments:
    """Lists what can be given out of one consenting patient."""

    transaction = Transaction.ITI_38
    needs_trc = True
    claims_first = False
    allows_nok = False

    def __init__(self, services: RespondingServices) -> None:
        self._services = services

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """List the documents asked for; nothing there is a warning, not an error."""
        query = read_document_query(request.body)
        self._check_home(query)
        kinds = _served_kinds(self._services, query)
        decisions = self._decisions(request, query, kinds)
        with stages.measure("patient"):
            patient = the_patient(self._services, query.patient)
        with stages.measure("consent"):
            agreed = consented(self._services, request, patient, kinds)
        with stages.measure("documents"):
            listing = partial(
                list_offers, self._services, patient, agreed, query, stages
            )
            opened = by_key(
                self._services, request, query, lambda: listing(request.moment)
            )
            # Only then: whoever has no key is not told in which forms there are any.
            found = in_forms(opened, query.format_codes)
        withheld = [kind for kind in kinds if kind not in agreed]
        return self._listed(request, query, found, withheld, decisions)

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal as a registry error, with nothing listed."""
        body_of_answer = self._body((), (answer,))
        return UseCaseResult(
            body_of_answer, _facts(body), has_result=False, answers=(answer,)
        )

    def class_code(self, body: etree._Element) -> ClassCode | None:
        """Return the first class code asked for, where the query can be read."""
        query = _as_far_as_read(body)
        return None if query is None else ClassCode(query.class_codes[0])

    def _check_home(self, query: DocumentQuery) -> None:
        own = self._services.identity.home_community_id
        if query.home not in {None, own}:
            raise PolicyError(
                Refusal.HOME_COMMUNITY_WRONG, "the query names another home community"
            )

    @staticmethod
    def _decisions(
        request: BelievedRequest, query: DocumentQuery, kinds: Sequence[DocumentKind]
    ) -> tuple[TrustDecision, ...]:
        if request.trc is None:
            raise ValueError("a query is never believed without a TRC assertion")
        operations = dict.fromkeys(operation_of(kind) for kind in kinds)
        return (
            *(
                require(decide_permission(request.hcp, operation, request.moment))
                for operation in operations
            ),
            require(decide_trc_patient(request.trc, query.patient, request.moment)),
        )

    def _listed(
        self,
        request: BelievedRequest,
        query: DocumentQuery,
        found: Listing,
        withheld: Sequence[DocumentKind],
        decisions: tuple[TrustDecision, ...],
    ) -> UseCaseResult:
        if found.refused and not found.offers:
            # Something is there, and nothing of it may leave: that is no empty list.
            raise found.refused[0]
        entries = [entry_of(self._services, query, offer) for offer in found.offers]
        warnings = self._warnings(request, query, found, withheld)
        body = self._body(entries, warnings, tuple(transforms(found.offers)))
        return UseCaseResult(
            body=body,
            facts=_facts(request.body, [entry.unique_id for entry in entries]),
            has_result=bool(entries),
            answers=warnings,
            refused=tuple(found.refused),
            decisions=decisions,
            issued=tuple(found.issued),
            translations=tuple(found.translations),
            remark=" ".join(found.remarks) or None,
            has_wrong_key=found.has_wrong_key,
        )

    def _warnings(
        self,
        request: BelievedRequest,
        query: DocumentQuery,
        found: Listing,
        withheld: Sequence[DocumentKind],
    ) -> tuple[Answer, ...]:
        """Say what the list lacks, and why: beside entries, that is a warning."""
        lacking = [(Refusal.CONSENT_REFUSED, CLASS_CODE_OF[kind]) for kind in withheld]
        lacking += [(Refusal.DOCUMENT_UNFIT, query.class_codes[0])] * bool(
            found.refused
        )
        warnings = [
            replace(
                self._answer(request, *each),
                severity=Severity.WARNING,
                status=ResponseStatus.SUCCESS,
            )
            for each in lacking
        ]
        if not found.offers:
            nothing = _nothing(query, found)
            warnings.append(self._answer(request, nothing, query.class_codes[0]))
        return tuple(warnings)

    def _answer(
        self, request: BelievedRequest, refusal: Refusal, class_code: ClassCode
    ) -> Answer:
        dialect = self._services.dialect_of(request.country)
        return answer_for(refusal, self.transaction, dialect, class_code)

    def _body(
        self,
        entries: Sequence[DocumentEntry],
        answers: Sequence[Answer],
        transforms: Sequence[Transform] = (),
    ) -> Element:
        return write_document_query_response(
            entries,
            answers,
            home=self._services.identity.home_community_id,
            transforms=transforms,
        )


def _served_kinds(
    services: RespondingServices, query: DocumentQuery
) -> tuple[DocumentKind, ...]:
    """Return the kinds of all class codes; a code that is not served refuses all."""
    kinds = [KIND_OF.get(code) for code in query.class_codes]
    served = tuple(kind for kind in kinds if kind is not None and services.serves(kind))
    if len(served) != len(kinds):
        raise PolicyError(
            Refusal.CLASS_CODE_UNSUPPORTED, "documents of this class are not served"
        )
    return served


def _nothing(query: DocumentQuery, found: Listing) -> Refusal:
    """Tell why a list is empty."""
    forms = {each.casefold() for each in query.format_codes}
    if found.lacks_forms and forms == {FormatCode.PDF.casefold()}:
        return Refusal.PDF_NOT_PROVIDED
    return Refusal.DOCUMENTS_NOT_FOUND


def _as_far_as_read(body: etree._Element) -> DocumentQuery | None:
    try:
        return read_document_query(body)
    except ProtocolError:
        return None


def _facts(body: etree._Element, documents: list[str] | None = None) -> AuditFacts:
    """Read for the record what can be read, even of a query that is refused."""
    wire, query = canonical_form(body), _as_far_as_read(body)
    if query is None:
        return AuditFacts(query=wire)
    return AuditFacts(
        document_kind=ClassCode(query.class_codes[0]),
        patients=(query.patient,),
        documents=tuple(documents or ()),
        query=wire,
    )
