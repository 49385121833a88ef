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
    OVERVIEW,
    Condition,
    bent,
    listing,
    of_another_patient,
    of_another_professional,
    refused,
    signed_elsewhere,
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


def slot(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    value_list = b"<ValueList><Value>%s</Value></ValueList>" % value
    added = (
        b'<Slot xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" name="%s">' % name
    )
    return replaced(
        rb"</((?:rim:)?)AdhocQuery>", added + value_list + rb"</Slot></\1AdhocQuery>"
    )


def class_code(put: bytes) -> Callable[[Asking], object]:
    return bent(replaced(rb"60591-5\^\^2\.16\.840\.1\.113883\.6\.1", put), listing)


def laboratory(asking: Asking) -> object:
    return asking.list(LABORATORY)


LISTING = (
    Condition("summary", "PS #0; PSA_UC2_001", listing),
    Condition("no-consent", "PS #1; PSA_EPA_031, ERP_021", list_without_consent),
    Condition("no-permission", "PS #3, EP #3; NCP_021, NCP_033", listing, NO_DOCUMENTS),
    Condition("no-summary", "PS #4; PSA_UC2_010", no_summary),
    Condition("no-original", "OpenNCP 9 XCAServiceImpl, 1104", laboratory),
    Condition(
        "slot-not-supported",
        "PS #6",
        bent(slot(b"$XDSDocumentEntryEventCodeList", b"('A^^B')"), listing),
    ),
    Condition(
        "filter-of-no-form",
        "PS #8, EP #8",
        bent(slot(b"$XDSDocumentEntryFilterCreatedAfter", b"yesterday"), laboratory),
    ),
    Condition(
        "registry-down", "EP #6, EP #7", refused(Refusal.NATIONAL_UNAVAILABLE, listing)
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
        "NCP_011, NCP_015, NCP_016",
        of_another_patient(listing),
    ),
    Condition("nobody", "NCP_011", lambda asking: asking.list(patient=NOBODY)),
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
    Condition("another-professional", "NCP_040", of_another_professional(listing)),
    Condition("another-country-signs", "NCP_061", signed_elsewhere(listing)),
    Condition("authentication-weak", "PS #2, EP #2", too_weak(listing)),
    Condition("treatment-not-signed", "fact sheet 02 7.2", unsigned_trc),
    Condition("service-switched-off", "NCP_053", switched_off(listing)),
)
