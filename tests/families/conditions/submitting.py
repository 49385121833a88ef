"""The conditions of ITI-41."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.simulators.submissions import DISCARD
from ncp.errors import NationalError, Refusal
from tests.families.asking import Asking, replaced
from tests.families.conditions.condition import (
    NO_DOCUMENTS,
    Condition,
    bent,
    held_back,
    of_another_patient,
    of_another_professional,
    switched_off,
    too_weak,
)
from tests.ncp.country_a.submissions import dispensation_cda
from tests.ncp.country_a.test_provide import Register

GIVEN = "2.25.100"


def registered(asking: Asking, register: Register) -> None:
    country = asking.country
    country.serve_by(replace(country.services, dispensations=register))


def submitting(**told: object) -> Callable[[Asking], object]:
    """Submit a dispensation to a register that takes everything."""

    def asked(asking: Asking) -> object:
        registered(asking, Register())
        return asking.submit(GIVEN, dispensation_cda(GIVEN), **told)  # type: ignore[arg-type]

    return asked


def to_a_register_that_says(
    refusal: Refusal, **told: object
) -> Callable[[Asking], object]:
    def asked(asking: Asking) -> object:
        registered(asking, Register({GIVEN: refusal}))
        return asking.submit(GIVEN, dispensation_cda(GIVEN), **told)  # type: ignore[arg-type]

    return asked


def to_a_register_that_fails(asking: Asking) -> object:
    down = NationalError(Refusal.NATIONAL_UNAVAILABLE, "down")
    registered(asking, Register(error=down))
    return asking.submit(GIVEN, dispensation_cda(GIVEN))


def content(document: bytes) -> Callable[[Asking], object]:
    def asked(asking: Asking) -> object:
        registered(asking, Register())
        return asking.submit(GIVEN, document)

    return asked


def without_consent(asking: Asking) -> object:
    asking.country.nation.consent_given = False
    return submitting()(asking)


def format_code(put: bytes) -> Callable[[Asking], object]:
    return bent(replaced(rb"urn:epSOS:ep:dis:2010", put), submitting())


SUBMITTING = (
    Condition("dispensed", "ED #0; UC12_001", submitting()),
    Condition(
        "no-matching-prescription",
        "OpenNCP 7 testSubmitNoEP",
        to_a_register_that_says(Refusal.PRESCRIPTION_UNKNOWN),
    ),
    Condition(
        "dispensed-before",
        "ED #2",
        to_a_register_that_says(Refusal.PRESCRIPTION_DISPENSED),
    ),
    Condition(
        "not-dispensable",
        "OpenNCP 9 OpenNCPErrorCode",
        to_a_register_that_says(Refusal.PRESCRIPTION_NOT_DISPENSABLE),
    ),
    Condition(
        "substitution-forbidden",
        "OpenNCP 9 OpenNCPErrorCode",
        to_a_register_that_says(Refusal.SUBSTITUTION_FORBIDDEN),
    ),
    Condition(
        "not-stored",
        "OpenNCP 9 OpenNCPErrorCode",
        to_a_register_that_says(Refusal.DISPENSATION_NOT_STORED),
    ),
    Condition(
        "not-updated",
        "OpenNCP 9 OpenNCPErrorCode",
        to_a_register_that_says(Refusal.PRESCRIPTION_NOT_UPDATED),
    ),
    Condition(
        "not-signed", "ED #4", to_a_register_that_says(Refusal.SUBMISSION_NOT_SIGNED)
    ),
    Condition(
        "pdf-missing", "ED #5", to_a_register_that_says(Refusal.SOURCE_PDF_MISSING)
    ),
    Condition("pivot-missing", "ED #6", format_code(b"urn:ihe:iti:xds-sd:pdf:2008")),
    Condition(
        "unknown-format", "CS #0, HCER #0", format_code(b"urn:ihe:iti:bppc:2007")
    ),
    Condition(
        "names-no-prescription",
        "OpenNCP 9 OpenNCPErrorCode",
        content(dispensation_cda(GIVEN, prescription=None)),
    ),
    Condition(
        "of-another-id",
        "OpenNCP 9 XDRServiceImpl",
        content(dispensation_cda("2.25.999")),
    ),
    Condition("no-consent", "ERP_023", without_consent),
    Condition("authentication-weak", "ED #3", too_weak(submitting())),
    Condition("no-permission", "NCP_023, NCP_035", submitting(), NO_DOCUMENTS),
    Condition(
        "another-patient-is-treated",
        "NCP_013, NCP_018",
        of_another_patient(submitting()),
    ),
    Condition("another-professional", "NCP_042", of_another_professional(submitting())),
    Condition("registry-down", "OpenNCP 9 OpenNCPErrorCode", to_a_register_that_fails),
    Condition(
        "no-register",
        "OpenNCP 9 OpenNCPErrorCode",
        lambda asking: asking.submit(GIVEN, dispensation_cda(GIVEN)),
    ),
    Condition("service-switched-off", "NCP_055", switched_off(submitting())),
    Condition("held-back", "eHDSI CP-059", held_back(submitting())),
    Condition("discarded", "eHDSI CP-036", submitting(operation=DISCARD)),
    Condition(
        "discard-of-nothing",
        "eHDSI CP-036",
        to_a_register_that_says(Refusal.DISPENSATION_UNKNOWN, operation=DISCARD),
    ),
    Condition(
        "discard-too-late",
        "eHDSI CP-036",
        to_a_register_that_says(Refusal.DISCARD_TOO_LATE, operation=DISCARD),
    ),
)
