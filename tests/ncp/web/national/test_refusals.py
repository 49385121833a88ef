"""What is refused at the national door, and how little that says."""

from __future__ import annotations

import json

import pytest

from ncp.errors import (
    InternalError,
    NationalError,
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
)
from ncp.peer_words import PeerWords
from tests.ncp.web.national.scene import SOUGHT, TOKEN, ask


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "t"])
@pytest.mark.parametrize(
    "path",
    [
        "/patients/identify",
        "/treatments/confirm",
        "/documents/list",
        "/documents/fetch",
        "/documents/show",
        "/documents/received",
    ],
)
def test_without_a_token_nothing_is_answered(port, gateway, path, token):
    status, head, _ = ask(port, path, SOUGHT, token=token)
    assert status == 401
    assert "www-authenticate: bearer" in head
    assert gateway.asked == []


@pytest.mark.parametrize(
    "change",
    [
        {"country": "Luxembourg"},
        {"identifiers": []},
        {"identifiers": [{"root": "no oid", "extension": "1893120105732"}]},
        {"identifiers": [{"root": "1.2.3", "extension": "1893^0105732"}]},
        {"birthDate": "1893120105732"},
        {"birthDate": "1893-13-01"},
        {"birthDate": "1893-02-30"},
        {"family": ["Weber", "  "]},
        {"Weber1893120105732": "x"},
        {"gender": "Weber1893120105732"},
    ],
)
def test_a_refused_request_does_not_repeat_what_it_said(port, gateway, change):
    status, head, content = ask(port, "/patients/identify", {**SOUGHT, **change})
    assert status == 422
    assert "application/problem+json" in head
    for value in (b"1893", b"Weber", b"Luxembourg"):
        assert value not in content
    assert gateway.asked == []


def test_broken_json_is_a_problem_without_its_text(port, gateway):
    status, _, content = ask(port, "/patients/identify", b'{"country": Weber')
    assert status == 422
    assert b"Weber" not in content


def peer_error() -> NcpError:
    error = PeerRefused(
        Refusal.PEER_ANSWERED_ERROR,
        "It said no.",
        codes=("ERROR_PI_NO_MATCH",),
        told=(PeerWords("ERROR_PI_NO_MATCH", text="niemand"),),
    )
    error.message_id = "urn:uuid:6f1c0b7a-0000-4000-8000-000000000000"
    return error


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (PeerUnavailable(Refusal.PEER_UNREACHABLE, "x", "y"), 502, "peer-unreachable"),
        (PeerUnavailable(Refusal.PEER_UNKNOWN, "x"), 404, "peer-unknown"),
        (peer_error(), 502, "peer-answered-error"),
        (
            ProtocolError(Refusal.PEER_ANSWER_INVALID, "x"),
            502,
            "peer-answer-invalid",
        ),
        (PolicyError(Refusal.TREATMENT_UNKNOWN, "x"), 404, "treatment-unknown"),
        (
            PolicyError(Refusal.TREATMENT_NOT_CONFIRMED, "x"),
            409,
            "treatment-not-confirmed",
        ),
        (PolicyError(Refusal.CONSENT_REFUSED, "x"), 403, "consent-refused"),
        (NcpError(Refusal.RECORD_UNAVAILABLE, "x"), 503, "record-unavailable"),
        (NationalError(Refusal.INTERNAL, "x"), 500, "internal"),
        (InternalError(Refusal.INTERNAL, "x"), 500, "internal"),
    ],
)
@pytest.mark.spec("RFC 9457 3.1")
def test_an_error_of_the_gateway_is_a_problem(port, gateway, error, status, kind):
    gateway.error = error
    answered, head, content = ask(port, "/documents/list", {"handle": "h-1"})
    problem = json.loads(content)
    assert answered == problem["status"] == status
    assert "application/problem+json" in head
    assert problem["type"] == f"urn:ncp:refusal:{kind}"
    assert problem["detail"] == error.public_message
    assert problem.get("remedy", "") == error.remedy
    assert tuple(problem.get("codes", ())) == getattr(error, "codes", ())
    told = [each.as_json() for each in getattr(error, "told", ())]
    assert problem.get("told", []) == told
    assert problem.get("messageId") == error.message_id


def test_a_defect_says_nothing_of_the_patient(port, gateway, capfd):
    gateway.error = KeyError("Maria Planted")
    status, _, content = ask(port, "/documents/list", {"handle": "h-1"})
    assert status == 500
    assert b"Planted" not in content


@pytest.mark.parametrize(
    "path",
    ["/services/XCPD_Service", "/services/XCA_Service", "/metrics", "/health/live",
     "/docs", "/redoc", "/"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_doors_are_not_here(port, path, method):
    status, head, _ = ask(port, path, {}, method=method)
    assert status == 404
    assert "application/problem+json" in head


def test_patients_are_asked_for_by_post_only(port):
    for path in ("/patients/identify", "/documents/list"):
        assert ask(port, path, {}, method="GET")[0] == 405


def test_a_large_request_is_refused(port, gateway):
    status, head, content = ask(port, "/patients/identify", b"x" * 6_000)
    assert status == 413
    assert "application/problem+json" in head
    assert b"5000 bytes" in content
