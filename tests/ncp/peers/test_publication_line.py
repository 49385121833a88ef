"""Entries are written to a server that is believed, and its refusals are told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from urllib3.exceptions import ProtocolError

from ncp.bounded_body import BodyTooSlow
from ncp.errors import PeerUnavailable, Refusal
from ncp.peers.metadata_fetch import directory_context
from ncp.peers.publication_line import PublicationLine
from tests.ncp.peers.stand_in import StandIn, standing_in
from tests.ncp.web.pki import SERVER, Authority

# Nobody waits for so long, but on a loaded machine.
PATIENT_S = 60.0
REASON = b"""<ErrorResponse xmlns="http://busdox.org/serviceMetadata/publishing/1.0/">
<BusinessCode>WRONG_FIELD</BusinessCode>
<ErrorDescription>The seal is not known</ErrorDescription></ErrorResponse>"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "publication")


@pytest.fixture
def server(authority) -> Iterator[StandIn]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.leaf("admin", SERVER).pair)
    with standing_in(lambda _: REASON, context) as server:
        yield server


@contextmanager
def line_to(server, authority):
    address = f"https://127.0.0.1:{server.server_port}/"
    context = directory_context(authority.pem)
    with closing(PublicationLine(address, context, PATIENT_S)) as line:
        yield line


def refusal(line: PublicationLine, path: str) -> str:
    with pytest.raises(PeerUnavailable) as caught:
        line.write(path, "the entry", b"<entry/>")
    assert caught.value.refusal is Refusal.PEER_ANSWERED_ERROR
    return caught.value.public_message


def test_an_entry_is_put_and_removed(server, authority):
    with line_to(server, authority) as line:
        line.write("/entry", "the entry", b"<entry/>")
        line.write("/entry", "the entry", None)
    put, removed = server.heard
    assert (put.method, put.path, put.body) == ("PUT", "/entry", b"<entry/>")
    assert put.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert (removed.method, removed.body) == ("DELETE", b"")


def test_what_is_not_there_is_removed_already_but_was_not_put(server, authority):
    with line_to(server, authority) as line:
        line.write("/missing", "the entry", None)
        assert "did not take the entry (HTTP 404)" in refusal(line, "/missing")


def test_a_refusal_is_told_with_its_reason(server, authority):
    server.status = 400
    with line_to(server, authority) as line:
        told = refusal(line, "/entry")
    assert "(HTTP 400, WRONG_FIELD, The seal is not known)" in told


def test_a_refusal_of_many_words_is_told_by_its_status_alone(server, authority):
    server.status = 400
    with line_to(server, authority) as line:
        assert "(HTTP 400)" in refusal(line, "/large")


@pytest.mark.parametrize("error", [BodyTooSlow, ProtocolError, ConnectionResetError])
def test_a_refusal_whose_words_do_not_come_is_told_by_its_status_alone(
    server, authority, monkeypatch, error
):
    def read(*_: object) -> bytes:
        raise error

    monkeypatch.setattr("ncp.peers.publication_line.read_body", read)
    server.status = 400
    with line_to(server, authority) as line:
        assert "(HTTP 400)" in refusal(line, "/entry")


def test_a_redirect_is_not_followed(server, authority):
    with line_to(server, authority) as line:
        assert "(HTTP 302)" in refusal(line, "/redirect")
    assert len(server.heard) == 1


def test_a_server_that_nobody_vouches_for_hears_nothing(server, tmp_path):
    other = Authority(tmp_path, "other")
    with line_to(server, other) as line, pytest.raises(PeerUnavailable) as caught:
        line.write("/entry", "the entry", b"<entry/>")
    assert caught.value.refusal is Refusal.PEER_UNREACHABLE
    assert server.heard == []
