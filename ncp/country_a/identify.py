"""Identify a patient: XCPD Cross Gateway Patient Discovery, answering side.

Only a unique, consenting patient is named; by what one may be found is the country's
policy.

Spec: IHE ITI TF-2 §3.55.4.2.3 / eHDSI XCPD profile.
"""

from __future__ import annotations

from lxml import etree

from ncp.answers import Answer
from ncp.country_a.belief import require
from ncp.country_a.identification import find_patients
from ncp.country_a.patients import exactly_one, require_consent
from ncp.country_a.restraint import admit_patients
from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import AuditFacts, BelievedRequest, UseCaseResult
from ncp.errors import PolicyError, Refusal
from ncp.figures import Stages
from ncp.ihe.codes import Transaction
from ncp.ihe.iti55_xcpd import (
    DiscoveryRefused,
    PatientDiscoveryRequest,
    PatientMatch,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_request,
    write_patient_discovery_response,
)
from ncp.ihe.soap import canonical_form
from ncp.national.ports import IDENTIFICATION, PatientRecord
from trust.assertions import Operation, decide_permission
from trust.xml import Element


class IdentifyPatient:
    """Names the one consenting patient who fits the question."""

    transaction = Transaction.ITI_55
    needs_trc = False
    claims_first = False
    allows_nok = True

    def __init__(self, services: RespondingServices) -> None:
        self._services = services

    def answer(self, request: BelievedRequest, stages: Stages) -> UseCaseResult:
        """Answer with exactly one match, or refuse."""
        permission = require(
            decide_permission(request.hcp, Operation.IDENTIFY, request.moment)
        )
        question = read_patient_discovery_request(request.body)
        self._check_receiver(question)
        admit_patients(self._services, request, question.traits.ids)
        with stages.measure("patient"):
            patient = self._find(question.traits)
        with stages.measure("consent"):
            require_consent(self._services, request, patient, IDENTIFICATION)
        return UseCaseResult(
            body=self._response(question, (_match(patient),), None),
            facts=AuditFacts(
                patients=(patient.id,),
                query=canonical_form(request.body),
                asked=question.traits.ids,
            ),
            has_result=True,
            decisions=(permission,),
        )

    def refusal(self, body: etree._Element, answer: Answer) -> UseCaseResult:
        """Express a refusal as an acknowledgement with its detail."""
        question = _question_to_refuse(body)
        return UseCaseResult(
            body=self._response(question, (), answer),
            facts=AuditFacts(patients=question.traits.ids, query=canonical_form(body)),
            has_result=False,
            answers=(answer,),
        )

    def class_code(self, body: etree._Element) -> None:
        """Return none: nobody's documents are asked for yet."""

    def _check_receiver(self, question: PatientDiscoveryRequest) -> None:
        if question.receiver != self._services.identity.home_community_id:
            raise PolicyError(
                Refusal.RECEIVER_WRONG, "the receiver is another home community"
            )

    def _find(self, traits: PatientTraits) -> PatientRecord:
        services = self._services
        return exactly_one(
            find_patients(services.patients, services.identification, traits)
        )

    def _response(
        self,
        question: PatientDiscoveryRequest,
        matches: tuple[PatientMatch, ...],
        answer: Answer | None,
    ) -> Element:
        services = self._services
        return write_patient_discovery_response(
            question,
            matches,
            answer,
            own=services.identity.home_community_id,
            ids=services.fresh_ids,
            now=services.clock.now(),
        )


def _question_to_refuse(body: etree._Element) -> PatientDiscoveryRequest:
    """Read as much of the question as the refusal has to repeat."""
    try:
        return read_patient_discovery_request(body)
    except DiscoveryRefused as refused:
        return refused.request


def _match(patient: PatientRecord) -> PatientMatch:
    return PatientMatch(
        id=patient.id,
        family=patient.family,
        given=patient.given,
        birth_date=patient.birth_date,
        gender=patient.gender,
        address=PostalAddress(
            lines=patient.address_lines,
            city=patient.city,
            postal_code=patient.postal_code,
            country=patient.country,
        ),
    )
