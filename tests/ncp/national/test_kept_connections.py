"""Which connections to the national server are used again, and which never."""

from __future__ import annotations

import select
import socket
from contextlib import closing

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.kept_connections import KeptConnections
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import FHIR, Reply

BODY = b'{"resourceType": "Bundle"}'


@pytest.fixture
def listening():
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        bound.settimeout(30)
        yield bound


@pytest.fixture
def kept(listening):
    port = listening.getsockname()[1]
    base = ServerBase.parse(f"http://127.0.0.1:{port}/fhir")
    return KeptConnections(base, None, 30.0, 30.0)


def client_ports(server, *, closes=False):
    """Answer a GET; note from which port of the client it came."""
    ports = []

    def write(handler):
        ports.append(handler.client_address[1])
        handler.send_response(200)
        handler.send_header("Content-Type", FHIR)
        handler.send_header("Content-Length", str(len(BODY)))
        if closes:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(BODY)

    server.on("GET", "Bundle/a", Reply(write=write))
    return ports


def asked_twice(server):
    client = FhirClient(ServerBase.parse(server.base))
    return [client.get("Bundle/a"), client.get("Bundle/a")]


@pytest.mark.spec("RFC 9112 9.3")
def test_requests_follow_each_other_on_one_connection(server):
    ports = client_ports(server)
    assert asked_twice(server) == [BODY, BODY]
    assert len(ports) == 2
    assert len(set(ports)) == 1


@pytest.mark.spec("RFC 9112 9.6")
def test_a_connection_the_server_says_it_closes_is_not_used_again(server):
    ports = client_ports(server, closes=True)
    assert asked_twice(server) == [BODY, BODY]
    assert len(set(ports)) == 2


@pytest.mark.spec("RFC 9112 9.6")
@pytest.mark.parametrize("last_words", [b"", b"HTTP/1.1 408 Timeout\r\n\r\n"])
def test_a_connection_that_was_closed_meanwhile_is_not_used(
    kept, listening, last_words
):
    first = kept.take()
    there, _ = listening.accept()
    kept.give_back(first)
    with there:
        there.sendall(last_words)
    was_told, _, _ = select.select([first.sock], [], [], 30)
    assert was_told
    with closing(kept.take()) as second:
        assert second is not first
        assert first.sock is None, "it is closed here too"


def test_two_threads_never_share_a_connection(kept):
    with closing(kept.take()) as first, closing(kept.take()) as second:
        assert first is not second


def test_no_more_are_kept_than_threads_need(kept):
    taken = [kept.take() for _ in range(17)]
    for each in taken:
        kept.give_back(each)
    assert [each.sock is None for each in taken] == [*[False] * 16, True]


@pytest.mark.spec("RFC 9112 6.3")
def test_an_answer_with_two_lengths_is_refused(server):
    reply = Reply(body=BODY, headers={"Content-Length": "5"})
    server.on("GET", "Bundle/a", reply)
    with pytest.raises(NationalError) as refused:
        asked_twice(server)
    assert "twice" in refused.value.remedy
