"""The session of all lines to others: nothing from around it, nowhere else."""

from __future__ import annotations

import pytest
import requests
from requests.adapters import HTTPAdapter

from ncp.peers.strict_session import StrictSession
from tests.ncp.peers.stand_in import standing_in


@pytest.fixture
def session():
    with StrictSession() as session:
        session.mount("http://", HTTPAdapter())
        yield session


@pytest.fixture
def server():
    with standing_in(lambda _: b"answer") as server:
        yield server


def address(server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def test_a_redirect_is_an_answer_like_any_other(session, server):
    answer = session.get(address(server, "/redirect"))
    assert answer.status_code == 302
    assert [each.path for each in server.heard] == ["/redirect"]


def test_a_proxy_of_the_environment_is_not_asked(session, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert session.get(address(server, "/")).content == b"answer"


def test_a_password_of_the_environment_is_not_told(
    session, server, monkeypatch, tmp_path
):
    passwords = tmp_path / "netrc"
    passwords.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(passwords))
    session.get(address(server, "/"))
    [heard] = server.heard
    assert "Authorization" not in heard.headers


def test_no_cookie_is_kept(session, server):
    session.get(address(server, "/cookie"))
    session.get(address(server, "/"))
    assert "Cookie" not in server.heard[-1].headers
    assert not session.cookies


def test_what_no_adapter_was_mounted_for_is_not_reached(server):
    with (
        StrictSession() as session,
        pytest.raises(requests.exceptions.InvalidSchema),
    ):
        session.get(address(server, "/"))
    assert server.heard == []
