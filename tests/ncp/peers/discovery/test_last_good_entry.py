"""What was found serves while the directory is down, and for how long."""

from __future__ import annotations

import json

import pytest

from tests.ncp.peers.discovery.scene import DAY, LU, service_of


@pytest.mark.spec("fact sheet 06 7.6 F18")
@pytest.mark.parametrize("part", ["smp", "dns"])
def test_while_the_directory_is_down_the_last_good_entry_serves(
    scene_of, neighbour_of, pki, part, capsys
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    if part == "smp":
        scene.smp.is_failing = True
    else:
        scene.dns.is_silent = True
    scene.later(2 * DAY)
    assert not scene.discovery.refresh()
    assert scene.send().body == b"<ok/>"
    told = scene.metrics.registry.get_sample_value(
        "ncp_directory_events_total",
        {
            "country": "LU",
            "service": "xcpd",
            "happening": "last-good-served",
            "reason": "directory-answer-unusable"
            if part == "smp"
            else "directory-unreachable",
        },
    )
    assert told
    assert "directory.last-good-served" in capsys.readouterr().err


def test_requests_that_fail_together_wait_for_one_look(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    looked = []
    scene.discovery.look_up_in_pass = lambda asked, now: looked.append(asked)
    scene.dns.is_silent = True
    for _ in range(20):
        scene.look_again(LU)
    assert looked == []


def test_the_last_good_entry_ends_with_what_the_settings_allow(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, last_good_s=3 * 86_400)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.smp.is_failing = True
    scene.later(3 * DAY)
    assert scene.discovery.refresh()
    scene.adopt()
    assert scene.peer.endpoints is None


def test_entries_outlive_a_restart_while_the_directory_is_down(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.smp.is_failing = True
    again = scene_of(neighbour.port)
    assert again.send().body == b"<ok/>"


def test_attack_a_kept_entry_that_was_tampered_with_is_not_taken_out(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    for path in scene.settings.folder.glob("*.entry.json"):
        content = json.loads(path.read_text())
        content["answer"] = content["answer"][:-8] + "AAAAAAA="
        path.write_text(json.dumps(content))
    scene.smp.is_failing = True
    assert scene_of(neighbour.port).peer.endpoints is None
