"""The central server is asked as it wants to be; what it breaks off changes nothing."""

import pytest

from ncp.errors import NationalError
from ncp.terminology.central_server import CentralServer, fetch_facts
from tests.ncp.terminology.server import (
    DISORDERS,
    ICD_10,
    NATIONAL,
    central_server,
)
from transformations.terminology.catalogue import StoredCatalogue, build_catalogue
from transformations.terminology.facts import SourceRefused


def asked_by(base, **more):
    options = {"page_size": 3, "password": "secret", "timeout_s": 5.0, **more}
    return CentralServer(base, "ncpeh@lu", **options)


def test_value_sets_names_and_mappings_arrive(tmp_path):
    lines = []
    with central_server() as (_, base):
        facts = fetch_facts(asked_by(base), lines.append)
        build_catalogue(tmp_path / "c.sqlite", facts, {"release": "cts"})
    assert lines == ["eHDSIIllnessandDisorder: 6 codes, 21 facts"]
    with StoredCatalogue(tmp_path / "c.sqlite") as catalogue:
        assert catalogue.has(DISORDERS, "J45", ICD_10) is True
        assert catalogue.display("J45", ICD_10, ("fr-LU",)).text == "Asthme"
        assert catalogue.display("J45", ICD_10, ("en",)).text == "Asthma"
        assert catalogue.pivot("A1", NATIONAL, [DISORDERS]).code == "J45"
        assert catalogue.concept("J45", ICD_10).version == "2019"
        assert any(row.notice == "ask WHO" for row in catalogue.code_systems())


@pytest.mark.parametrize(("count", "pages"), [(5, 2), (6, 3), (7, 3)])
def test_pages_are_asked_for_until_one_is_short(count, pages):
    with central_server(count) as (server, base):
        list(fetch_facts(asked_by(base), lambda _: None))
        assert len(server.asked) == 1 + pages


def test_a_refused_login_is_told_without_the_password():
    with central_server() as (_, base):
        with pytest.raises(NationalError, match="did not let us in") as caught:
            list(fetch_facts(asked_by(base, password="wrong-one"), lambda _: None))
        assert "wrong-one" not in f"{caught.value}{caught.value.remedy}"


def test_a_server_that_breaks_off_leaves_the_old_catalogue(tmp_path):
    path = tmp_path / "c.sqlite"
    with central_server() as (server, base):
        facts = fetch_facts(asked_by(base), lambda _: None)
        build_catalogue(path, facts, {"release": "cts"})
        before = path.read_bytes()
        server.breaks_off = True
        facts = fetch_facts(asked_by(base), lambda _: None)
        with pytest.raises(NationalError, match="broke off"):
            build_catalogue(path, facts, {"release": "cts"})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_answer_over_the_limit_is_refused():
    with central_server() as (_, base), pytest.raises(NationalError, match="more than"):
        list(fetch_facts(asked_by(base, max_bytes=50), lambda _: None))


def test_a_compressed_answer_is_not_unpacked():
    with central_server() as (server, base):
        server.is_packing = True
        with pytest.raises(NationalError, match="compressed"):
            list(fetch_facts(asked_by(base), lambda _: None))


def test_an_empty_list_is_refused_aloud():
    told = pytest.raises(SourceRefused, match="nothing to give")
    with central_server(listing=None) as (_, base), told:
        list(fetch_facts(asked_by(base), lambda _: None))


def test_a_list_of_another_form_is_refused_by_what_it_lacks():
    told = pytest.raises(SourceRefused, match="expected valueSetVersions")
    with central_server(listing={"valueSets": []}) as (_, base), told:
        list(fetch_facts(asked_by(base), lambda _: None))


def test_nobody_there_is_told():
    with pytest.raises(NationalError, match="could not be reached"):
        list(fetch_facts(asked_by("http://127.0.0.1:1"), lambda _: None))
