from __future__ import annotations

import json

import pytest

from ncp.errors import ConfigurationError
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.operations import Check, operations_app
from ncp.web.tokens import Operator, TokenRing
from tests.ncp.web.running import connect, read_all, running

TOKEN = "o" * 40


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    return []


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture(scope="module")
def port(checks, metrics):
    app = operations_app(
        TokenRing([(TOKEN, Operator("duty operator"))]), metrics, lambda: tuple(checks)
    )
    with running(Door("operations", app, "127.0.0.1", 0)) as doors:
        yield doors.port("operations")


def get(port, path, token: str | None = None, method="GET") -> tuple[int, bytes]:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    with connect(port) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_liveness_needs_no_token_and_says_nothing_else(port):
    assert get(port, "/health/live") == (200, b'{"status":"alive"}')


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
@pytest.mark.parametrize("token", [None, "", "x", TOKEN[:-1]])
def test_everything_else_needs_an_operator(port, path, token):
    status, body = get(port, path, token)
    assert status == 401
    assert b"store" not in body


def test_readiness_tells_each_check_and_503_when_one_fails(port, checks):
    checks[:] = [Check("store", True, "writes")]
    status, body = get(port, "/health/ready", TOKEN)
    assert (status, json.loads(body)["status"]) == (200, "ready")
    checks.append(Check("national", False, "does not answer"))
    status, body = get(port, "/health/ready", TOKEN)
    assert status == 503
    assert json.loads(body)["checks"][1] == {
        "name": "national",
        "ready": False,
        "sentence": "does not answer",
    }


def test_metrics_are_given_in_prometheus_form(port, metrics):
    metrics.handshakes_refused.labels("international", "not-tls").inc()
    status, body = get(port, "/metrics", TOKEN)
    assert status == 200
    line = (
        b'ncp_tls_handshakes_refused_total{door="international",reason="not-tls"} 1.0'
    )
    assert line in body


@pytest.mark.parametrize(
    "path",
    ["/services/XCPD_Service", "/patients/identify", "/documents/list", "/docs",
     "/openapi.json", "/"],
)  # fmt: skip
def test_other_doors_are_not_here(port, path):
    assert get(port, path, TOKEN)[0] == 404
    assert get(port, path, TOKEN, "POST")[0] == 404


def test_one_token_stands_for_one_person():
    with pytest.raises(ConfigurationError, match="same token"):
        TokenRing([("x" * 40, "a"), ("x" * 40, "b")])


@pytest.mark.parametrize(
    ("header", "holder"),
    [
        (f"Bearer {TOKEN}", "a"),
        (f"bearer {TOKEN}", "a"),
        (f"Basic {TOKEN}", None),
        (TOKEN, None),
        ("", None),
        (None, None),
        ("Bearer \udcff", None),
    ],
)
def test_only_a_bearer_token_that_is_right_has_a_holder(header, holder):
    assert TokenRing([(TOKEN, "a")]).holder(header) == holder


def test_every_token_is_compared_whoever_holds_the_right_one(monkeypatch):
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return one == other

    monkeypatch.setattr("ncp.web.tokens.hmac.compare_digest", compare)
    ring = TokenRing([("a" * 40, "a"), ("b" * 40, "b"), ("c" * 40, "c")])
    assert ring.holder("Bearer " + "a" * 40) == "a"
    assert len(compared) == 3
