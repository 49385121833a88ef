"""Our own entries: compared, sealed, written, read back, withdrawn."""

from __future__ import annotations

import json

import pytest

from ncp.cli.smp import diff, look_up, publish, withdraw
from ncp.errors import ConfigurationError, PeerUnavailable
from ncp.settings import read_settings
from tests.ncp.peers.publishing.scene import DAY, NOW, SERVICES, published, text
from trust.certificates import (
    fingerprint_of,
)
from trust.smp import SmpService


def test_what_is_not_published_yet_is_to_be_added(scene):
    told = diff(scene.settings(), scene.clock)
    assert not told.is_good
    for service in SERVICES:
        assert f"{service:18}add" in told.lines
    assert not published(scene)


@pytest.mark.spec("fact sheet 01 1.8")
def test_every_service_of_the_settings_is_published_and_read_back(scene):
    told = publish(scene.settings(), scene.clock, None, None)
    assert told.is_good
    assert published(scene) == SERVICES
    assert text(told).count("read back through the directory") == len(SERVICES)
    assert diff(scene.settings(), scene.clock).is_good
    again = publish(scene.settings(), scene.clock, None, None)
    assert again.lines[-1] == "Nothing is to be published."


def test_what_is_published_is_what_another_country_believes(scene):
    publish(scene.settings(), scene.clock, None, None)
    values = json.loads(json.dumps(scene.values))
    values["gateway"]["country"] = "PT"
    values["peers"] = [
        {
            "country": "LU",
            "home_community_id": "1.3.182.2.12.10000734.6.1",
            "from_directory": True,
            "certificates": {"seal": [str(scene.pki.seal.certificate)]},
        }
    ]
    portugal = read_settings(values, "the test", scene.folder)
    told = look_up(portugal, "lu", (), scene.clock)
    assert told.is_good
    said = text(told)
    assert f"{SmpService.IDENTIFICATION:18}accepted" in said
    assert "sealed by" in said
    assert "NAPTR of 3AX3PTFTXRLG7XWIZR57G5XBMBWVJNJJLY2TFVEGWCIQ7N5YLPUA" in said
    assert r"label.ism.nationalSocialSecurityNumber under 1.3.182.4.4: \d{13}" in said
    assert not look_up(portugal, "LU", ["xcf"], scene.clock).is_good
    assert not look_up(portugal, "FR", (), scene.clock).is_good


def test_a_change_is_shown_field_by_field_before_it_is_made(scene):
    publish(scene.settings(), scene.clock, None, None)
    changed = scene.settings(
        services={
            **scene.values["directory"]["publication"]["services"],
            "xcpd": "https://new.lu.example.eu/XCPD_Service",
        }
    )
    told = diff(changed, scene.clock)
    assert f"{SmpService.IDENTIFICATION:18}change" in told.lines
    assert any(
        "address: https://ncp.lu" in line and "-> https://new.lu" in line
        for line in told.lines
    )
    assert f"{SmpService.QUERY:18}same" in told.lines
    publish(changed, scene.clock, None, None)
    assert diff(changed, scene.clock).is_good


def test_an_entry_is_renewed_before_it_ends_and_not_for_its_dates_alone(scene):
    settings = scene.settings(valid_for_s=30 * 86_400)
    publish(settings, scene.clock, None, None)
    scene.clock.moment = NOW + 10 * DAY
    assert diff(settings, scene.clock).is_good
    scene.clock.moment = NOW + 25 * DAY
    told = diff(settings, scene.clock)
    assert not told.is_good
    assert any(line.strip().startswith("expiration:") for line in told.lines)


def test_withdrawing_is_verified_through_the_directory(scene):
    publish(scene.settings(), scene.clock, None, None)
    told = withdraw(scene.settings(), scene.clock, ["xdr"], None)
    assert "withdrawn" in text(told)
    assert published(scene) == SERVICES - {SmpService.PROVIDE}
    withdraw(scene.settings(), scene.clock, ["xdr"], None)


def test_an_unknown_service_cannot_be_withdrawn(scene):
    with pytest.raises(ConfigurationError, match="no service"):
        withdraw(scene.settings(), scene.clock, ["xyz"], None)


def test_what_cannot_be_seen_is_not_overwritten(scene):
    settings = scene.settings()
    scene.smp.stop()
    with pytest.raises(PeerUnavailable, match="cannot be seen"):
        publish(settings, scene.clock, None, None)
    # The fixture stops it once more.
    scene.smp.stop = lambda: None


def test_a_server_that_does_not_know_us_refuses_and_that_is_told(scene, publisher):
    scene.smp.writers = frozenset({fingerprint_of(publisher.certificate)})
    with pytest.raises(PeerUnavailable, match="HTTP 401") as refused:
        publish(scene.settings(), scene.clock, None, None)
    assert "not entitled" in refused.value.public_message


def test_a_server_that_keeps_something_else_is_found_out(scene, monkeypatch):
    monkeypatch.setattr("ncp.peers.publisher._BETWEEN_S", 0.0)
    publish(scene.settings(), scene.clock, None, None)
    scene.smp.register.put = lambda *_: False
    changed = scene.settings(contact="mailto:other@example.lu")
    with pytest.raises(PeerUnavailable, match="another entry"):
        publish(changed, scene.clock, None, None)
