from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError
from ncp.national.configuration import national_configuration
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from ncp.settings import Environment, Role, SettingsError, load_settings, read_settings
from trust.identifiers import CountryCode

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "reference" / "luxembourg.toml"


@pytest.fixture
def example() -> dict:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _no_overrides(monkeypatch):
    import os

    for name in [name for name in os.environ if "__" in name and "NCP_" in name]:
        monkeypatch.delenv(name)


def problems_of(data: dict, folder: Path = ROOT) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read_settings(data, "the test", folder)
    return caught.value.problems


def test_the_shipped_example_loads_and_has_luxembourgs_values():
    settings = load_settings(EXAMPLE)
    assert settings.gateway.country == CountryCode("LU")
    assert settings.gateway.home_community_id == "1.3.182.2.12.10000734.6.1"
    assert settings.gateway.roles == (Role.A, Role.B)
    assert settings.gateway.environment is Environment.PRODUCTION
    assert settings.national is not None
    assert settings.national.patient_identifier.root == "1.3.182.4.4"
    assert settings.national.consent.default == "deny"
    assert settings.peers[0].country == "PT"


def test_the_commented_defaults_of_the_example_are_the_defaults():
    """Every `# key = value` line, taken in, changes nothing."""
    unset = "folder|heads_folder|token_file|accepted_authentication"
    pattern = rf"(?m)^# (?=[a-z_]+ = )(?!{unset})"
    text = re.sub(pattern, "", EXAMPLE.read_text(encoding="utf-8"))
    text = text.replace("addresses =", "# addresses =")
    taken_in = read_settings(tomllib.loads(text), "the example", EXAMPLE.parent)
    assert taken_in == load_settings(EXAMPLE)


def test_files_are_named_relative_to_the_settings_file():
    settings = load_settings(EXAMPLE)
    assert settings.keys.seal.key == EXAMPLE.parent / "keys" / "seal.key"
    assert settings.peers[0].certificates.seal == (
        EXAMPLE.parent / "peers/pt/seal.pem",
    )


def test_every_fault_is_told_at_once_with_its_key_and_what_to_do(example):
    del example["gateway"]["country"]
    example["gateway"]["langages"] = ["fr"]
    example["doors"]["international"]["port"] = 99999
    example["peers"][0]["certificates"]["seals"] = []
    example["gateway"]["home_community_id"] = "one.two"
    problems = problems_of(example)
    assert len(problems) == 5
    assert "`gateway.country` is missing: add it" in problems
    assert any(
        problem.startswith("`gateway.langages` is not a setting (did you mean "
                           "`languages`?): correct its spelling or remove it")
        for problem in problems
    )  # fmt: skip
    assert any("`doors.international.port`" in problem for problem in problems)
    assert any("`peers[1].certificates.seals`" in problem for problem in problems)
    assert any(
        "`gateway.home_community_id`: not an OID" in problem for problem in problems
    )


@pytest.mark.parametrize("door", ["national", "operations"])
def test_a_door_without_tls_opens_on_loopback_only(example, door):
    example["doors"].setdefault(door, {})["host"] = "0.0.0.0"
    (problem,) = problems_of(example)
    assert problem.startswith(f"`doors.{door}.host`: this door speaks plain HTTP")


def test_role_a_needs_a_national_section(example):
    del example["national"]
    (problem,) = problems_of(example)
    assert "[national]" in problem


def test_one_section_per_country_and_none_for_ourselves(example):
    peer = example["peers"][0]
    example["peers"] = [peer, peer]
    assert "same country" in problems_of(example)[0]
    example["peers"] = [{**peer, "country": "LU"}]
    assert "own country" in problems_of(example)[0]


@pytest.mark.parametrize(
    "address",
    ["http://ncp.pt/x", "https://user@ncp.pt/x", "ncp.pt", "https://ncp.pt/x?a=b"],
)
def test_peers_are_asked_over_https_only(example, address):
    example["peers"][0]["endpoints"]["xca"] = address
    (problem,) = problems_of(example)
    assert problem.startswith("`peers[1].endpoints.xca`")


def test_greece_is_gr_however_it_is_written(example):
    example["peers"][0]["country"] = "EL"
    settings = read_settings(example, "the test", ROOT)
    assert settings.peers[0].country == "GR"


def test_the_role_of_a_professional_is_one_of_the_profile(example):
    example["professionals"][0]["role"] = "physician"
    (problem,) = problems_of(example)
    assert "`professionals[1].role`" in problem
    assert "221 (Medical Doctors)" in problem


def test_the_environment_stands_above_the_file(example, monkeypatch):
    monkeypatch.setenv("NCP_GATEWAY__ENVIRONMENT", "integration")
    settings = read_settings(example, "the test", ROOT)
    assert settings.gateway.environment is Environment.INTEGRATION
    assert settings.gateway.country == "LU"


def test_an_override_that_overrides_nothing_is_told(example, monkeypatch):
    monkeypatch.setenv("NCP_GATWAY__COUNTRY", "PT")
    (problem,) = problems_of(example)
    assert "NCP_GATWAY__COUNTRY" in problem
    assert "`gateway`" in problem


def test_settings_cannot_be_changed(example):
    settings = read_settings(example, "the test", ROOT)
    with pytest.raises(ValueError, match="frozen"):
        settings.gateway.country = "PT"


def test_a_missing_file_and_a_file_that_is_no_toml_are_told_with_a_remedy(tmp_path):
    with pytest.raises(ConfigurationError, match="no settings file") as missing:
        load_settings(tmp_path / "none.toml")
    assert "--settings" in missing.value.remedy
    broken = tmp_path / "broken.toml"
    broken.write_text("[gateway\n")
    with pytest.raises(ConfigurationError, match="not TOML"):
        load_settings(broken)


def test_a_header_of_luxembourg_wants_its_profiles(example):
    example["national"]["luxembourg"] = {"header": "care-plan"}
    assert "profiles = true" in "".join(problems_of(example, EXAMPLE.parent))
    example["national"]["luxembourg"]["profiles"] = True
    settings = read_settings(example, "the test", EXAMPLE.parent).national
    assert settings is not None
    profiles = national_configuration(settings).luxembourg
    assert profiles is not None
    assert profiles.header is HeaderForm.CARE_PLAN
    assert profiles.url("X") == LuxembourgProfiles().url("X")


def test_profiles_are_named_from_the_base_in_the_settings(example):
    base = "https://fhir.test.example/StructureDefinition/"
    example["national"]["luxembourg"] = {"profiles": True, "base_of_profiles": base}
    settings = read_settings(example, "the test", EXAMPLE.parent).national
    assert settings is not None
    profiles = national_configuration(settings).luxembourg
    assert profiles is not None
    assert profiles.url("X") == f"{base}X"
