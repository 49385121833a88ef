"""A message that does not get through is told with what went wrong."""

from __future__ import annotations

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ncp.errors import Refusal
from ncp.peers import Service, diagnosis
from ncp.peers.connection import ServerNotBelieved
from tests.ncp.peers.neighbour import (
    MESSAGE,
    SOAP,
    answer,
    answering,
    breaking_off,
    peer_of,
    refused,
)
from trust.decision import Reason


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_refusal_of_our_certificate_is_diagnosed(
    pki, neighbour_of, client_of, version
):
    neighbour = neighbour_of(
        answering(answer(b"<ok/>")), anchors=pki.stranger_authority.pem
    )
    neighbour._context.minimum_version = neighbour._context.maximum_version = version
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "refused our client certificate" in error.public_message
    assert "keys.tls_client" in error.remedy


@pytest.mark.parametrize(
    ("found", "is_certain"),
    [
        (diagnosis.NAME_UNKNOWN, True),
        (diagnosis.REFUSED, True),
        (diagnosis.UNREACHABLE, True),
        (diagnosis.CONNECT_TIMEOUT, True),
        (diagnosis.CERTIFICATE_EXPIRED, True),
        (diagnosis.HOST_NAME_WRONG, True),
        (diagnosis.CERTIFICATE_UNKNOWN, True),
        (diagnosis.OUR_CERTIFICATE_REFUSED, False),
        (diagnosis.TLS_FAILED, False),
        (diagnosis.ANSWER_TIMEOUT, False),
        (diagnosis.BROKE_OFF, False),
        (diagnosis.BROKE_OFF_EARLY, False),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_only_what_is_certain_counts_as_nothing_sent(found, is_certain):
    assert found.is_before_sending is is_certain


def test_a_message_that_may_have_arrived_is_told_from_one_that_did_not(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(breaking_off)
    peer = peer_of(neighbour.port, pki.server)
    broken_off = refused(client_of(peer), peer)
    assert not broken_off.nothing_was_sent
    assert not broken_off.waited_in_full
    nobody = peer_of(1, pki.server)
    assert refused(client_of(nobody), nobody).nothing_was_sent


def test_a_connection_that_breaks_before_the_first_answer_is_diagnosed_as_both(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(breaking_off)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert "it stopped, or with TLS 1.3 it has refused" in error.public_message


def test_a_connection_that_has_worked_and_breaks_is_no_certificate_matter(
    pki, neighbour_of, client_of
):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"<ok/>"))
        breaking_off(neighbour, secured)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    client.send(peer, Service.XCPD, MESSAGE)
    error = refused(client, peer)
    assert "certificate" not in error.public_message
    assert "broke the connection off" in error.public_message


def test_an_answer_that_ends_too_early_is_no_answer(pki, neighbour_of, client_of):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"<ok/>" * 100)[:-50])

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "before its answer was complete" in error.public_message


@pytest.mark.spec("RFC 9112 8")
@pytest.mark.parametrize(
    "received",
    [
        b"HTT",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n",
        b"HTTP/1.1 500 Error\r\nContent-Length: 5\r\nContent-Type: text/html",
    ],
)
def test_an_answer_cut_off_in_its_head_is_told_as_such(
    pki, neighbour_of, client_of, received
):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(received)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "before its answer was complete" in error.public_message
    assert "certificate" not in error.public_message


def test_a_chunked_answer_without_its_end_is_no_answer(pki, neighbour_of, client_of):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {SOAP}\r\nTransfer-Encoding: chunked"

    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(head.encode() + b"\r\n\r\n" + b"7\r\nseven..\r\n")

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_UNREACHABLE


def test_nobody_listening_is_told(pki, client_of):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    peer = peer_of(port, pki.server)
    assert "nobody listens" in refused(client_of(peer), peer).public_message


def test_a_server_without_tls_is_told(pki, client_of):
    with socket.create_server(("127.0.0.1", 0)) as plain, ThreadPoolExecutor(1) as pool:

        def serve() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        pool.submit(serve)
        peer = peer_of(plain.getsockname()[1], pki.server)
        assert "TLS handshake failed" in refused(client_of(peer), peer).public_message


def answering_once_then(handle_second):
    """Answer the first message, so that connecting takes no time of the second."""

    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"<ok/>"))
        neighbour.read_request(secured)
        handle_second(secured)

    return handle


def silent(secured) -> None:
    secured.recv(1)  # returns when the other side hangs up


def dripping(secured) -> None:
    """Would be a good answer in the end, and no refusal."""
    secured.sendall(answer(b"x" * 1_000)[:-1_000])
    while True:
        secured.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("second", [silent, dripping])
def test_an_answer_that_does_not_come_in_time_is_given_up(
    pki, neighbour_of, client_of, second
):
    neighbour = neighbour_of(answering_once_then(second))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    client.send(peer, Service.XCPD, MESSAGE)
    error = refused(client, peer, timeout_s=0.3)
    assert "did not answer in time" in error.public_message
    assert error.waited_in_full


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Reason.REVOCATION_UNKNOWN, "`revocation.lists`"),
        (Reason.CERTIFICATE_REVOKED, "its new certificate"),
        (Reason.PEER_NOT_PINNED, "`certificates.tls_server`"),
    ],
)
def test_what_to_do_is_told_by_why_a_certificate_is_not_believed(reason, advice):
    denied = ServerNotBelieved("it says so", reason)
    found = diagnosis.diagnose(denied, is_new_connection=True)
    assert found.refusal is Refusal.PEER_NOT_BELIEVED
    assert advice in found.remedy
