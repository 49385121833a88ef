"""The settings of the directory: what is accepted, what is found to be unfit."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ncp.settings import Severity
from ncp.settings.directory import DirectorySettings
from tests.ncp.settings.test_inspection import data, folder, found, made

__all__ = ["data", "folder", "made"]

SIGNERS = ("smp.pem",)


@pytest.mark.parametrize(
    "values",
    [
        {"zone": "sml.example.eu"},
        {"zone": "sml.example.eu", "smp_url": "https://smp.eu", "signers": SIGNERS},
        {"zone": "a..b", "signers": SIGNERS},
        {"zone": "https://x", "signers": SIGNERS},
        {"resolvers": ("dns.example.eu",)},
        {"resolvers": ("10.0.0.53:0",)},
        {"networks": ("10.0.0.1/8",)},
        {"networks": ("internal",)},
        {"ports": (70_000,)},
        {"publication": {"admin_url": "https://x", "approvals": 3}},
        {"publication": {"admin_url": "https://x", "services": {"xcpd": "http://x"}}},
        {"zones": "x"},
    ],
)
def test_what_makes_no_sense_is_refused(values):
    with pytest.raises(ValidationError):
        DirectorySettings(**values)


def test_without_a_zone_and_a_server_no_directory_is_asked():
    assert not DirectorySettings().is_used
    assert DirectorySettings(zone="x.eu", signers=SIGNERS).is_used
    assert DirectorySettings(smp_url="https://smp.eu", signers=SIGNERS).is_used


def test_a_country_stands_in_the_settings_or_in_the_directory(data, folder):
    from ncp.settings import SettingsError

    data["peers"][0]["from_directory"] = True
    with pytest.raises(SettingsError, match="not both"):
        found(data, folder)
    del data["peers"][0]["endpoints"]
    assert found(data, folder) == {}
    del data["directory"]
    with pytest.raises(SettingsError, match="from_directory"):
        found(data, folder)


@pytest.mark.parametrize(
    ("key", "value", "severity"),
    [
        ("zone", "ehealth.testa.eu", Severity.STOP),
        ("networks", ["127.0.0.0/8"], Severity.STOP),
        ("networks", ["::1/128"], Severity.STOP),
        ("plain_http", True, Severity.WARNING),
    ],
)
def test_what_does_for_tests_is_told_in_production(data, folder, key, value, severity):
    data["directory"][key] = value
    assert found(data, folder) == {f"directory.{key}": severity}
    data["gateway"]["environment"] = "integration"
    assert f"directory.{key}" not in found(data, folder)


def test_a_country_that_is_looked_up_needs_its_seal(data, folder):
    peer = data["peers"][0]
    peer["from_directory"] = True
    del peer["endpoints"], peer["certificates"]["seal"]
    assert found(data, folder)["peers[1]"] is Severity.WARNING


def test_a_signer_that_cannot_be_read_stops(data, folder):
    (folder / "directory" / "smp-signer.pem").write_text("nonsense")
    assert found(data, folder) == {"directory": Severity.STOP}


def test_without_a_folder_nobody_can_be_switched_off(data, folder):
    del data["directory"]["folder"]
    assert found(data, folder) == {"directory.folder": Severity.WARNING}
