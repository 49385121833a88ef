"""Retrieve documents: XCA Cross Gateway Retrieve, answering side.

The patient is the one of the TRC assertion; a document id of anybody else is answered
like one that does not exist.

Spec: IHE ITI TF-2 §3.39.4.1.3 / eHDSI XCA profile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from ncp.answers import Answer, answer_for, as_warning
from ncp.audit import TranslationEvent
from ncp.country_a.belief import require
from ncp.country_a.kinds import CLASS_CODE_OF, operation_of
from ncp.country_a.making import make_document
from ncp.country_a.offers import find_offer, issued_kind
from ncp.country_a.patients import require_consent, the_patient
from ncp.country_a.pivoting import translations_of
from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import AuditFacts, BelievedRequest, UseCaseResult
from ncp.errors import NcpError, PolicyError, Refusal
from ncp.evidence import Part
from ncp.figures import Stages
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    read_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.soap import canonical_form
from ncp.national.ports import DocumentKind, PatientRecord
from trust.assertions import TrcAssertion, decide_permission
from trust.decision import TrustDecision
from trust.identifiers import PatientId


@dataclass(slots=True)
class _Found:
    """Collects documents and errors of one message, in order."""

    documents: list[RetrievedDocument] = field(default_factory=list)
    errors: list[Answer] = field(default_factory=list)
    refused: list[NcpError] = field(default_factory=list)
    kinds: list[ClassCode] = field(default_factory=list)
    decisions: list[TrustDecision] = field(default_factory=list)
    kept: dict[str, Part] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    translations: list[TranslationEvent] = field(default_factory=list)


class RetrieveDocuments:
    """Gives out documents of one consenting patient."""

    transaction = Transaction.ITI_39
    needs_trc = True
    claims_first = False
    allows_nok = False

    def __init__(self, services: RespondingServices) -> None:
        self._services = services

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """Give out what was asked for; each document that is refused is an error."""
        asked = read_retrieve_request(request.body)
        trc = _trc_of(request)
        decisions = (_permitted_at_all(request),)
        with stages.measure("patient"):
            patient = the_patient(self._services, trc.patient)
        found = self._collect(request, asked, patient, stages)
        body, attachments = write_retrieve_response(
            found.documents,
            found.errors,
            home=self._services.identity.home_community_id,
            ids=self._services.fresh_ids,
        )
        return UseCaseResult(
            body=body,
            facts=_facts(request.body, asked, trc.patient, found.kinds),
            has_result=bool(found.documents),
            answers=tuple(found.errors),
            refused=tuple(found.refused),
            decisions=(*decisions, *found.decisions),
            attachments=attachments,
            translations=tuple(found.translations),
            kept=found.kept,
            remark=" ".join(found.remarks) or None,
        )

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal as a registry error, without any document."""
        asked = read_retrieve_request(body)
        element, _ = write_retrieve_response(
            (),
            (answer,),
            home=self._services.identity.home_community_id,
            ids=self._services.fresh_ids,
        )
        return UseCaseResult(
            element, _facts(body, asked), has_result=False, answers=(answer,)
        )

    def class_code(self, body: etree._Element) -> None:
        """Return none: an id does not tell what it stands for."""

    def _collect(
        self,
        request: BelievedRequest,
        asked: RetrieveRequest,
        patient: PatientRecord,
        stages: Stages,
    ) -> _Found:
        found = _Found()
        for wanted in self._once(asked):
            known = len(found.kinds)
            try:
                self._one(request, wanted, patient, stages, found)
            except NcpError as error:
                unique_id = wanted.document_unique_id
                is_found = len(found.kinds) > known
                code = (
                    found.kinds[-1]
                    if is_found
                    else self._was_listed_as(patient, unique_id)
                )
                # Which of them it is about has to be said only where there are several.
                about = unique_id if len(asked.documents) > 1 else ""
                self._refuse_one(request, about, code, error, found)
        return found

    def _once(self, asked: RetrieveRequest) -> Collection[DocumentRequest]:
        """Return each document that is asked for once; a home left out is ours."""
        ours = self._services.identity.home_community_id
        first: dict[DocumentRequest, DocumentRequest] = {}
        for wanted in asked.documents:
            first.setdefault(replace(wanted, home=wanted.home or ours), wanted)
        return first.values()

    def _was_listed_as(
        self, patient: PatientRecord, unique_id: str
    ) -> ClassCode | None:
        kind = issued_kind(self._services, patient, unique_id)
        return None if kind is None else CLASS_CODE_OF[kind]

    def _refuse_one(
        self,
        request: BelievedRequest,
        about: str,
        kind: ClassCode | None,
        error: NcpError,
        found: _Found,
    ) -> None:
        """Note that a document is refused; the others are given out all the same."""
        dialect = self._services.dialect_of(request.country)
        answer = answer_for(error.refusal, self.transaction, dialect, kind)
        if answer.is_fault:
            raise error
        found.errors.append(replace(answer, about=about))
        found.refused.append(error)
        found.translations += translations_of(error)

    def _one(
        self,
        request: BelievedRequest,
        wanted: DocumentRequest,
        patient: PatientRecord,
        stages: Stages,
        found: _Found,
    ) -> None:
        self._check_place(wanted)
        with stages.measure("documents"):
            offer = find_offer(
                self._services, patient, wanted.document_unique_id, request.moment
            )
        kind = offer.document.kind
        found.kinds.append(CLASS_CODE_OF[kind])
        found.decisions.append(
            require(decide_permission(request.hcp, operation_of(kind), request.moment))
        )
        with stages.measure("consent"):
            require_consent(self._services, request, patient, kind)
        made = make_document(self._services, patient, offer, stages)
        found.translations += made.translations
        found.documents.append(RetrievedDocument(wanted, made.document))
        dialect = self._services.dialect_of(request.country)
        found.errors += [
            as_warning(answer_for(each, self.transaction, dialect, found.kinds[-1]))
            for each in made.warnings
        ]
        found.kept.update(_numbered(len(found.documents), made.kept))
        found.remarks += [made.remark] * bool(made.remark)

    def _check_place(self, wanted: DocumentRequest) -> None:
        identity = self._services.identity
        if wanted.home not in {None, identity.home_community_id}:
            raise PolicyError(
                Refusal.HOME_COMMUNITY_WRONG, "the request names another home community"
            )
        if wanted.repository_unique_id != identity.repository_unique_id:
            raise PolicyError(
                Refusal.DOCUMENT_UNKNOWN, "the request names another repository"
            )


def _permitted_at_all(request: BelievedRequest) -> TrustDecision:
    """Refuse who may fetch nothing, before anything is looked up for them.

    What an id stands for is known only after the look-up; the permission for that very
    document is decided then.
    """
    decisions = [
        decide_permission(request.hcp, operation, request.moment)
        for operation in dict.fromkeys(operation_of(kind) for kind in DocumentKind)
    ]
    return require(next((each for each in decisions if each.is_accepted), decisions[0]))


def _trc_of(request: BelievedRequest) -> TrcAssertion:
    if request.trc is None:
        raise ValueError("a retrieve is never believed without a TRC assertion")
    return request.trc


def _numbered(number: int, kept: Mapping[str, Part]) -> dict[str, Part]:
    """Name the parts of the first document plainly, and number those of the rest."""
    return {f"{number}-{name}" if number > 1 else name: kept[name] for name in kept}


def _facts(
    body: etree._Element,
    asked: RetrieveRequest,
    patient: PatientId | None = None,
    kinds: Sequence[ClassCode] = (),
) -> AuditFacts:
    return AuditFacts(
        document_kind=next(iter(kinds), ClassCode.PATIENT_SUMMARY),
        patients=(patient,) if patient else (),
        documents=tuple(wanted.document_unique_id for wanted in asked.documents),
        query=canonical_form(body),
    )
