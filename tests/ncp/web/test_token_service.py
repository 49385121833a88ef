"""The addresses of the token service on the national door."""

from __future__ import annotations

import pytest

from ncp.audit import TokenKind
from ncp.country_b.token_endpoint import TokenMessage
from ncp.exchange import HttpPayload, OutboundHttp
from ncp.web.doors import Door
from ncp.web.national import national_app
from ncp.web.token_service import PATHS
from ncp.web.tokens import TokenRing
from tests.ncp.web.national.scene import ANA, TOKEN, Gateway
from tests.ncp.web.running import connect, read_all, running

SOAP = "application/soap+xml; charset=UTF-8"


class Service:
    def __init__(self) -> None:
        self.asked: list[TokenMessage] = []
        self.status = 200

    def __call__(self, message: TokenMessage) -> OutboundHttp:
        self.asked.append(message)
        return OutboundHttp(self.status, HttpPayload(SOAP, b"<answer/>"))


@pytest.fixture(scope="module")
def doors():
    service = Service()
    limits = {"max_body_bytes": 5_000, "body_timeout_s": 2}
    ring = TokenRing([(TOKEN, ANA)])
    with_service = national_app(Gateway(), ring, tokens=service, **limits)
    without = national_app(Gateway(), ring, **limits)
    with running(
        Door("national", with_service, "127.0.0.1", 0),
        Door("other", without, "127.0.0.1", 0),
    ) as opened:
        yield opened, service


@pytest.fixture
def service(doors) -> Service:
    doors[1].asked.clear()
    doors[1].status = 200
    return doors[1]


def post(
    doors, path: str, *, door="national", token=TOKEN, method="POST", body=b"<a/>"
):
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: door",
        f"Content-Type: {SOAP}",
        'SOAPAction: ""',
        f"Content-Length: {len(body)}",
        "Connection: close",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    with connect(doors[0].port(door)) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head, _, content = read_all(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), content


@pytest.mark.parametrize("kind", PATHS)
def test_a_message_reaches_the_service_of_its_address(doors, service, kind):
    status, head, content = post(doors, PATHS[kind])
    assert (status, content) == (200, b"<answer/>")
    assert "content-type: application/soap+xml" in head
    assert "cache-control: no-store" in head
    (message,) = service.asked
    assert message.professional is ANA
    assert message.kind is kind
    assert message.payload == HttpPayload(SOAP, b"<a/>")
    assert message.soap_action == '""'
    assert message.address == "127.0.0.1"


def test_the_addresses_are_those_that_portals_know():
    assert set(PATHS.values()) == {
        "/TRC-STS/SecurityTokenService",
        "/TRC-STS/NextOfKinTokenService",
    }


@pytest.mark.parametrize("token", [None, "x" * 40])
def test_without_a_token_nothing_is_read(doors, service, token):
    status, head, _ = post(doors, PATHS[TokenKind.TRC], token=token)
    assert status == 401
    assert "www-authenticate: bearer" in head
    assert service.asked == []


def test_the_status_of_a_fault_goes_through(doors, service):
    service.status = 429
    assert post(doors, PATHS[TokenKind.TRC])[0] == 429


def test_a_message_over_the_limit_of_the_door_is_refused(doors, service):
    assert post(doors, PATHS[TokenKind.TRC], body=b"x" * 6_000)[0] == 413
    assert service.asked == []


def test_only_post_is_served(doors, service):
    assert post(doors, PATHS[TokenKind.TRC], method="GET", body=b"")[0] == 405
    assert service.asked == []


def test_a_door_without_the_service_has_no_such_address(doors, service):
    assert post(doors, PATHS[TokenKind.TRC], door="other")[0] == 404
