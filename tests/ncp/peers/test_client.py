"""A message goes to a believed peer alone, over mutual TLS."""

from __future__ import annotations

import pytest

from ncp.errors import ConfigurationError, Refusal
from ncp.exchange import PeerAnswer
from ncp.peers import Peer, Service
from tests.ncp.peers.neighbour import (
    MESSAGE,
    SOAP,
    answer,
    answering,
    peer_of,
    refused,
)
from tests.ncp.web.pki import CLIENT, SERVER, Authority
from trust.certificates import CertificatePin, Purpose
from trust.identifiers import CountryCode


def test_a_message_is_answered_over_mutual_tls(pki, neighbour_of, client_of, metrics):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    peer = peer_of(neighbour.port, pki.server)
    reply = client_of(peer).send(peer, Service.XCPD, MESSAGE)
    shown = pki.server.der
    assert reply == PeerAnswer(SOAP, b"<ok/>", shown)
    (received,) = neighbour.received
    assert received.endswith(MESSAGE.body)
    assert b"Content-Type: application/soap+xml; charset=UTF-8" in received
    labels = {"country": "LU", "service": "xcpd", "outcome": "answered"}
    assert metrics.registry.get_sample_value("ncp_peer_requests_total", labels) == 1


def test_a_pinned_leaf_is_accepted_though_its_authority_has_no_extensions(
    tmp_path, pki, neighbour_of, client_of
):
    leaf = Authority(tmp_path, "bare", bare=True).leaf("bare-server", SERVER)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert client_of(peer).send(peer, Service.XCPD, MESSAGE).body == b"<ok/>"


def test_connections_are_kept_alive(pki, neighbour_of, client_of):
    neighbour = neighbour_of(answering(*[answer(b"<ok/>")] * 3))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    for _ in range(3):
        client.send(peer, Service.XCPD, MESSAGE)
    assert neighbour.connections == 1


def test_an_unpinned_server_of_an_accepted_authority_sees_no_message(
    pki, neighbour_of, client_of, tmp_path
):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    other = pki.authority.leaf("other-server", SERVER)
    anchors = pki.authority.pem
    peer = peer_of(neighbour.port, pki.server, anchors=anchors, pinned=other)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "not pinned" in error.public_message
    assert neighbour.connected.wait(5)
    assert neighbour.received == []


def test_a_server_pinned_for_another_country_is_not_believed(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    other = pki.authority.leaf("lu-server", SERVER)
    anchors = pki.authority.pem
    peer = peer_of(neighbour.port, pki.server, anchors=anchors, pinned=other)
    pin = CertificatePin.of(
        pki.server.certificate,
        country=CountryCode("PT"),
        purpose=Purpose.TLS_SERVER,
        label="pt",
    )
    portugal = Peer(
        CountryCode("PT"), peer.home_community_id, peer.endpoints, (pin,), "", anchors
    )
    error = refused(client_of(peer, portugal), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "another country" in error.public_message
    assert neighbour.received == []


def test_a_server_of_an_unknown_authority_is_not_believed(pki, neighbour_of, client_of):
    leaf = pki.stranger_authority.leaf("unknown-server", SERVER)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "neither pinned nor issued by" in error.public_message


def test_the_host_name_is_checked_even_for_a_pinned_leaf(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("wrong-host", SERVER, host="other.example")
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "host name" in error.public_message


def test_an_expired_server_certificate_is_told_apart(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("expired-server", SERVER, expired=True)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert "out of its time" in refused(client_of(peer), peer).public_message


def test_a_client_certificate_does_not_serve_as_server(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("client-as-server", CLIENT)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_NOT_BELIEVED


@pytest.mark.spec("08 0: the environment must not replace the trust anchors")
def test_the_environment_brings_neither_anchors_nor_proxies(
    pki, neighbour_of, client_of, monkeypatch, tmp_path
):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(pki.stranger_authority.pem)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(bundle))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    good = neighbour_of(answering(answer(b"<ok/>")))
    peer = peer_of(good.port, pki.server)
    client = client_of(peer)
    assert client.send(peer, Service.XCPD, MESSAGE).body == b"<ok/>"
    session = client._sessions[peer.country]
    context = session.get_adapter("https://x").poolmanager.connection_pool_kw[
        "ssl_context"
    ]
    # The public authorities that requests would add are not there.
    assert context.cert_store_stats()["x509"] == 1
    leaf = pki.stranger_authority.leaf("bundled", SERVER)
    bad = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(bad.port, pki.server)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_NOT_BELIEVED


def test_an_unfit_key_stops_the_start_and_not_a_request(pki, client_of, tmp_path):
    encrypted = pki.authority.leaf("encrypted", CLIENT, password=b"pw")
    peer = peer_of(1, pki.server)
    with pytest.raises(ConfigurationError, match=r"`keys\.tls_client`"):
        client_of(peer, leaf=encrypted)


def test_a_peer_without_addresses_cannot_be_asked(pki, client_of):
    peer = peer_of(1, pki.server)
    silent = Peer(peer.country, peer.home_community_id, None, peer.pins, "", "")
    error = refused(client_of(silent), silent)
    assert error.refusal is Refusal.PEER_UNKNOWN
