"""OCSP and the network: who is asked, who is believed, and what if nobody answers."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.trust.certificates.authorities import (
    commercial,
    other,
)
from tests.trust.certificates.gate import (
    ALARM,
    COMMERCIAL_CRL,
    COMMERCIAL_OCSP,
    DENY,
    OFF,
    REVOKED,
    UNKNOWN,
    Gate,
)
from tests.trust.certificates.line import Line
from tests.trust.pki import HOUR, NOW
from trust.certificates.online_revocation import crl_addresses, ocsp_addresses
from trust.decision import Reason


def with_another_signature(response: bytes) -> bytes:
    return response[:-1] + bytes([response[-1] ^ 1])


@pytest.mark.spec("RFC 6960 3.2")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda leaf: commercial().ocsp(leaf), Reason.ACCEPTED),
        (lambda leaf: commercial().ocsp(leaf, REVOKED), Reason.CERTIFICATE_REVOKED),
        (lambda leaf: commercial().ocsp(leaf, UNKNOWN), Reason.REVOCATION_UNKNOWN),
        (
            lambda leaf: commercial().ocsp(leaf, at=NOW - 3 * HOUR, until=NOW - HOUR),
            Reason.REVOCATION_UNKNOWN,
        ),
        (
            lambda leaf: with_another_signature(commercial().ocsp(leaf)),
            Reason.REVOCATION_UNKNOWN,
        ),
        (
            lambda _leaf: commercial().ocsp(commercial().leaf()),
            Reason.REVOCATION_UNKNOWN,
        ),
        (
            lambda _leaf: ocsp.OCSPResponseBuilder.build_unsuccessful(
                ocsp.OCSPResponseStatus.TRY_LATER
            ).public_bytes(Encoding.DER),
            Reason.REVOCATION_UNKNOWN,
        ),
        (lambda _leaf: b"<html>", Reason.REVOCATION_UNKNOWN),
        (lambda _leaf: b"", Reason.REVOCATION_UNKNOWN),
    ],
    ids=[
        "good", "revoked", "unknown", "old", "forged", "of another certificate",
        "try later", "a web page", "nothing",
    ],
)  # fmt: skip
def test_a_responder_is_believed_for_what_it_may_say(answer, expected):
    leaf = commercial().leaf()
    gate = Gate(line=Line({COMMERCIAL_OCSP: answer(leaf)}))
    assert gate.reason(leaf) is expected


def test_where_the_responder_is_dead_the_list_speaks():
    leaf = commercial().leaf()
    gate = Gate(line=Line({COMMERCIAL_CRL: commercial().crl()}))
    decision = gate.decide(leaf)
    assert decision.is_accepted
    assert f"{COMMERCIAL_OCSP}: no connection" in decision.evidence


def test_a_list_outweighs_a_responder_that_says_good():
    leaf = commercial().leaf()
    line = Line({COMMERCIAL_OCSP: commercial().ocsp(leaf)})
    gate = Gate(line=line, lists=[commercial().crl(leaf)])
    assert gate.reason(leaf) is Reason.CERTIFICATE_REVOKED


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (DENY, Reason.REVOCATION_UNKNOWN),
        (ALARM, Reason.ACCEPTED),
        (OFF, Reason.ACCEPTED),
    ],
)
def test_with_a_dead_responder_and_no_list_the_policy_decides(policy, expected):
    leaf = commercial().leaf()
    gate = Gate(policy=policy)
    assert gate.reason(leaf) is expected
    assert len(gate.alarms) == (policy is ALARM)
    assert bool(gate.line.asked) is (policy is not OFF)


def test_nobody_is_asked_about_a_certificate_that_has_no_path():
    gate = Gate()
    assert gate.reason(other().leaf()) is Reason.PATH_INVALID
    assert gate.line.asked == []


def test_a_certificate_names_web_addresses_of_lists_and_responders():
    leaf = commercial().leaf()
    assert crl_addresses(leaf) == (COMMERCIAL_CRL,)
    assert ocsp_addresses(leaf) == (COMMERCIAL_OCSP,)
    ldap = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("ldap://x/y")], None, None, None
    )
    odd = commercial().leaf(
        pointers=False, extensions=[x509.CRLDistributionPoints([ldap])]
    )
    assert (crl_addresses(odd), ocsp_addresses(odd)) == ((), ())
