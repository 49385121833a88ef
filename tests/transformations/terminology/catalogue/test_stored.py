"""A catalogue file answers what its facts say, and nothing else."""

import threading

import pytest

from tests.transformations.terminology.catalogue.samples import (
    DISORDERS,
    FACTS,
    ICD_10,
    NATIONAL,
    SEVERITY,
    SNOMED_CT,
    build,
)
from transformations.terminology import Designation
from transformations.terminology.catalogue import (
    CatalogueRefused,
    StoredCatalogue,
    build_catalogue,
)
from transformations.terminology.facts import SourceRefused


@pytest.mark.parametrize(
    "value_set",
    [SEVERITY, "eHDSISeverity", "http://example.org/severity", f"urn:oid:{SEVERITY}"],
)
def test_a_value_set_is_known_by_oid_name_and_url(release, value_set):
    assert release.has(value_set, "6736007", SNOMED_CT) is True
    assert release.has(value_set, "J45", ICD_10) is False


def test_a_value_set_that_is_not_there_cannot_be_judged(release):
    assert release.has("eHDSISubstance", "6736007", SNOMED_CT) is None


@pytest.mark.parametrize(
    "system",
    [ICD_10, "2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10", f" {ICD_10}"],
)
def test_a_code_system_is_known_by_every_alias(release, system):
    assert release.has(DISORDERS, "J45", system) is True


def test_a_code_counts_only_with_its_own_system_unless_none_is_named(release):
    assert release.has(DISORDERS, "J45", SNOMED_CT) is False
    assert release.has(DISORDERS, "J45", "") is True


def test_the_first_language_that_has_a_name_is_used_and_told(release):
    def said(*chain):
        return release.display("6736007", SNOMED_CT, chain)

    assert said("fr-FR", "en") == Designation("Modérée", "fr-FR")
    assert said("de", "en") == Designation("Moderate", "en")
    assert said("de") is None


def test_a_bare_language_is_served_by_a_region_and_no_region_by_another(release):
    assert release.display("6736007", SNOMED_CT, ("fr",)).language == "fr-FR"
    assert release.display("6736007", SNOMED_CT, ("fr-LU",)) is None


def test_a_concept_tells_version_and_whether_it_is_retired(release):
    assert release.concept("6736007", "http://snomed.info/sct").version == "2024"
    assert release.concept("24484000", SNOMED_CT).is_current is False
    assert release.concept("1", SNOMED_CT) is None


def test_the_register_of_licences_is_kept(release):
    row = next(row for row in release.code_systems() if row.system == SNOMED_CT)
    assert (row.owner, row.notice, row.concepts) == (
        "SNOMED International",
        "licence",
        2,
    )


def test_many_threads_may_ask(release):
    wrong = []

    def ask():
        for _ in range(200):
            release._number.cache_clear()
            if release.has(SEVERITY, "6736007", SNOMED_CT) is not True:
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_refused_source_leaves_what_was_there(tmp_path):
    path = tmp_path / "release.sqlite"
    build(path).close()
    before = path.read_bytes()

    def broken():
        yield FACTS[2]
        raise SourceRefused("line 2")

    with pytest.raises(SourceRefused):
        build_catalogue(path, broken(), {"release": "x"})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_sources_without_a_code_make_no_catalogue(tmp_path):
    with pytest.raises(CatalogueRefused, match="no code"):
        build_catalogue(tmp_path / "empty.sqlite", (), {"release": "x"})
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_catalogue_is_refused(tmp_path):
    path = tmp_path / "text.sqlite"
    path.write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(CatalogueRefused, match="no catalogue"):
        StoredCatalogue(path)
    with pytest.raises(CatalogueRefused, match="no such catalogue"):
        StoredCatalogue(tmp_path / "absent.sqlite")


def test_a_file_of_another_layout_is_refused(tmp_path):
    path = tmp_path / "old.sqlite"
    build(path).close()
    import sqlite3

    path.chmod(0o644)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
    connection.close()
    with pytest.raises(CatalogueRefused, match="another layout"):
        StoredCatalogue(path)


def test_a_code_without_a_mapping_has_no_pivot(release):
    assert release.pivot("ASTHME", NATIONAL) is None
