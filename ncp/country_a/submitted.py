"""One submitted document on its way to the register, and what it has to agree with.

Spec: IHE ITI TF-3 §4.2.3.2.26 / eHDSI XDR profile.
"""

from __future__ import annotations

from dataclasses import dataclass

from ncp.country_a.use_case import BelievedRequest
from ncp.errors import PolicyError, ProtocolError, Refusal
from ncp.ihe.cda_facts import CdaFacts, NotCda, read_cda_facts
from ncp.ihe.iti41_xdr import Submission, SubmittedDocument
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationOrder,
    DispensationRegister,
    DispensationResult,
    Dispenser,
)
from ncp.national.ports import PatientRecord
from trust.assertions import HcpAssertion, TrcAssertion


@dataclass(frozen=True, slots=True)
class Provided:
    """A document with everything that is known of it and believed."""

    request: BelievedRequest
    trc: TrcAssertion
    patient: PatientRecord
    submission: Submission
    document: SubmittedDocument


def checked_content(provided: Provided) -> tuple[bytes, CdaFacts]:
    """Return the document, which is what its metadata say.

    Raises
    ------
    ProtocolError
        It is no CDA document, or has another id than its metadata: what was done once
        is known by that id.
    PolicyError
        It did not come, or is about somebody else.
    """
    content = provided.document.content
    if not content:
        raise PolicyError(
            Refusal.PIVOT_DOCUMENT_MISSING, "the entry came without its document"
        )
    try:
        facts = read_cda_facts(content)
    except NotCda as error:
        raise ProtocolError(Refusal.SUBMISSION_INVALID, str(error)) from None
    if provided.document.entry.unique_id not in facts.unique_ids:
        raise ProtocolError(
            Refusal.SUBMISSION_INVALID,
            "the document has another id than its metadata say",
        )
    if not facts.patients & {provided.trc.patient, *provided.patient.identifiers}:
        raise PolicyError(
            Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
            "the document names another patient than the treatment assertion",
        )
    return content, facts


def carry_out(
    register: DispensationRegister,
    provided: Provided,
    operation: DispensationOperation,
    content: bytes,
) -> DispensationResult:
    """Have the register carry out what was submitted; return what it says.

    Raises
    ------
    PolicyError
        The register refuses; its own words go into the record, not to the peer.
    NationalError
        It cannot tell; the peer may send the very same again.
    """
    result = register.carry_out(_order(provided, operation, content))
    if result.refusal is not None:
        raise PolicyError(result.refusal, "the register refused", result.sentence)
    return result


def _order(
    provided: Provided, operation: DispensationOperation, content: bytes
) -> DispensationOrder:
    request, entry = provided.request, provided.document.entry
    return DispensationOrder(
        peer=request.country,
        operation=operation,
        document_unique_id=entry.unique_id,
        submission_set_id=provided.submission.submission_set.unique_id,
        content=content,
        patient=provided.patient,
        dispenser=_dispenser(request.hcp),
        moment=request.moment,
        created=entry.creation_time,
        prescription_id=provided.trc.prescription_id,
        dispensation_pin=provided.trc.dispensation_pin,
    )


def _dispenser(hcp: HcpAssertion) -> Dispenser:
    return Dispenser(
        identifier=hcp.name_id,
        name=hcp.subject_name,
        role=hcp.role.code,
        organization=hcp.organization,
        organization_id=hcp.organization_id,
        locality=hcp.locality,
        other_identifier=hcp.sp_provided_id,
    )
