"""The settings the demo writes are settings a gateway takes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.demo.countries import Ground, settle_country_a, settle_country_b
from ncp.demo.pki import make_pki
from ncp.settings import Role, load_settings
from ncp.store import DataKey
from trust.identifiers import CountryCode


@pytest.fixture(scope="module")
def countries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("countries")
    now = datetime.now(UTC)
    lu, pt = make_pki(folder / "pki", [CountryCode("LU"), CountryCode("PT")], now)
    a, b = Ground.at(folder / "a"), Ground.at(folder / "b")
    settle_country_a(a, lu, pt, "http://127.0.0.1:1/fhir", 0)
    tokens = settle_country_b(b, pt, lu, "https://127.0.0.1:2")
    return load_settings(a.settings), load_settings(b.settings), tokens


def test_each_country_plays_one_role_and_has_pinned_the_other(countries):
    a, b, _ = countries
    assert (a.gateway.roles, b.gateway.roles) == ((Role.A,), (Role.B,))
    assert [peer.country for peer in a.peers] == ["PT"]
    assert [peer.country for peer in b.peers] == ["LU"]


def test_only_country_b_knows_where_the_other_lives(countries):
    a, b, _ = countries
    assert a.peers[0].endpoints is None
    assert b.peers[0].endpoints.xca.startswith("https://127.0.0.1:2/")


def test_the_countries_share_no_secret(countries):
    a, b, _ = countries
    for of in (
        lambda keys: keys.data_key_file,
        lambda keys: keys.document_id_secret_file,
        lambda keys: keys.seal.key,
    ):
        assert of(a.keys).read_bytes() != of(b.keys).read_bytes()


def test_secrets_are_of_the_form_the_gateway_reads(countries):
    for settings in countries[:2]:
        assert DataKey.load(settings.keys.data_key_file)
        assert len(settings.keys.document_id_secret_file.read_bytes()) >= 32


def test_without_a_registered_consent_nothing_is_given_out(countries):
    assert countries[0].national.consent.default == "deny"


def test_only_a_demonstration_shows_incomplete_documents(countries):
    a, b, _ = countries
    assert a.demo.allow_missing_mandatory
    assert a.gateway.environment == "demo"
    assert not b.demo.allow_missing_mandatory
