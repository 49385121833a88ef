"""Exactly one patient, consenting, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import BelievedRequest
from ncp.errors import PolicyError, Refusal
from ncp.national.ports import DocumentKind, PatientRecord, Service
from trust.identifiers import PatientId


def the_patient(services: RespondingServices, patient: PatientId) -> PatientRecord:
    """Return the one person who bears this identifier.

    Raises
    ------
    PolicyError
        Nobody does, or several do: a guess between two people is never made.
    """
    return exactly_one(services.patients.find((patient,)))


def exactly_one(records: Sequence[PatientRecord]) -> PatientRecord:
    """Return the only record, or refuse."""
    if not records:
        raise PolicyError(Refusal.PATIENT_UNKNOWN, "no patient matches the request")
    if len(records) > 1:
        raise PolicyError(
            Refusal.PATIENT_AMBIGUOUS,
            "several patients match the request",
            "Find out why the national index has two people under one identifier.",
        )
    return records[0]


def require_consent(
    services: RespondingServices,
    request: BelievedRequest,
    patient: PatientRecord,
    service: Service,
) -> None:
    """Refuse unless the patient lets this country have this service.

    Raises
    ------
    PolicyError
        The register says no; its own words go into the record, not to the peer.
    """
    answer = services.consents.consent(
        patient,
        country=request.country,
        service=service,
        purpose=request.purpose_of_use,
    )
    if not answer.is_given:
        raise PolicyError(
            Refusal.CONSENT_REFUSED,
            "the patient has not consented to this exchange",
            answer.sentence,
        )


def consented(
    services: RespondingServices,
    request: BelievedRequest,
    patient: PatientRecord,
    kinds: Sequence[DocumentKind],
) -> list[DocumentKind]:
    """Return the kinds the patient lets this country have; at least one.

    Raises
    ------
    PolicyError
        The register says no to all of them.
    """
    agreed: list[DocumentKind] = []
    refusals: list[PolicyError] = []
    for kind in kinds:
        try:
            require_consent(services, request, patient, kind)
        except PolicyError as refused:
            refusals.append(refused)
        else:
            agreed.append(kind)
    if not agreed:
        raise refusals[0]
    return agreed
