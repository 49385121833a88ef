"""``ncp check`` knocks at the doors of neighbours."""

from __future__ import annotations

from ncp.peers import Peer, PeerDirectory, Service
from ncp.peers.reach import unreachable
from ncp.ports import SystemClock
from tests.ncp.peers.neighbour import (
    answer,
    answering,
    peer_of,
)
from tests.ncp.web.pki import SERVER


def knock(pki, peer: Peer, leaf=None) -> str | None:
    pins = PeerDirectory((peer,)).pins()
    key = (leaf or pki.client).files
    return unreachable(peer, Service.XCPD, key, pins, SystemClock())


def test_a_neighbour_that_takes_our_certificate_is_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(answer(b"")))
    assert knock(pki, peer_of(neighbour.port, pki.server)) is None


def test_a_neighbour_that_refuses_our_certificate_is_not_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(), anchors=pki.stranger_authority.pem)
    reason = knock(pki, peer_of(neighbour.port, pki.server))
    assert reason is not None


def test_a_neighbour_with_an_unpinned_certificate_is_not_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(answer(b"")))
    other = pki.authority.leaf("third-server", SERVER)
    peer = peer_of(neighbour.port, pki.server, anchors=pki.authority.pem, pinned=other)
    assert "not pinned" in (knock(pki, peer) or "")
