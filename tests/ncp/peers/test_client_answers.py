"""An answer is taken within limits, and only if it is a SOAP message."""

from __future__ import annotations

import pytest

from ncp.errors import Refusal
from ncp.peers import Service
from tests.ncp.peers.neighbour import (
    MESSAGE,
    SOAP,
    answer,
    answering,
    peer_of,
    refused,
)


def test_a_fault_is_an_answer(pki, neighbour_of, client_of):
    fault = answer(b"<fault/>", "500 Internal Server Error")
    neighbour = neighbour_of(answering(fault))
    peer = peer_of(neighbour.port, pki.server)
    assert client_of(peer).send(peer, Service.XCPD, MESSAGE).body == b"<fault/>"


def test_a_chunked_answer_is_put_together(pki, neighbour_of, client_of):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {SOAP}\r\nTransfer-Encoding: chunked"
    chunks = b"".join(b"%x\r\n%s\r\n" % (7, b"seven..") for _ in range(1000))
    whole = head.encode() + b"\r\n\r\n" + chunks + b"0\r\n\r\n"
    neighbour = neighbour_of(answering(whole, whole))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    for _ in range(2):
        assert client.send(peer, Service.XCPD, MESSAGE).body == b"seven.." * 1000
    assert neighbour.connections == 1


def test_an_answer_over_the_limit_is_refused_while_reading(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(answering(answer(b"x" * 300_000)))
    peer = peer_of(neighbour.port, pki.server, max_response_bytes=100_000)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_ANSWER_INVALID
    assert "larger than 100000 bytes" in error.public_message


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (answer(b"", "302 Found", SOAP, "Location: https://127.0.0.1:1/"), "redirects"),
        (answer(b"", "307 Moved", SOAP, "Location: https://127.0.0.1:1/"), "redirects"),
        (answer(b"no", "404 Not Found", "text/html"), "HTTP 404"),
        (answer(b"no", "500 Error", "text/html"), "HTTP 500"),
        (answer(b"no", "503 Busy", SOAP), "HTTP 503"),
        (answer(b"", "204 No Content"), "HTTP 204"),
        (answer(b"zip", "200 OK", SOAP, "Content-Encoding: gzip"), "compressed"),
    ],
)
def test_an_answer_that_is_no_soap_message_is_told(
    pki, neighbour_of, client_of, reply, text
):
    neighbour = neighbour_of(answering(reply))
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_ANSWER_INVALID
    assert text in error.public_message


def test_cookies_of_a_peer_are_not_kept(pki, neighbour_of, client_of):
    reply = answer(b"<ok/>", "200 OK", SOAP, "Set-Cookie: patient=1; Path=/")
    neighbour = neighbour_of(answering(reply, reply))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    client.send(peer, Service.XCPD, MESSAGE)
    client.send(peer, Service.XCPD, MESSAGE)
    assert b"cookie" not in neighbour.received[1].lower()
