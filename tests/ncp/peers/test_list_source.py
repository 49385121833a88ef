"""Fetching lists: what is asked, what is taken, and where nobody goes."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from ncp.peers.guard import Guard
from ncp.peers.list_source import HttpListSource
from ncp.peers.metadata_fetch import directory_context
from tests.ncp.peers.stand_in import StandIn, standing_in
from tests.ncp.web.pki import SERVER, Authority
from trust.smp import AddressRules
from trust.trustlist import ListUnavailable

LIST = b"<TrustServiceStatusList/>"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "lists")


@pytest.fixture
def server(authority) -> Iterator[StandIn]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.leaf("publisher", SERVER).pair)
    with standing_in(lambda _: LIST, context) as server:
        yield server


@contextmanager
def source_for(server, authorities: str, *, networks=LOOPBACK, **options):
    rules = AddressRules(ports=frozenset({server.server_port}), networks=networks)
    context = directory_context(authorities)
    with closing(HttpListSource(Guard(rules), context, **options)) as source:
        yield source


def address(server, path: str = "/list.xml") -> str:
    return f"https://127.0.0.1:{server.server_port}{path}"


def test_a_list_is_fetched_as_it_stands(server, authority):
    with source_for(server, authority.pem) as source:
        assert source.fetch(address(server)) == LIST
    [heard] = server.heard
    assert heard.path == "/list.xml"
    assert "etsi.tsl+xml" in heard.headers["Accept"]
    assert heard.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/redirect", "HTTP 302"),
        ("/missing", "HTTP 404"),
        ("/large", "larger than 4000 bytes"),
        ("/packed", "compressed"),
    ],
)
def test_an_answer_that_is_no_list_is_not_taken(server, authority, path, sentence):
    with (
        source_for(server, authority.pem, max_bytes=4_000) as source,
        pytest.raises(ListUnavailable, match=sentence),
    ):
        source.fetch(address(server, path))


@pytest.mark.parametrize("path", ["/silent", "/slow"])
def test_an_answer_that_does_not_come_in_time_is_given_up(server, authority, path):
    with (
        source_for(server, authority.pem, timeout_s=0.3) as source,
        pytest.raises(ListUnavailable, match="in time"),
    ):
        source.fetch(address(server, path))


def test_a_redirect_is_not_followed(server, authority):
    with source_for(server, authority.pem) as source, pytest.raises(ListUnavailable):
        source.fetch(address(server, "/redirect"))
    assert [each.path for each in server.heard] == ["/redirect"]


def test_a_server_that_nobody_vouches_for_is_not_asked(server, tmp_path):
    other = Authority(tmp_path, "other")
    with (
        source_for(server, other.pem) as source,
        pytest.raises(ListUnavailable, match="TLS"),
    ):
        source.fetch(address(server))
    assert server.heard == []


@pytest.mark.spec("fact sheet 02 7.2 row 34")
def test_our_own_network_is_not_asked(server, authority):
    with (
        source_for(server, authority.pem, networks=()) as source,
        pytest.raises(ListUnavailable, match="not public"),
    ):
        source.fetch(address(server))
    assert server.heard == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/list.xml",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://user@127.0.0.1/list.xml",
        "https://127.0.0.1:1/list.xml",
        "",
    ],
)
def test_what_is_no_allowed_address_is_not_asked(server, authority, location):
    with source_for(server, authority.pem) as source, pytest.raises(ListUnavailable):
        source.fetch(location)


def test_nobody_at_home_is_told_as_such(server, authority):
    server.socket.close()
    with (
        source_for(server, authority.pem) as source,
        pytest.raises(ListUnavailable, match="no connection"),
    ):
        source.fetch(address(server))
