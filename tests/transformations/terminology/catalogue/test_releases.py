"""Releases, overlays on them, and which of them speak at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.transformations.terminology.catalogue.samples import (
    DISORDERS,
    FACTS,
    ICD_10,
    NATIONAL,
    OVERLAY,
    SEVERITY,
    SNOMED_CT,
    build,
)
from transformations.terminology.catalogue import (
    CatalogueRefused,
    CurrentCatalogue,
    Releases,
)
from transformations.terminology.facts import ConceptFact

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def releases(tmp_path):
    found = Releases(tmp_path)
    build(found.release_path("r1")).close()
    build(
        found.release_path("r2"), (*FACTS, ConceptFact(ICD_10, "J46", DISORDERS, "x"))
    ).close()
    build(found.overlay_path("lu"), OVERLAY).close()
    return found


def layered(releases):
    return releases.open(releases.activate("r1", ["lu"], NOW))


def test_an_overlay_adds_names_and_the_language_asked_for_wins(releases):
    catalogue = layered(releases)
    assert catalogue.display("6736007", SNOMED_CT, ("fr-LU", "fr")).text == "Moyenne"
    assert catalogue.display("6736007", SNOMED_CT, ("fr-FR", "fr")).text == "Modérée"
    assert catalogue.display("24484000", SNOMED_CT, ("lb", "en")).text == "Schwéier"
    assert catalogue.release == "r1 + lu"


def test_a_national_code_has_the_pivot_of_the_value_set_asked_for(releases):
    catalogue = layered(releases)
    assert catalogue.pivot("ASTHME", NATIONAL, [DISORDERS]).code == "J45"
    assert catalogue.pivot("ASTHME", NATIONAL, [SEVERITY]).code == "6736007"
    assert catalogue.pivot("ASTHME", NATIONAL).code == "J45"
    # The release knows the version, the overlay only the code.
    assert catalogue.pivot("ASTHME", NATIONAL, [SEVERITY]).version == "2024"


def test_a_target_that_the_release_does_not_hold_is_no_pivot(releases):
    assert layered(releases).pivot("LOST", NATIONAL, [DISORDERS]) is None


def test_an_overlay_takes_no_membership_away(releases):
    catalogue = layered(releases)
    assert catalogue.has(SEVERITY, "6736007", SNOMED_CT) is True
    assert catalogue.has(DISORDERS, "6736007", SNOMED_CT) is False
    assert catalogue.has("eHDSISubstance", "1", SNOMED_CT) is None


def test_an_activation_speaks_from_its_moment_on(releases):
    releases.activate("r1", [], NOW)
    releases.activate("r2", ["lu"], NOW + HOUR)
    assert releases.active(NOW - HOUR) is None
    assert releases.active(NOW).release == "r1"
    assert releases.active(NOW + HOUR).what == ("r2", ("lu",))


def test_the_way_back_is_an_activation_of_what_was_before(releases):
    releases.activate("r1", ["lu"], NOW - 2 * HOUR)
    releases.activate("r2", [], NOW - HOUR)
    assert releases.roll_back(NOW).what == ("r1", ("lu",))
    assert releases.active(NOW).release == "r1"
    assert [one.release for one in releases.activations()] == ["r1", "r2", "r1"]


def test_there_is_no_way_back_from_the_first(releases):
    releases.activate("r1", [], NOW)
    with pytest.raises(CatalogueRefused, match="no earlier release"):
        releases.roll_back(NOW)


def test_what_cannot_be_opened_is_not_activated(releases):
    releases.activate("r1", [], NOW)
    with pytest.raises(CatalogueRefused):
        releases.activate("r9", [], NOW)
    with pytest.raises(CatalogueRefused):
        releases.activate("r2", ["fr"], NOW)
    assert releases.active(NOW).release == "r1"


@pytest.mark.parametrize("name", ["../r1", "", ".hidden", "a/b"])
def test_a_name_never_leaves_the_folder(releases, name):
    with pytest.raises(CatalogueRefused, match="letters"):
        releases.release_path(name)


def test_a_broken_journal_is_refused_aloud(releases):
    releases.journal.write_text('[{"since": "2026-11-28T12:00:00"}]')
    with pytest.raises(CatalogueRefused, match="activation needs"):
        releases.active(NOW)


def test_the_running_gateway_follows_at_the_moment_of_the_activation(releases):
    moment = [NOW]
    current = CurrentCatalogue(releases, lambda: moment[0])
    with pytest.raises(CatalogueRefused, match="no release is active"):
        current.get()
    releases.activate("r1", [], NOW)
    releases.activate("r2", [], NOW + HOUR)
    first = current.get()
    assert first is current.get()
    assert first.has(DISORDERS, "J46", ICD_10) is False
    moment[0] = NOW + HOUR
    assert current.get().has(DISORDERS, "J46", ICD_10) is True
    # What a document began with stays usable.
    assert first.has(DISORDERS, "J45", ICD_10) is True
