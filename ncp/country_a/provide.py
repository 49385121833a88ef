"""Take what another country provides: XDR Provide and Register, answering side.

All that is submitted is about the patient of the TRC assertion, whose consent covers
it, and by a professional who may do what the submission says; then each document is a
deed of its own, and what is refused of one stops none of the others. Where two have one
unique id, nothing is taken: which of them is meant cannot be known.

Spec: IHE ITI TF-2 §3.41.4.1.3, §3.41.4.2 / eHDSI XDR profile.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lxml import etree

from ncp.answers import Answer, answer_for
from ncp.country_a.belief import require
from ncp.country_a.discard import discard
from ncp.country_a.dispense import dispense
from ncp.country_a.judging import remarks_on
from ncp.country_a.patients import require_consent, the_patient
from ncp.country_a.services import RespondingServices
from ncp.country_a.submitted import Provided
from ncp.country_a.use_case import AuditFacts, BelievedRequest, UseCaseResult
from ncp.errors import NcpError, PolicyError, ProtocolError, Refusal
from ncp.figures import Stages
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti41_xdr import (
    Submission,
    SubmittedDocument,
    read_submission,
    write_submission_response,
)
from ncp.ihe.soap import canonical_form
from ncp.national.dispensations import DispensationRegister, DispensationResult
from ncp.national.ports import DISPENSATION, PatientRecord
from trust.assertions import (
    Operation,
    TrcAssertion,
    decide_permission,
    decide_trc_patient,
)
from trust.decision import TrustDecision

_OPERATIONS = {
    ClassCode.EDISPENSATION: Operation.DISPENSE,
    ClassCode.DISCARD: Operation.DISCARD,
}


@dataclass(slots=True)
class _Taken:
    """Collects what became of the documents of one message, in order."""

    number: int = 0
    errors: list[Answer] = field(default_factory=list)
    refused: list[NcpError] = field(default_factory=list)
    repeated: int = 0

    @property
    def remark(self) -> str:
        """Say for the record that something came again."""
        if not self.repeated:
            return ""
        return f"Told again, and not done again: {self.repeated}."


class ProvideDocuments:
    """Takes dispensations and their discards."""

    transaction = Transaction.ITI_41
    needs_trc = True
    claims_first = True
    allows_nok = False

    def __init__(self, services: RespondingServices) -> None:
        self._services = services

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """Take each document, or say why not."""
        register = self._register()
        submission = _unmistakable(request)
        trc = _trc_of(request)
        decisions = _decisions(request, trc, submission)
        with stages.measure("patient"):
            patient = the_patient(self._services, trc.patient)
        with stages.measure("consent"):
            require_consent(self._services, request, patient, DISPENSATION)
        with stages.measure("rules"):
            remarks = tuple(remarks_on(submission, self._services.received))
        with stages.measure("register"):
            taken = self._take(register, request, trc, patient, submission)
        return replace(
            self._result(tuple(taken.errors), _facts(request.body, submission), taken),
            decisions=decisions,
            refused=tuple(taken.refused),
            remark=" ".join(filter(None, (*remarks, taken.remark))) or None,
        )

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal as a registry error about all that was submitted."""
        submission = _as_far_as_read(body)
        if answer.condition is Refusal.SUBMISSION_ID_REPEATED and submission:
            # IHE ITI TF-3 4.2.4.1: the codeContext tells the id.
            answer = replace(answer, about=submission.repeated_id or "")
        return self._result((answer,), _facts(body, submission), _Taken())

    def class_code(self, body: etree._Element) -> ClassCode | None:
        """Return what was submitted; the codes of ITI-41 do not depend on it."""
        return _class_code(_as_far_as_read(body))

    def _register(self) -> DispensationRegister:
        register = self._services.dispensations
        if register is None:
            raise PolicyError(
                Refusal.SUBMISSION_KIND_UNKNOWN,
                "this country takes no dispensations",
                "Name a register in [national.dispensations], if there is one.",
            )
        return register

    def _take(
        self,
        register: DispensationRegister,
        request: BelievedRequest,
        trc: TrcAssertion,
        patient: PatientRecord,
        submission: Submission,
    ) -> _Taken:
        taken = _Taken()
        dialect = self._services.dialect_of(request.country)
        for document in submission.documents:
            provided = Provided(request, trc, patient, submission, document)
            try:
                result = _deed(register, provided)
            except NcpError as error:
                answer = answer_for(error.refusal, self.transaction, dialect)
                if answer.is_fault:
                    raise
                # Which of them it is about has to be said only where there are several.
                several = len(submission.documents) > 1
                about = document.entry.unique_id if several else ""
                taken.errors.append(replace(answer, about=about))
                taken.refused.append(error)
            else:
                taken.number += 1
                taken.repeated += result.is_repeated
        return taken

    def _result(
        self, errors: tuple[Answer, ...], facts: AuditFacts, taken: _Taken
    ) -> UseCaseResult:
        body = write_submission_response(
            errors,
            is_any_taken=bool(taken.number),
            home=self._services.identity.home_community_id,
        )
        return UseCaseResult(body, facts, has_result=bool(taken.number), answers=errors)


def _unmistakable(request: BelievedRequest) -> Submission:
    submission = read_submission(request.body, request.attachments)
    if submission.repeated_id is not None:
        raise ProtocolError(
            Refusal.SUBMISSION_ID_REPEATED, "two documents have the same unique id"
        )
    return submission


def _trc_of(request: BelievedRequest) -> TrcAssertion:
    if request.trc is None:
        raise ValueError("a submission is never believed without a TRC assertion")
    return request.trc


def _decisions(
    request: BelievedRequest, trc: TrcAssertion, submission: Submission
) -> tuple[TrustDecision, ...]:
    """Decide what the professional may do, and whose patient it is.

    A document of no known kind asks for what a dispensation asks for: it is refused by
    itself afterwards, and only to those who may dispense.
    """
    kinds = {each.operation or ClassCode.EDISPENSATION for each in submission.documents}
    rights = [
        require(decide_permission(request.hcp, _OPERATIONS[kind], request.moment))
        for kind in sorted(kinds)
    ]
    patients = submission.patients()
    named = [
        require(decide_trc_patient(trc, patient, request.moment))
        for patient in patients
        if patient is not None
    ]
    return (*rights, *named[:1])


def _deed(register: DispensationRegister, provided: Provided) -> DispensationResult:
    document = provided.document
    match document.operation:
        case ClassCode.EDISPENSATION:
            return dispense(register, provided)
        case ClassCode.DISCARD:
            return discard(register, provided)
        case _:
            raise _not_a_deed(document, provided.submission)


def _not_a_deed(document: SubmittedDocument, submission: Submission) -> PolicyError:
    has_coded = any(each.operation for each in submission.documents)
    if document.is_pdf and not has_coded:
        return PolicyError(
            Refusal.PIVOT_DOCUMENT_MISSING,
            "no coded document beside the PDF",
        )
    return PolicyError(
        Refusal.SUBMISSION_KIND_UNKNOWN,
        "class code and format code name no kind of document that is taken",
    )


def _as_far_as_read(body: etree._Element) -> Submission | None:
    try:
        return read_submission(body, None)
    except ProtocolError:
        return None


def _class_code(submission: Submission | None) -> ClassCode | None:
    return None if submission is None else submission.documents[0].operation


def _facts(body: etree._Element, submission: Submission | None) -> AuditFacts:
    wire = canonical_form(_metadata(body))
    if submission is None:
        return AuditFacts(query=wire)
    own = submission.submission_set
    return AuditFacts(
        document_kind=_class_code(submission),
        patients=() if own.patient is None else (own.patient,),
        documents=tuple(each.entry.unique_id for each in submission.documents),
        query=wire,
        submission_set=own.unique_id,
    )


def _metadata(body: etree._Element) -> etree._Element:
    """Return what is recorded of a submission: its metadata, not its documents."""
    first = next(body.iterchildren("*"), None)
    return body if first is None else first
