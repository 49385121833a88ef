"""What is written to a directory, and looked up there, is on record."""

from __future__ import annotations

import getpass

import pytest

from ncp.audit import AuditOutcome
from ncp.cli.smp import look_up, publish, withdraw
from ncp.errors import NcpError, PeerUnavailable
from tests.ncp.peers.publishing.scene import events, published, trail
from trust.certificates import (
    fingerprint_of,
)


@pytest.mark.spec("fact sheet 06 1.2")
def test_every_change_and_every_look_is_recorded(scene):
    publication = scene.values["directory"]["publication"]
    only = {"xcpd": publication["services"]["xcpd"]}
    settings = scene.settings(services=only, search_mask=None)
    publish(settings, scene.clock, None, None)
    withdraw(settings, scene.clock, ["xcpd"], scene.token("ann"))
    assert trail(scene) == [
        ("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE),
        ("EHDSI-194", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-193", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-194", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE),
    ]
    first, *_, last = events(scene)
    assert f'UserID="{getpass.getuser()}"'.encode() in first.dicom
    assert b'UserID="ann"' in last.dicom


@pytest.mark.spec("fact sheet 06 1.2")
def test_a_change_that_is_refused_is_recorded_as_failed(scene, publisher):
    scene.smp.writers = frozenset({fingerprint_of(publisher.certificate)})
    with pytest.raises(PeerUnavailable, match="HTTP 401"):
        publish(scene.settings(), scene.clock, None, None)
    event, _, outcome = trail(scene)[-1]
    assert (event, outcome) == ("EHDSI-194", AuditOutcome.MAJOR_FAILURE)


def test_looking_a_country_up_is_recorded(scene):
    look_up(scene.settings(), "LU", ["xcpd"], scene.clock)
    assert trail(scene) == [("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE)]


def test_what_cannot_be_recorded_is_not_done(scene):
    scene.values["store"]["url"] = f"sqlite:///{scene.folder}/nowhere/x.sqlite3"
    with pytest.raises(NcpError):
        publish(scene.settings(), scene.clock, None, None)
    assert published(scene) == set()
