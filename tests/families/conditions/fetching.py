"""The conditions of ITI-39."""

from __future__ import annotations

import json
from collections.abc import Callable

from conformance.simulators.dialect import Dialect as Family
from ncp.errors import NationalError, Refusal
from tests.families.asking import Asking
from tests.families.conditions.condition import (
    NO_DOCUMENTS,
    Condition,
    NoCodes,
    held_back,
    of_another_patient,
    of_another_professional,
    served_with,
    switched_off,
)
from tests.ncp.country_a.scene import (
    EVA,
    CountryA,
    source_document,
    summary_of,
)


def offered(asking: Asking) -> list[str]:
    return [each.unique_id for each in asking.list().entries]


def fetching(asking: Asking) -> object:
    return asking.fetch(*offered(asking))


def fetch_after(change: Callable[[CountryA], object]) -> Callable[[Asking], object]:
    """Fetch what was listed before something changed."""

    def asked(asking: Asking) -> object:
        ids = offered(asking)
        change(asking.country)
        return asking.fetch(*ids)

    return asked


def consent_is_withdrawn(country: CountryA) -> None:
    country.nation.consent_given = False


def two_summaries(asking: Asking) -> list[str]:
    nation = asking.country.nation
    nation.listed[EVA] = [source_document("one"), source_document("two")]
    for name in ("one", "two"):
        nation.contents[name] = json.dumps(summary_of(EVA)).encode()
    return offered(asking)


def one_of_two_is_gone(asking: Asking) -> object:
    ids = two_summaries(asking)
    asking.country.nation.listed[EVA].pop()
    return asking.fetch(*ids)


def both(asking: Asking) -> object:
    return asking.fetch(*two_summaries(asking))


def national_side_fails(country: CountryA) -> None:
    country.nation.error = NationalError(Refusal.NATIONAL_UNAVAILABLE, "down")


def source_is_broken(country: CountryA) -> None:
    country.nation.contents["eva"] = b"{"


def birth_date_is_missing(country: CountryA) -> None:
    summary = summary_of(EVA, birthDate=None)
    country.nation.contents["eva"] = json.dumps(summary).encode()


def other_then_fetch(asking: Asking) -> object:
    """List, and then show the TRC assertion of another professional."""
    ids = offered(asking)
    return of_another_professional(lambda each: each.fetch(*ids))(asking)


def documents_of_another(asking: Asking) -> object:
    """Ask for Eva's document while Luc is treated."""
    ids = offered(asking)
    return of_another_patient(lambda each: each.fetch(*ids))(asking)


FETCHING = (
    Condition("summary", "PS #9; PSA_UC3_001", fetching),
    Condition("two-at-once", "two documents in one request", both),
    Condition(
        "one-of-two-gone", "a partial success of one document", one_of_two_is_gone
    ),
    Condition(
        "none-left",
        "ITI TF-2 3.39.4.1.3",
        fetch_after(lambda country: country.nation.listed.clear()),
    ),
    Condition("no-consent", "PSA_EPA_032", fetch_after(consent_is_withdrawn)),
    Condition(
        "no-permission",
        "NCP_022, NCP_034",
        lambda asking: asking.fetch("2.25.1"),
        NO_DOCUMENTS,
    ),
    Condition(
        "unknown-id",
        "PSA_UC3_020; OpenNCP 7 xca-retrieve-invalid-id",
        lambda asking: asking.fetch("2.25.1"),
    ),
    Condition(
        "empty-id", "OpenNCP 7 xca-retrieve-empty-id", lambda asking: asking.fetch("")
    ),
    Condition(
        "another-repository",
        "PSA_UC3_021",
        lambda asking: asking.fetch(*offered(asking), repository="2.999.9"),
    ),
    Condition(
        "another-community",
        "ITI TF-2 3.39.4.1.2",
        lambda asking: asking.fetch(*offered(asking), home="urn:oid:2.999.9"),
        families=(Family.OPENNCP_NEW, Family.GEMATIK),
    ),
    Condition("document-of-another-patient", "NCP_012", documents_of_another),
    Condition(
        "registry-down", "OpenNCP 9 XCAServiceImpl", fetch_after(national_side_fails)
    ),
    Condition("source-broken", "PSA_UC3_010", fetch_after(source_is_broken)),
    Condition("no-core-data", "PSA_UC3_011", fetch_after(birth_date_is_missing)),
    Condition("code-unmapped", "PS #7", served_with(fetching, terminology=NoCodes())),
    Condition(
        "code-partly-unmapped",
        "PS #7.1",
        served_with(fetching, terminology=NoCodes(may_lack=True)),
    ),
    Condition("another-professional", "NCP_041", other_then_fetch),
    Condition(
        "service-switched-off",
        "NCP_054",
        switched_off(lambda asking: asking.fetch("2.25.1")),
    ),
    Condition(
        "held-back",
        "eHDSI CP-059",
        held_back(lambda asking: asking.fetch("2.25.1")),
    ),
)
