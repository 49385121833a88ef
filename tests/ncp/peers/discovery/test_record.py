"""What is asked of a directory is on record before it is believed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ncp.audit import AuditOutcome, DirectoryAct
from ncp.store import StoreUnavailable
from tests.ncp.peers.discovery.scene import LU, service_of


@pytest.mark.spec("fact sheet 06 1.2")
def test_each_question_to_the_directory_is_recorded_with_what_came_of_it(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    absent = {each.outcome for each in scene.recorded}
    assert absent == {AuditOutcome.MINOR_FAILURE}
    scene.recorded.clear()
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    [found] = [each for each in scene.recorded if each.about == "xcpd of LU"]
    assert (found.act, found.outcome) == (DirectoryAct.QUERY, AuditOutcome.SUCCESS)
    assert found.address.startswith(f"{scene.smp.address}/ehealth-participantid-qns")
    assert (found.provider, found.operator) == ("127.0.0.1", None)
    scene.recorded.clear()
    scene.send()
    scene.discovery.refresh()
    assert scene.recorded == []


def test_a_directory_that_is_down_is_recorded_once_for_a_country(scene_of):
    scene = scene_of()
    scene.recorded.clear()
    scene.later(dt.timedelta(minutes=1))
    scene.dns.is_silent = True
    scene.look_again(LU)
    [failed] = scene.recorded
    assert failed.outcome is AuditOutcome.SERIOUS_FAILURE
    assert [each.code for each in failed.errors] == ["directory-unreachable"]


def test_what_cannot_be_recorded_is_not_believed(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)

    class Full(list):
        def append(self, event):
            raise StoreUnavailable("the disk is full", "")

    scene.discovery._record = replace(scene.discovery._record, write=Full().append)
    with pytest.raises(StoreUnavailable):
        scene.look_again(LU)
    assert scene.peer.endpoints is None
