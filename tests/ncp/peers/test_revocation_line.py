"""The line to lists and responders: what it asks, and where it does not go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ncp.peers.revocation_line import HttpRevocationLine, _is_public
from ncp.ports import SystemClock
from ncp.told_time import ToldTimes
from tests.ncp.peers.stand_in import StandIn, standing_in
from trust.certificates import LineFailed

LIST = b"a revocation list"
# Nobody waits for so long, but on a loaded machine.
PATIENT_S = 60.0


@pytest.fixture
def server() -> Iterator[StandIn]:
    with standing_in(lambda _: LIST) as server:
        yield server


def address(server: StandIn, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.server_port}{path}"


def line(**limits) -> HttpRevocationLine:
    limits = {"timeout_s": PATIENT_S} | limits
    return HttpRevocationLine(internal_hosts=["127.0.0.1"], **limits)


def test_a_list_is_fetched_and_a_responder_is_asked(server):
    assert line().get(address(server, "/list")) == LIST
    assert line().post(address(server, "/ocsp"), b"question") == LIST
    fetched, asked = server.heard
    assert (fetched.method, fetched.body) == ("GET", b"")
    assert (asked.method, asked.body) == ("POST", b"question")
    assert asked.headers["Content-Type"] == "application/ocsp-request"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/redirect", "HTTP status 302"),
        ("/missing", "HTTP status 404"),
        ("/large", "more than 4096 bytes"),
        ("/packed", "compressed"),
    ],
)
def test_what_is_no_answer_is_told_so(server, path, why):
    with pytest.raises(LineFailed, match=why):
        line(max_bytes=4_096).get(address(server, path))


@pytest.mark.parametrize("path", ["/silent", "/slow"])
def test_an_answer_that_does_not_come_in_time_is_given_up(server, path):
    with pytest.raises(LineFailed, match="no answer in time"):
        line(timeout_s=0.3).get(address(server, path))


def test_nobody_there_is_told_so():
    with pytest.raises(LineFailed, match="no connection"):
        line().get("http://127.0.0.1:1/list")


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("https://example.org/list", "only http"),
        ("ftp://example.org/list", "only http"),
        ("file:///etc/passwd", "only http"),
        ("http:///list", "no host"),
        ("http://user@example.org/list", "names a user"),
        ("http://example.org:22/list", "port 22"),
        ("http://[example/list", "no address"),
    ],
)
def test_other_addresses_are_not_asked(where, why):
    with pytest.raises(LineFailed, match=why):
        line().get(where)


def test_a_name_that_leads_into_our_network_is_given_up_before_anything_is_sent(
    server, monkeypatch
):
    monkeypatch.setattr(
        "ncp.peers.revocation_line._PORTS", frozenset({server.server_port})
    )
    with pytest.raises(LineFailed, match="internal network"):
        HttpRevocationLine().get(address(server, "/list", host="localhost"))
    assert server.heard == []


@pytest.mark.parametrize(
    ("where", "public"),
    [
        ("93.184.216.34", True),
        ("2a00:1450:4007::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_public_addresses_are_told_from_internal_ones(where, public):
    assert _is_public(where) is public


def test_the_time_of_who_answers_is_heard(server):
    times = ToldTimes(SystemClock())
    line(times=times).get(address(server, "/list"))
    (told,) = times.all()
    assert told.who == "127.0.0.1"
    assert told.asked <= told.had
