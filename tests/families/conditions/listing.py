"""The conditions of ITI-38."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.attacks.sealing import unsigned
from ncp.errors import Refusal
from tests.families.asking import Asking, replaced
from tests.families.conditions.condition import (
    LABORATORY,
    NO_DOCUMENTS,
    NOBODY,
    ONLY_PDF,
    OVERVIEW,
    Condition,
    bent,
    held_back,
    listing,
    of_another_patient,
    of_another_professional,
    refused,
    served_with,
    signed_elsewhere,
    slot,
    switched_off,
    too_weak,
)
from tests.ncp.country_a.scene import (
    EVA,
)


def list_without_consent(asking: Asking) -> object:
    asking.country.nation.consent_given = False
    return asking.list()


def no_summary(asking: Asking) -> object:
    asking.country.nation.listed.clear()
    return asking.list()


def unsigned_trc(asking: Asking) -> object:
    asking.treats(EVA, EVA)
    trc = asking.session._trcs[EVA]
    asking.session._trcs[EVA] = replace(trc, data=unsigned(trc.data))
    return asking.list()


def class_code(put: bytes) -> Callable[[Asking], object]:
    return bent(replaced(rb"60591-5\^\^2\.16\.840\.1\.113883\.6\.1", put), listing)


def laboratory(asking: Asking) -> object:
    return asking.list(LABORATORY)


LISTING = (
    Condition("summary", "PS #0; PSA_UC2_001", listing),
    Condition("no-consent", "PS #1; PSA_EPA_031", list_without_consent),
    Condition("no-permission", "PS #3; NCP_021, NCP_033", listing, NO_DOCUMENTS),
    Condition("no-summary", "PS #4; PSA_UC2_010", no_summary),
    Condition("no-original", "OpenNCP 9 XCAServiceImpl, 1104", laboratory),
    Condition(
        "pdf-alone", "PS #5", served_with(bent(ONLY_PDF, listing), offer_pdf=True)
    ),
    Condition("pdf-not-provided", "PS #5", bent(ONLY_PDF, listing)),
    Condition(
        "slot-not-supported",
        "PS #6",
        bent(slot(b"$XDSDocumentEntryEventCodeList", b"('A^^B')"), listing),
    ),
    Condition(
        "filter-of-no-form",
        "PS #8",
        bent(slot(b"$XDSDocumentEntryFilterCreatedAfter", b"yesterday"), laboratory),
    ),
    Condition(
        "registry-down",
        "OpenNCP 9 XCAServiceImpl",
        refused(Refusal.NATIONAL_UNAVAILABLE, listing),
    ),
    Condition("class-code-unknown", "OpenNCP 9 ClassCode", class_code(b"99999-9^^1.2")),
    Condition("class-code-missing", "OpenNCP 9 XCAServiceImpl", class_code(b"")),
    Condition("overview-not-served", "MRO #0", lambda asking: asking.list(OVERVIEW)),
    Condition(
        "two-services-at-once",
        "OpenNCP 9 (codes of one service alone)",
        lambda asking: asking.list("60591-5", LABORATORY),
    ),
    Condition(
        "another-patient-is-treated",
        "NCP_011, NCP_015, NCP_016; another patient is treated",
        of_another_patient(listing),
    ),
    Condition(
        "nobody",
        "NCP_011; OpenNCP 7 xca-query-invalid-patient-id",
        lambda asking: asking.list(patient=NOBODY),
    ),
    Condition(
        "no-patient-id",
        "OpenNCP 7 xca-query-empty-patient-id",
        bent(replaced(rb"'1893120105732[^']*'", b"''"), listing),
    ),
    Condition(
        "another-community",
        "ITI TF-2 3.38.4.1.2",
        bent(
            replaced(rb"(AdhocQuery) id=", rb'\1 home="urn:oid:2.999.9" id='), listing
        ),
    ),
    Condition(
        "another-stored-query",
        "ITI TF-2 3.18.4.1.2.4",
        bent(
            replaced(
                rb"14d4debf-8f97-4251-9a74-a90016b0af0d",
                b"5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
            ),
            listing,
        ),
    ),
    Condition(
        "another-professional",
        "NCP_040; another professional's treatment assertion",
        of_another_professional(listing),
    ),
    Condition(
        "another-country-signs",
        "NCP_061; another country signs",
        signed_elsewhere(listing),
    ),
    Condition("authentication-weak", "PS #2", too_weak(listing)),
    Condition("treatment-not-signed", "fact sheet 02 7.2", unsigned_trc),
    Condition("service-switched-off", "NCP_053", switched_off(listing)),
    Condition("held-back", "eHDSI CP-059", held_back(listing)),
)
