"""Countries found in a directory, with real DNS, HTTP and TLS on loopback."""

from __future__ import annotations

import datetime as dt

import pytest

from ncp.errors import PeerUnavailable, Refusal
from ncp.peers import Service
from ncp.peers.switches import switched_off
from ncp.peers.tls_context import server_context
from tests.ncp.peers.discovery.scene import LU, NOW, service_of
from tests.ncp.peers.neighbour import (
    MESSAGE,
    Neighbour,
    answer,
    answering,
)
from tests.ncp.web.pki import SERVER
from tests.trust.smp.test_search_mask import LUXEMBOURG
from trust.decision import TrustDecision
from trust.smp import (
    HeldEntry,
    SearchMask,
    SmpService,
)


def test_a_country_is_found_and_asked_without_a_word_of_it_in_the_settings(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    assert scene.look_again(LU)
    assert scene.send().body == b"<ok/>"


def test_where_dispensations_are_provided_is_found_too(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    address = f"https://127.0.0.1:{neighbour.port}/xdr"
    scene.publish(SmpService.PROVIDE, address, pki.server.certificate)
    scene.publish_all(neighbour.port, pki.server.certificate)
    assert scene.look_again(LU)
    assert scene.peer.address(Service.XDR) == address
    assert scene.line.send(scene.peer, Service.XDR, MESSAGE).body == b"<ok/>"


def test_a_country_that_is_not_there_is_told_as_such(scene_of):
    scene = scene_of()
    with pytest.raises(PeerUnavailable, match="no entry of country LU"):
        scene.peer.address(Service.XCPD)
    assert scene.peer.endpoints is None


@pytest.mark.spec("fact sheet 02 8.1")
def test_a_key_change_published_in_the_directory_loses_no_request(
    scene_of, neighbour_of, pki
):
    """The country changes its key and publishes it; the next request finds out."""
    before = service_of(neighbour_of)
    new_leaf = pki.authority.leaf("server-2", SERVER)
    scene = scene_of(before.port)
    scene.publish_all(before.port, pki.server.certificate)
    scene.look_again(LU)
    assert scene.send().body == b"<ok/>"
    scene.hang_up(before)
    port = before.port
    after = Neighbour(
        server_context(new_leaf.files, pki.authority.pem),
        answering(answer(b"<new/>"), answer(b"<new/>")),
        port=port,
    )
    try:
        scene.later(dt.timedelta(minutes=1))
        scene.publish_all(port, new_leaf.certificate)
        assert scene.send().body == b"<new/>"
        assert scene.send().body == b"<new/>"
    finally:
        scene.hang_up(after)


def test_a_country_that_moves_is_found_with_the_same_request(
    scene_of, neighbour_of, pki
):
    old, new = service_of(neighbour_of), service_of(neighbour_of)
    scene = scene_of(old.port, new.port)
    scene.publish_all(old.port, pki.server.certificate)
    scene.look_again(LU)
    scene.send()
    scene.hang_up(old)
    scene.later(dt.timedelta(minutes=1))
    scene.publish_all(new.port, pki.server.certificate)
    assert scene.send().body == b"<ok/>"
    assert new.received


def test_a_change_that_is_published_early_leaves_the_old_certificate_good(
    scene_of, neighbour_of, pki
):
    """Published first, changed later: meanwhile the old one serves."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, overlap_s=3600)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.later(dt.timedelta(minutes=1))
    scene.publish_all(
        neighbour.port, pki.authority.leaf("server-3", SERVER).certificate
    )
    assert scene.look_again(LU)
    assert scene.send().body == b"<ok/>"
    scene.later(dt.timedelta(hours=2))
    scene.adopt()
    with pytest.raises(PeerUnavailable) as refused:
        scene.send()
    assert refused.value.refusal is Refusal.PEER_NOT_BELIEVED


def test_a_country_that_is_switched_off_is_not_asked(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.switches.turn_off(switched_off(LU, "xcpd", "duty operator", NOW))
    with pytest.raises(PeerUnavailable) as refused:
        scene.send()
    assert refused.value.refusal is Refusal.SERVICE_UNAVAILABLE
    assert not neighbour.received
    scene.switches.turn_on(LU, "xcpd", "duty operator")
    assert scene.send().body == b"<ok/>"


def test_how_each_service_answers_is_remembered(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of, answers=1)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.send()
    (health,) = scene.health.snapshot()
    assert (health.country, health.service) == (LU, Service.XCPD)
    assert health.error_rate == 0
    assert health.last_success == scene.clock.now()
    assert health.median_s is not None
    scene.hang_up(neighbour)
    with pytest.raises(PeerUnavailable):
        scene.send()
    (health,) = scene.health.snapshot()
    assert health.error_rate > 0
    assert health.last_outcome == "peer-unreachable"
    assert scene.metrics.registry.get_sample_value(
        "ncp_peer_last_success_timestamp_seconds", {"country": "LU", "service": "xcpd"}
    )


def test_a_search_mask_is_looked_up_when_it_is_wanted(scene_of):
    scene = scene_of()
    assert isinstance(scene.discovery.search_mask(LU), TrustDecision)
    scene.publish(SmpService.SEARCH_MASK, "", None, search_mask=LUXEMBOURG)
    scene.later(dt.timedelta(hours=1))
    mask = scene.discovery.search_mask(LU)
    assert isinstance(mask, SearchMask)
    assert mask == LUXEMBOURG
    assert all(isinstance(each, HeldEntry) for each in scene.discovery.held())
