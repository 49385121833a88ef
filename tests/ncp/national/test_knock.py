"""Knocking at the national server: who is there, and what is told of who is not."""

from __future__ import annotations

import socket
import threading

import pytest

from ncp.national.knock import knock
from ncp.ports import SystemClock
from ncp.told_time import ToldTimes
from tests.ncp.national.test_tls import https_server, self_signed
from tests.ncp.peers.stand_in import standing_in

__all__ = ["https_server"]


@pytest.fixture
def times() -> ToldTimes:
    return ToldTimes(SystemClock())


def test_a_server_that_refuses_the_question_has_answered(times):
    with standing_in(lambda _: b"") as server:
        server.status = 401
        address = f"http://127.0.0.1:{server.server_port}/fhir"
        assert knock(address, (), times) is None
        (heard,) = server.heard
    assert (heard.method, heard.path) == ("HEAD", "/fhir")
    assert "Authorization" not in heard.headers
    assert [each.who for each in times.all()] == ["127.0.0.1"]


def test_over_tls_only_the_configured_authorities_are_believed(
    https_server, tmp_path, times
):
    base = https_server.base
    assert knock(base, (tmp_path / "server.pem",), times) is None
    fault = knock(base, (self_signed(tmp_path, "other"),), times)
    assert fault is not None
    assert fault.startswith("its certificate is not believed")
    assert len(times.all()) == 1


def test_nobody_there_is_said(times):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fault = knock(f"http://127.0.0.1:{port}", (), times)
    assert fault == "no connection: Connection refused"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", "no connection: it broke off"),
        (b"220 mail.example ready\r\n", "it does not answer in HTTP"),
    ],
)
def test_who_does_not_speak_http_is_told_of(times, answer, fault):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/fhir"
        told = knock(address, (), times)
        thread.join()
    assert told == fault
    assert times.all() == ()


def test_an_address_that_cannot_be_used_is_told_of(times):
    assert "base URL" in (knock("https://u@lu.example/fhir", (), times) or "")
    assert "authority" in (knock("https://lu.example/fhir", (__file__,), times) or "")
