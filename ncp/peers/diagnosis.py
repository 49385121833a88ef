"""Say why a message did not get through, from the errors of requests, urllib3 and ssl.

A TLS 1.3 client believes it is connected until its first read: a refused client
certificate then looks like any connection that breaks before the answer.

Spec: 08 8.3 / RFC 8446 4.4.2.4, 6.2 (alerts) / fact sheet 01 1.5.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import IncompleteRead
from typing import Final

import requests
from urllib3 import exceptions as transport

from ncp.errors import Refusal
from ncp.peers.connection import AnswerCutOff, ServerNotBelieved
from ncp.peers.guard import AddressNotAllowed
from trust.decision import Reason


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What went wrong; ``name`` is a metric label, the texts are for an operator.

    ``is_before_sending`` is certain: no connection, or one that was given up before the
    request. With TLS 1.3 a refused client certificate shows only after it.
    """

    name: str
    refusal: Refusal
    sentence: str
    remedy: str
    is_before_sending: bool = False


_CHECK_PINS = (
    "Compare the certificate with `certificates.tls_server` and `tls_authorities` of "
    "this peer, and the host name with the certificate."
)
_AFTER_DENIAL: Final[Mapping[Reason | None, str]] = {
    Reason.REVOCATION_UNKNOWN: (
        "Find out whether the revocation service of its authority answers; "
        "`revocation.lists` takes a list of it, `ncp check` says what else is missing."
    ),
    Reason.CERTIFICATE_REVOKED: (
        "Ask the other country for its new certificate and pin that."
    ),
}
_SHOW_OURS = (
    "Ask the other country whether it has pinned our certificate of `keys.tls_client`."
)
_TRY_LATER = "Try again later; ask the other country whether its gateway is running."
_CHECK_ADDRESS = "Check `endpoints` of this peer, the network and the firewalls."

NAME_UNKNOWN = Diagnosis(
    "name-unknown",
    Refusal.PEER_UNREACHABLE,
    "its host name cannot be resolved",
    _CHECK_ADDRESS,
    is_before_sending=True,
)
REFUSED = Diagnosis(
    "connection-refused",
    Refusal.PEER_UNREACHABLE,
    "nobody listens at its address",
    _CHECK_ADDRESS,
    is_before_sending=True,
)
UNREACHABLE = Diagnosis(
    "unreachable",
    Refusal.PEER_UNREACHABLE,
    "no connection to its address could be made",
    _CHECK_ADDRESS,
    is_before_sending=True,
)
CONNECT_TIMEOUT = Diagnosis(
    "connect-timeout",
    Refusal.PEER_UNREACHABLE,
    "it did not accept a connection in time",
    _CHECK_ADDRESS,
    is_before_sending=True,
)
ANSWER_TIMEOUT = Diagnosis(
    "answer-timeout",
    Refusal.PEER_UNREACHABLE,
    "it took the request and did not answer in time",
    _TRY_LATER,
)
BROKE_OFF = Diagnosis(
    "broke-off",
    Refusal.PEER_UNREACHABLE,
    "it broke the connection off before its answer was complete",
    _TRY_LATER,
)
BROKE_OFF_EARLY = Diagnosis(
    "broke-off-early",
    Refusal.PEER_UNREACHABLE,
    "it broke a new connection off before it answered: it stopped, or with TLS 1.3 it "
    "has refused our client certificate",
    f"{_TRY_LATER} {_SHOW_OURS}",
)
OUR_CERTIFICATE_REFUSED = Diagnosis(
    "our-certificate-refused",
    Refusal.PEER_UNREACHABLE,
    "it refused our client certificate in the TLS handshake",
    _SHOW_OURS,
)
CERTIFICATE_EXPIRED = Diagnosis(
    "certificate-expired",
    Refusal.PEER_NOT_BELIEVED,
    "its TLS certificate is out of its time",
    "Ask the other country for its current certificate and pin that.",
    is_before_sending=True,
)
HOST_NAME_WRONG = Diagnosis(
    "host-name-wrong",
    Refusal.PEER_NOT_BELIEVED,
    "its TLS certificate is not made out for the host name of its address",
    _CHECK_PINS,
    is_before_sending=True,
)
CERTIFICATE_UNKNOWN = Diagnosis(
    "certificate-unknown",
    Refusal.PEER_NOT_BELIEVED,
    "its TLS certificate is neither pinned nor issued by an accepted authority",
    _CHECK_PINS,
    is_before_sending=True,
)
TLS_FAILED = Diagnosis(
    "tls-failed",
    Refusal.PEER_UNREACHABLE,
    "the TLS handshake failed",
    "Check that the address speaks TLS 1.2 or 1.3.",
)

_VERIFY_CODES = {
    9: CERTIFICATE_EXPIRED,  # not yet valid
    10: CERTIFICATE_EXPIRED,
    62: HOST_NAME_WRONG,
    64: HOST_NAME_WRONG,  # an IP address that the certificate does not name
}
_ALERTS = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA",
           "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_ACCESS_DENIED",
           "ALERT_HANDSHAKE_FAILURE", "CERTIFICATE_REQUIRED")  # fmt: skip


def diagnose(error: BaseException, *, is_new_connection: bool) -> Diagnosis:
    """Find out what an error of a request means."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ServerNotBelieved):
            return Diagnosis(
                "not-pinned",
                Refusal.PEER_NOT_BELIEVED,
                f"its TLS certificate is not believed: {cause.sentence}",
                _AFTER_DENIAL.get(cause.reason, _CHECK_PINS),
                is_before_sending=True,
            )
        if isinstance(cause, AddressNotAllowed):
            return Diagnosis(
                "address-not-allowed",
                Refusal.PEER_NOT_BELIEVED,
                cause.refused.sentence,
                "Check the entry of this country; `networks` in [directory] allows "
                "networks that are not public.",
                is_before_sending=True,
            )
    for cause in causes:
        found = _of_tls(cause) or _of_transport(cause) or _of_answer(cause)
        if found is not None:
            return found
    return BROKE_OFF_EARLY if is_new_connection else BROKE_OFF


def _of_tls(error: BaseException) -> Diagnosis | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY_CODES.get(error.verify_code, CERTIFICATE_UNKNOWN)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return None
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        is_refusal = any(alert in reason for alert in _ALERTS)
        return OUR_CERTIFICATE_REFUSED if is_refusal else TLS_FAILED
    return None


def _of_transport(error: BaseException) -> Diagnosis | None:
    match error:
        case transport.NameResolutionError():
            return NAME_UNKNOWN
        case ConnectionRefusedError():
            return REFUSED
        case transport.NewConnectionError():
            kinds = {type(cause) for cause in _causes(error)}
            return REFUSED if ConnectionRefusedError in kinds else UNREACHABLE
        case transport.ConnectTimeoutError() | requests.ConnectTimeout():
            return CONNECT_TIMEOUT
        case transport.ReadTimeoutError() | requests.ReadTimeout():
            return ANSWER_TIMEOUT
        case _:
            return None


def _of_answer(error: BaseException) -> Diagnosis | None:
    # It had begun to answer: our certificate is not what it minded.
    is_cut = isinstance(
        error, AnswerCutOff | IncompleteRead | transport.InvalidChunkLength
    )
    return BROKE_OFF if is_cut else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from the outermost error to all it carries, however it was nested."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [current.__cause__, current.__context__, *current.args]
        inner.append(getattr(current, "reason", None))
        waiting.extend(each for each in inner if isinstance(each, BaseException))
