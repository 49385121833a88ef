"""What people are told of accesses is stated, or its absence is told."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from ncp.settings import SettingsError, inspect, load_settings, read_settings
from ncp.settings.accesses import AccessesSettings, AccessLogSettings
from ncp.settings.fhir_server import FhirServerSettings
from ncp.settings.model import Environment

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"


def inspected(environment: Environment = Environment.PRODUCTION, **stated):
    settings = load_settings(EXAMPLE)
    gateway = settings.gateway.model_copy(update={"environment": environment})
    accesses = AccessesSettings(national_log=AccessLogSettings(**stated))
    changed = settings.model_copy(update={"gateway": gateway, "accesses": accesses})
    return {
        (each.key, each.severity.value)
        for each in inspect(changed, datetime.now(UTC))
        if each.key.startswith("accesses")
    }


def test_a_log_that_is_told_nothing_is_told():
    assert inspected() == {("accesses.national_log.told", "warning")}
    assert inspected(told="disclosures") == set()


def test_a_log_without_encryption_stops_a_gateway_in_production():
    server = FhirServerSettings(base_url="http://10.0.0.1/fhir")
    key = "accesses.national_log.server.base_url"
    assert inspected(told="disclosures", server=server) == {(key, "stop")}
    elsewhere = inspected(Environment.DEVELOPMENT, told="disclosures", server=server)
    assert elsewhere == {(key, "warning")}


def test_who_has_no_patients_of_its_own_has_nothing_to_tell():
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values["gateway"]["roles"] = ["B"]
    with pytest.raises(SettingsError, match=r"accesses\.national_log"):
        read_settings(values, "the example", EXAMPLE.parent)


def test_a_time_zone_that_nobody_knows_is_refused():
    assert AccessesSettings(time_zone="Atlantic/Azores").time_zone == "Atlantic/Azores"
    with pytest.raises(ValidationError, match="no time zone"):
        AccessesSettings(time_zone="Europe/Nowhere")
