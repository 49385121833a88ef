"""The conditions of ITI-38 and ITI-39 that prescriptions alone can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ncp.country_a.prescriptions import KeyNeeded
from ncp.errors import NationalError, Refusal
from ncp.national.prescriptions import PrescriptionStatus
from tests.families.asking import Asking
from tests.families.conditions.condition import (
    NOBODY,
    ONLY_PDF,
    PRESCRIPTION,
    Condition,
    NoCodes,
    bent,
    of_another_patient,
    served_with,
    slot,
    too_weak,
)
from tests.families.pharmacy import FIRST, Pharmacy, prescribed

DOWN = NationalError(Refusal.NATIONAL_UNAVAILABLE, "down")
ONLY_ORDERS = {"permissions": ("PRD-004", "PRD-006")}
ONLY_SUMMARIES = ("PRD-003", "PRD-005", "PRD-006", "PRD-010", "PRD-016")
Ask = Callable[[Asking], object]
Change = Callable[[Pharmacy], object]


def listing(asking: Asking) -> object:
    return asking.list(PRESCRIPTION)


def of(number: int, ask: Ask = listing, change: Change | None = None, **offered: Any):
    """Ask where so many are prescribed, and something about them has changed."""

    def asked(asking: Asking) -> object:
        pharmacy = prescribed(asking, number, **offered)
        if change is not None:
            change(pharmacy)
        return ask(asking)

    return asked


def showing(prescription: str, pin: str) -> Ask:
    """List what a pharmacy was shown the key of."""

    def asked(asking: Asking) -> object:
        asking.shows(prescription, pin)
        return asking.list(PRESCRIPTION)

    return asked


def without_consent(asking: Asking) -> object:
    asking.country.nation.consent_given = False
    return asking.list(PRESCRIPTION)


def is_down(pharmacy: Pharmacy) -> None:
    pharmacy.down = DOWN


def is_dispensed(pharmacy: Pharmacy) -> None:
    pharmacy.touch(FIRST, status=PrescriptionStatus.COMPLETED)


def forbids_substitution(pharmacy: Pharmacy) -> None:
    pharmacy.touch(FIRST, may_substitute=False, substitution="N")


LISTED = (
    Condition("prescriptions", "EP #0; UC10, two eP", of(2)),
    Condition("prescription-dispensed", "XDW event codes", of(1, change=is_dispensed)),
    Condition(
        "substitution-forbidden",
        "UC10, substitution flag",
        of(1, change=forbids_substitution),
    ),
    Condition(
        "prescriptions-no-consent", "EP #1, EP #4; ERP_021", of(1, without_consent)
    ),
    Condition("prescriptions-authentication-weak", "EP #2", of(1, too_weak(listing))),
    Condition(
        "prescriptions-no-permission", "EP #3; NCP_021, NCP_033", of(1), ONLY_ORDERS
    ),
    Condition("no-prescription", "EP #4; UC10_012", of(0)),
    Condition("prescriptions-registry-down", "EP #6", of(1, change=is_down)),
    Condition(
        "prescriptions-filter-of-no-form",
        "EP #8",
        of(1, bent(slot(b"$XDSDocumentEntryFilterMaximumSize", b"big"), listing)),
    ),
    Condition("prescriptions-pdf-alone", "PS #5", of(1, bent(ONLY_PDF, listing))),
    Condition(
        "prescriptions-pdf-not-provided",
        "PS #5; ERROR_EP_PDF_FORMAT_NOT_PROVIDED",
        of(1, bent(ONLY_PDF, listing), as_pdf=False),
    ),
    Condition(
        "prescriptions-another-patient",
        "NCP_011, NCP_015, NCP_016",
        of(1, of_another_patient(listing)),
    ),
    Condition(
        "prescriptions-of-nobody",
        "NCP_011",
        of(1, lambda asking: asking.list(PRESCRIPTION, patient=NOBODY)),
    ),
    Condition(
        "key-missing", "NCP_015", of(1, listing, key_needed=KeyNeeded.ID_AND_PIN)
    ),
    Condition("key-wrong", "NCP_016", of(1, showing("RX-1", "1147"))),
    # Whoever has no key is not told in which forms there is anything.
    Condition(
        "key-wrong-pdf-alone",
        "NCP_016",
        of(1, bent(ONLY_PDF, showing("RX-1", "1147")), as_pdf=False),
    ),
    Condition("key-fits", "eHDSI SAML profile", of(2, showing("RX-1", "4711"))),
)


def offered(asking: Asking) -> list[str]:
    """Return the ids of a list: of each prescription the coded form, then the PDF."""
    return [each.unique_id for each in asking.list(PRESCRIPTION).entries]


def fetched(number: int, *places: int, change: Change | None = None) -> Ask:
    """Fetch entries of a list; before that, something changes."""

    def asked(asking: Asking) -> object:
        pharmacy = prescribed(asking, number)
        ids = offered(asking)
        if change is not None:
            change(pharmacy)
        return asking.fetch(*(ids[place] for place in places))

    return asked


CODED, PDF = 0, 1


def fetched_then(ask: Callable[[Asking, list[str]], object]) -> Ask:
    """Fetch the coded form of what was listed, in another way."""

    def asked(asking: Asking) -> object:
        prescribed(asking)
        return ask(asking, offered(asking)[:1])

    return asked


def with_other_rights(asking: Asking, ids: list[str]) -> object:
    asking.become(permissions=ONLY_SUMMARIES)
    return asking.fetch(*ids)


def with_consent_withdrawn(asking: Asking, ids: list[str]) -> object:
    asking.country.nation.consent_given = False
    return asking.fetch(*ids)


def while_another_is_treated(asking: Asking, ids: list[str]) -> object:
    return of_another_patient(lambda each: each.fetch(*ids))(asking)


def with_terminology(terminology: object) -> Ask:
    return fetched_then(
        lambda asking, ids: served_with(
            lambda each: each.fetch(*ids), terminology=terminology
        )(asking)
    )


def first_is_gone(pharmacy: Pharmacy) -> None:
    del pharmacy.prescriptions_by_id[FIRST]


def all_are_gone(pharmacy: Pharmacy) -> None:
    pharmacy.prescriptions_by_id.clear()


def cannot_be_read(pharmacy: Pharmacy) -> None:
    pharmacy.unreadable = DOWN


def names_no_medicine(pharmacy: Pharmacy) -> None:
    pharmacy.changes = {"medicationReference": None, "contained": []}


FETCHED = (
    Condition("prescription", "EP #9; UC11, L3", fetched(1, CODED)),
    Condition("prescription-as-pdf", "UC11, L1", fetched(1, PDF)),
    Condition("prescription-in-both-forms", "UC11, both at once", fetched(1, 0, 1)),
    Condition("two-prescriptions", "UC11_010 to UC11_013", fetched(2, 0, 2)),
    Condition(
        "one-prescription-of-two-gone",
        "UC11_020, UC11_021",
        fetched(2, 0, 2, change=first_is_gone),
    ),
    Condition(
        "no-prescription-left", "UC11_022", fetched(2, 0, 2, change=all_are_gone)
    ),
    Condition("prescription-unmapped", "EP #5", with_terminology(NoCodes())),
    Condition(
        "prescription-partly-unmapped",
        "EP #5.1",
        with_terminology(NoCodes(may_lack=True)),
    ),
    Condition("prescription-unreadable", "EP #7", fetched(1, 0, change=cannot_be_read)),
    Condition(
        "prescription-lacks-fact",
        "ERROR_EP_MISSING_BASIC_DATA",
        fetched(1, 0, change=names_no_medicine),
    ),
    Condition(
        "prescription-no-permission",
        "NCP_022, NCP_034",
        fetched_then(with_other_rights),
    ),
    Condition(
        "prescription-no-consent", "ERP_022", fetched_then(with_consent_withdrawn)
    ),
    Condition(
        "prescription-of-another-patient",
        "NCP_012, NCP_017",
        fetched_then(while_another_is_treated),
    ),
)
