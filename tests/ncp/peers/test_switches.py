from __future__ import annotations

import datetime as dt

import pytest

from ncp.errors import ConfigurationError, PeerUnavailable, PolicyError, Refusal
from ncp.peers import Service
from ncp.peers.switches import Switches, switched_off
from trust.identifiers import CountryCode

LU, PT = CountryCode("LU"), CountryCode("PT")
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)


def off(country=LU, service="all"):
    return switched_off(country, service, "duty operator", NOW, "a drill")


def stops(switches: Switches, country=LU, service=Service.XCPD) -> bool:
    return switches.find(country, service) is not None


def test_a_country_is_off_with_all_its_services_and_no_other(tmp_path):
    switches = Switches({}, tmp_path)
    switches.turn_off(off())
    assert stops(switches, LU, Service.XCPD)
    assert stops(switches, LU, Service.XCA)
    assert not stops(switches, PT)


def test_one_service_may_be_off_alone(tmp_path):
    switches = Switches({}, tmp_path)
    switches.turn_off(off(service="xca"))
    assert stops(switches, service=Service.XCA)
    assert not stops(switches, service=Service.XCPD)


def test_what_is_off_is_neither_asked_nor_answered(tmp_path):
    switches = Switches({}, tmp_path)
    switches.turn_off(off())
    with pytest.raises(PeerUnavailable) as asking:
        switches.refuse_asking(LU, Service.XCA)
    with pytest.raises(PolicyError) as answering:
        switches.refuse_answering(LU, Service.XCA)
    for refused in (asking, answering):
        assert refused.value.refusal is Refusal.SERVICE_UNAVAILABLE
    assert "duty operator" in asking.value.public_message
    # The peer is not told who switched it off.
    assert "duty operator" not in answering.value.public_message


def test_a_switch_outlives_a_restart_and_reaches_every_process(tmp_path):
    first, second = Switches({}, tmp_path), Switches({}, tmp_path)
    assert not stops(second)
    first.turn_off(off())
    assert stops(second)
    assert stops(Switches({}, tmp_path))
    assert second.turn_on(LU, "all", "another operator")
    assert not stops(first)


def test_what_the_settings_switch_off_no_operator_switches_on(tmp_path):
    switches = Switches({LU: ("xcpd",)}, tmp_path)
    assert stops(switches)
    assert not switches.turn_on(LU, "xcpd", "duty operator")
    assert stops(switches)
    assert [each.operator for each in switches.all()] == ["settings"]


def test_the_same_switch_twice_is_one_switch(tmp_path):
    switches = Switches({}, tmp_path)
    switches.turn_off(off())
    switches.turn_off(off())
    assert len(switches.all()) == 1
    assert switches.turn_on(LU, "all", "x")
    assert not switches.turn_on(LU, "all", "x")


def test_a_broken_file_switches_nothing_on(tmp_path, capsys):
    switches = Switches({}, tmp_path)
    switches.turn_off(off())
    assert stops(switches)
    (tmp_path / "switched-off.json").write_text("{")
    assert stops(switches)
    assert "peer.switches-unreadable" in capsys.readouterr().err


def test_a_gateway_does_not_start_without_knowing_what_is_off(tmp_path):
    (tmp_path / "switched-off.json").write_text("{")
    with pytest.raises(ConfigurationError, match="nobody knows"):
        Switches({}, tmp_path)


def test_without_a_folder_a_switch_is_refused_and_says_what_to_do():
    with pytest.raises(ConfigurationError) as refused:
        Switches().turn_off(off())
    assert "directory.folder" in refused.value.remedy


def test_there_are_no_other_services_to_switch():
    with pytest.raises(ConfigurationError, match="no service"):
        off(service="xyz")


def test_the_file_is_private(tmp_path):
    switches = Switches({}, tmp_path / "directory")
    switches.turn_off(off())
    file = tmp_path / "directory" / "switched-off.json"
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
