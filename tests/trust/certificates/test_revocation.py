"""Revocation: what the settings say is what happens, in sun and in rain."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.trust import pki
from tests.trust.certificates.authorities import (
    Authority,
    build,
    commercial,
    gazelle,
    issuing,
    other,
)
from tests.trust.certificates.gate import (
    ALARM,
    COMMERCIAL_OCSP,
    DENY,
    MINUTE,
    OFF,
    Gate,
)
from tests.trust.certificates.line import Line
from tests.trust.certificates.test_path import FI, authority_pin
from tests.trust.pki import HOUR, NOW
from trust.certificates import (
    AnchorStore,
    PinStore,
    Purpose,
    RevocationFinding,
    RevocationLists,
    RevocationSources,
    RevocationTerms,
    TrustStore,
    decide_certificate,
)
from trust.certificates.hanko import HankoPathValidator
from trust.certificates.path import RevocationData
from trust.decision import Reason, TrustRefused


def test_a_fresh_list_without_the_certificate_lets_it_pass():
    leaf = commercial().leaf()
    decision = Gate(lists=[commercial().crl()]).decide(leaf)
    assert decision.is_accepted
    evidence = " ".join(decision.evidence)
    assert "CRL of CN=commercial" in evidence
    assert "no certificate of the path is revoked" in evidence


@pytest.mark.spec("RFC 5280 6.3.3")
def test_a_list_that_names_an_issued_leaf_denies():
    leaf = commercial().leaf()
    decision = Gate(lists=[commercial().crl(leaf)]).decide(leaf)
    assert decision.reason is Reason.CERTIFICATE_REVOKED
    assert any("CRL of CN=commercial" in line for line in decision.evidence)


@pytest.mark.parametrize("policy", [DENY, ALARM])
@pytest.mark.parametrize("authority", [commercial, gazelle])
def test_a_list_that_names_a_pinned_leaf_denies(policy, authority):
    leaf = authority().leaf()
    gate = Gate(
        lists=[authority().crl(leaf)], pins=[leaf], anchors=[authority], policy=policy
    )
    assert gate.reason(leaf) is Reason.CERTIFICATE_REVOKED
    assert gate.alarms == []


def test_a_pinned_leaf_of_a_test_authority_passes_with_its_list():
    leaf = gazelle().leaf()
    gate = Gate(lists=[gazelle().crl()], pins=[leaf], anchors=[gazelle])
    assert gate.reason(leaf) is Reason.ACCEPTED


def test_a_pinned_leaf_needs_its_issuer_only_not_the_root():
    leaf = issuing().leaf()
    for listed, expected in (
        ([], Reason.ACCEPTED),
        ([leaf], Reason.CERTIFICATE_REVOKED),
    ):
        gate = Gate(
            lists=[issuing().crl(*listed)], pins=[leaf], anchors=[],
            intermediates=[issuing()],
        )  # fmt: skip
        assert gate.reason(leaf) is expected


def test_a_pinned_leaf_whose_issuer_is_not_configured_has_no_known_revocation():
    leaf = other().leaf()
    assert Gate(pins=[leaf]).reason(leaf) is Reason.REVOCATION_UNKNOWN
    assert Gate(pins=[leaf], policy=OFF).reason(leaf) is Reason.ACCEPTED


def test_a_revoked_intermediate_denies():
    leaf = issuing().leaf()
    lists = [issuing().crl(), commercial().crl(issuing().certificate)]
    gate = Gate(lists=lists, intermediates=[issuing()])
    decision = gate.decide(leaf)
    assert decision.reason is Reason.CERTIFICATE_REVOKED
    assert "an authority above it" in decision.sentence


def test_every_certificate_of_the_path_must_be_known():
    gate = Gate(lists=[issuing().crl()], intermediates=[issuing()])
    assert gate.reason(issuing().leaf()) is Reason.REVOCATION_UNKNOWN
    gate = Gate(lists=[issuing().crl(), commercial().crl()], intermediates=[issuing()])
    assert gate.reason(issuing().leaf()) is Reason.ACCEPTED


def expired(authority: Authority) -> bytes:
    return authority.crl(at=NOW - 3 * HOUR, until=NOW - HOUR)


def not_yet(authority: Authority) -> bytes:
    return authority.crl(at=NOW + HOUR, until=NOW + 3 * HOUR)


def forged(authority: Authority) -> bytes:
    return authority.crl(key=pki.ec_key("forger"))


@pytest.mark.parametrize("damage", [expired, not_yet, forged])
def test_a_list_that_cannot_be_used_leaves_revocation_unknown(damage):
    leaf = commercial().leaf()
    lists = [damage(commercial())]
    assert Gate(lists=lists).reason(leaf) is Reason.REVOCATION_UNKNOWN
    gate = Gate(lists=lists, policy=ALARM)
    decision = gate.decide(leaf)
    assert decision.is_accepted
    assert any(line.startswith("ALARM") for line in decision.evidence)
    [alarm] = gate.alarms
    assert (alarm.country, alarm.purpose) == (FI, Purpose.TLS_CLIENT)
    assert Gate(lists=lists, policy=OFF).reason(leaf) is Reason.ACCEPTED


def test_a_list_of_another_authority_says_nothing():
    gate = Gate(lists=[other().crl()])
    assert gate.reason(commercial().leaf()) is Reason.REVOCATION_UNKNOWN


def test_a_list_is_read_in_either_form_and_nothing_else_is():
    with pytest.raises(ValueError, match="asn1"):
        RevocationLists([b"no list"])
    crl = x509.load_der_x509_crl(commercial().crl())
    lists = RevocationLists([crl.public_bytes(Encoding.PEM)])
    found = lists.find(commercial().leaf(), commercial().certificate, NOW)
    assert found.data.crls == (crl.public_bytes(Encoding.DER),)


# The engine -------------------------------------------------------------------------


def test_broken_revocation_data_leave_revocation_unknown():
    broken = RevocationData((b"\x30\x03\x02\x01\x05",), (b"\x30\x00",))
    with pytest.raises(TrustRefused) as caught:
        HankoPathValidator().validate(
            commercial().leaf(), [commercial().certificate], (), NOW, broken
        )
    assert caught.value.reason is Reason.REVOCATION_UNKNOWN


def test_findings_add_up_to_the_earliest_end():
    one = RevocationFinding(good_until=NOW + HOUR)
    two = RevocationFinding(renew_at=NOW, good_until=NOW + MINUTE)
    assert (one + two).good_until == NOW + MINUTE
    assert (one + two).renew_at == NOW
    assert (one + RevocationFinding()).good_until == NOW + HOUR


def test_a_list_that_says_nothing_leaves_the_responders_word():
    leaf = commercial().leaf()
    line = Line({COMMERCIAL_OCSP: commercial().ocsp(leaf)})
    gate = Gate(line=line, lists=[expired(commercial())])
    assert gate.reason(leaf) is Reason.ACCEPTED


def test_the_anchor_that_a_path_really_ends_at_is_told():
    path = HankoPathValidator().validate(
        commercial().leaf(), [other().certificate, commercial().certificate], (), NOW,
        None,
    )  # fmt: skip
    assert path[-1] == commercial().certificate


def test_an_anchor_with_a_broken_extension_ends_no_path():
    odd = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.30"), b"\x04\x01\x00"
    )
    name = commercial().certificate.subject
    key = commercial().key
    anchor = build(name, name, key.public_key(), key, [odd])
    with pytest.raises(TrustRefused) as caught:
        HankoPathValidator().validate(commercial().leaf(), [anchor], (), NOW, None)
    assert caught.value.reason is Reason.PATH_INVALID


def test_an_alarm_that_nobody_hears_is_in_the_evidence_all_the_same():
    leaf = commercial().leaf()
    store = TrustStore(
        PinStore([], [authority_pin(commercial())]),
        AnchorStore([commercial().certificate]),
        HankoPathValidator(),
        RevocationTerms({Purpose.TLS_CLIENT: ALARM}, RevocationSources(())),
    )
    belief = decide_certificate(
        pki.der(leaf), Purpose.TLS_CLIENT, store, NOW, subject="TLS peer"
    )
    assert any(line.startswith("ALARM") for line in belief.decision.evidence)


def test_without_a_path_validator_no_authority_is_believed():
    store = TrustStore(
        PinStore([], [authority_pin(commercial())]),
        AnchorStore([commercial().certificate]),
    )
    belief = decide_certificate(
        pki.der(commercial().leaf()), Purpose.TLS_CLIENT, store, NOW, subject="x"
    )
    assert belief.decision.reason is Reason.PATH_INVALID
