"""What a directory says is believed of whom it may speak for, and of nobody else."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace

import pytest

from ncp.errors import PeerUnavailable, Refusal
from ncp.peers import PeerClient, PeerDirectory, Service
from ncp.peers.guard import Guard
from tests.ncp.peers.discovery.scene import (
    LU,
    PT,
    PUBLISHER,
    information_of,
    service_of,
    signer,
)
from tests.ncp.peers.neighbour import (
    MESSAGE,
)
from trust.certificates import Purpose
from trust.decision import Reason
from trust.smp import (
    AddressRules,
    SmpService,
    entry_of,
    published_metadata,
    sealed_metadata,
)


def test_attack_one_country_publishes_the_certificate_of_another(
    scene_of, neighbour_of, pki
):
    """Its neighbour must not be cut off by it, nor be spoken for."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, countries=(LU, PT))
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.publish_all(neighbour.port, pki.server.certificate, country=PT)
    scene.discovery.refresh(force=True)
    scene.later(dt.timedelta(minutes=1))
    scene.look_again(LU)
    scene.look_again(PT)
    assert scene.send().body == b"<ok/>"
    found = scene.directory.pins().find(pki.server.certificate, Purpose.TLS_SERVER)
    assert found is not None
    assert found.country == LU


def test_a_seal_that_is_published_is_believed_for_assertions_only(scene_of):
    """What is learnt from a directory never vouches for the directory."""
    scene = scene_of(8443)
    new = signer("lu-seal-2", "LU")
    scene.publish(
        SmpService.IDENTITY_PROVIDER, "https://127.0.0.1:8443/", new.certificate
    )
    scene.later(dt.timedelta(minutes=1))
    assert scene.look_again(LU)
    found = scene.directory.pins().find(new.certificate, Purpose.SEAL)
    assert found is not None
    assert found.country == LU
    document = sealed_metadata(information_of(SmpService.QUERY), new)
    entry = entry_of(SmpService.QUERY, LU)
    # The register would not take it either: it goes past its checks.
    scene.smp.register._entries[
        entry.participant.qualified.casefold(), entry.document.qualified.casefold()
    ] = (entry, published_metadata(document, PUBLISHER))
    judged = scene.discovery.look_up(entry, scene.clock.now()).decision
    assert judged.reason is Reason.SIGNER_NOT_PINNED


def test_attack_an_endpoint_behind_a_name_that_leads_inside(
    scene_of, neighbour_of, pki
):
    """The address is well-formed; its name resolves to this machine."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    inside = f"https://localhost.localdomain:{neighbour.port}/x"
    for service in (SmpService.IDENTIFICATION, SmpService.QUERY):
        scene.publish(service, inside, pki.server.certificate)
    scene.later(dt.timedelta(minutes=1))
    scene.look_again(LU)

    class Inside:
        def resolve(self, host, port):
            return ["127.0.0.1"]

    rules = AddressRules(ports=frozenset({neighbour.port}))
    peer = replace(scene.peer, guard=Guard(rules, Inside()))
    client = PeerClient(
        PeerDirectory([peer]), pki.client.files, scene.clock, scene.metrics
    )
    with contextlib.closing(client), pytest.raises(PeerUnavailable) as refused:
        client.send(peer, Service.XCPD, MESSAGE)
    assert refused.value.refusal is Refusal.PEER_NOT_BELIEVED
    assert "not allowed" in refused.value.public_message
    assert not neighbour.connections
