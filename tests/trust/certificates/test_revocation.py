"""Revocation: what the settings say is what happens, in sun and in rain."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.trust import pki
from tests.trust.certificates.authorities import (
    CRL_ADDRESS,
    OCSP_ADDRESS,
    Authority,
    build,
    commercial,
    gazelle,
    issuing,
    name_of,
    other,
)
from tests.trust.certificates.line import Line
from tests.trust.certificates.test_path import FI, authority_pin
from tests.trust.pki import HOUR, NOW
from trust.certificates import (
    AnchorStore,
    CertificatePin,
    Freshness,
    OnlineRevocation,
    PinStore,
    Purpose,
    RevocationAlarm,
    RevocationFinding,
    RevocationLists,
    RevocationPolicy,
    RevocationSources,
    RevocationTerms,
    TrustStore,
    decide_certificate,
)
from trust.certificates.hanko import HankoPathValidator
from trust.certificates.online_revocation import crl_addresses, ocsp_addresses
from trust.certificates.path import RevocationData
from trust.decision import Reason, TrustRefused

MINUTE = timedelta(minutes=1)
DENY, ALARM, OFF = RevocationPolicy
COMMERCIAL_CRL = CRL_ADDRESS.format(name="commercial")
COMMERCIAL_OCSP = OCSP_ADDRESS.format(name="commercial")
REVOKED = ocsp.OCSPCertStatus.REVOKED
UNKNOWN = ocsp.OCSPCertStatus.UNKNOWN


class Gate:
    """A trust store with everything around it that a test may look at."""

    def __init__(
        self,
        *,
        lists=(),
        line: Line | None = None,
        policy=DENY,
        pins=(),
        anchors=(commercial,),
        intermediates=(),
        freshness=None,
    ) -> None:
        self.alarms: list[RevocationAlarm] = []
        self.line = line or Line()
        self.paths = CountingPaths()
        online = OnlineRevocation(self.line, freshness)
        source = RevocationSources([RevocationLists(lists), online])
        authorities = [make() for make in anchors]
        self.store = TrustStore(
            PinStore(
                [
                    CertificatePin.of(
                        leaf, country=FI, purpose=Purpose.TLS_CLIENT, label="fi.pem"
                    )
                    for leaf in pins
                ],
                [authority_pin(each) for each in authorities],
            ),
            AnchorStore(
                [each.certificate for each in authorities],
                [each.certificate for each in intermediates],
            ),
            self.paths,
            RevocationTerms(
                {Purpose.TLS_CLIENT: policy}, source, on_alarm=self.alarms.append
            ),
        )

    def decide(self, leaf, now=NOW):
        return decide_certificate(
            pki.der(leaf), Purpose.TLS_CLIENT, self.store, now, subject="TLS peer"
        ).decision

    def reason(self, leaf, now=NOW) -> Reason:
        return self.decide(leaf, now).reason


class CountingPaths(HankoPathValidator):
    def __init__(self) -> None:
        self.built = 0

    def validate(self, *question):
        self.built += 1
        return super().validate(*question)


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


# OCSP and the network ---------------------------------------------------------------


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


# Memory and freshness ---------------------------------------------------------------


def online(leaf) -> Line:
    return Line(
        {
            COMMERCIAL_OCSP: commercial().ocsp(leaf, until=NOW + 3 * HOUR),
            COMMERCIAL_CRL: commercial().crl(),
        }
    )


def test_a_judged_certificate_costs_no_path_and_no_question():
    leaf = commercial().leaf()
    gate = Gate(line=online(leaf))
    first = gate.decide(leaf)
    built, asked = gate.paths.built, len(gate.line.asked)
    again = gate.decide(leaf, NOW + 10 * MINUTE)
    assert (gate.paths.built, len(gate.line.asked)) == (built, asked)
    assert again.evidence == first.evidence
    assert again.moment == NOW + 10 * MINUTE


def test_what_is_stale_is_asked_again():
    leaf = commercial().leaf()
    gate = Gate(line=online(leaf))
    gate.decide(leaf)
    asked = len(gate.line.asked)
    gate.line.answers[COMMERCIAL_OCSP] = commercial().ocsp(
        leaf, REVOKED, at=NOW + 2 * HOUR, until=NOW + 8 * HOUR
    )
    assert gate.reason(leaf, NOW + 2 * HOUR) is Reason.ACCEPTED
    assert gate.reason(leaf, NOW + 3 * HOUR) is Reason.CERTIFICATE_REVOKED
    assert len(gate.line.asked) > asked


def test_renewing_in_the_background_finds_a_revocation_before_the_end():
    leaf = commercial().leaf()
    gate = Gate(line=online(leaf), freshness=Freshness(max_age=HOUR))
    gate.decide(leaf)
    assert gate.store.renew(NOW + 30 * MINUTE) == 0
    gate.line.answers[COMMERCIAL_OCSP] = commercial().ocsp(
        leaf, REVOKED, at=NOW + HOUR, until=NOW + 3 * HOUR
    )
    assert gate.store.renew(NOW + HOUR) == 1
    assert gate.reason(leaf, NOW + HOUR + MINUTE) is Reason.CERTIFICATE_REVOKED


def test_an_answer_outlives_its_responder_until_its_own_end():
    leaf = commercial().leaf()
    line = Line({COMMERCIAL_OCSP: commercial().ocsp(leaf, until=NOW + 3 * HOUR)})
    gate = Gate(line=line, freshness=Freshness(max_age=HOUR))
    gate.decide(leaf)
    line.answers.clear()
    assert gate.store.renew(NOW + 2 * HOUR) == 1
    assert gate.reason(leaf, NOW + 3 * HOUR - MINUTE) is Reason.ACCEPTED
    assert gate.reason(leaf, NOW + 3 * HOUR) is Reason.REVOCATION_UNKNOWN


@pytest.mark.parametrize("policy", [DENY, ALARM])
def test_a_dead_responder_is_left_alone_for_a_while(policy):
    leaf = commercial().leaf()
    gate = Gate(policy=policy)
    gate.decide(leaf)
    asked = list(gate.line.asked)
    gate.decide(leaf, NOW + MINUTE / 2)
    assert gate.line.asked == asked
    assert len(gate.alarms) == (policy is ALARM)
    gate.decide(leaf, NOW + 2 * MINUTE)
    assert gate.line.asked == asked * 2
    assert len(gate.alarms) == 2 * (policy is ALARM)


def test_a_responder_that_comes_back_is_believed():
    leaf = commercial().leaf()
    gate = Gate()
    assert gate.reason(leaf) is Reason.REVOCATION_UNKNOWN
    gate.line.answers = online(leaf).answers
    assert gate.reason(leaf, NOW + 2 * MINUTE) is Reason.ACCEPTED


def test_a_revocation_list_is_fetched_once_for_all_its_certificates():
    gate = Gate(line=Line({COMMERCIAL_CRL: commercial().crl()}))
    for _ in range(3):
        gate.decide(commercial().leaf())
    assert gate.line.asked.count(COMMERCIAL_CRL) == 1


def test_a_clock_that_goes_back_is_not_answered_from_memory():
    leaf = commercial().leaf()
    gate = Gate(line=online(leaf))
    assert gate.reason(leaf) is Reason.ACCEPTED
    assert gate.reason(leaf, NOW - 2 * HOUR) is Reason.REVOCATION_UNKNOWN
    assert gate.reason(leaf, NOW - 800 * 24 * HOUR) is Reason.CERTIFICATE_NOT_YET_VALID


def test_memory_ends_with_the_certificate():
    leaf = commercial().leaf(valid_to=NOW + HOUR)
    gate = Gate(policy=OFF)
    assert gate.reason(leaf) is Reason.ACCEPTED
    assert gate.reason(leaf, NOW + HOUR) is Reason.ACCEPTED
    past = NOW + HOUR + timedelta(milliseconds=1)
    assert gate.reason(leaf, past) is Reason.CERTIFICATE_EXPIRED


def test_many_certificates_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("trust.certificates.store._MAX_KEPT", 2)
    gate = Gate(policy=OFF)
    for _ in range(5):
        assert gate.reason(commercial().leaf()) is Reason.ACCEPTED
    assert len(gate.store._kept) <= 2
    gate = Gate(policy=OFF)
    gate.reason(other().leaf({"O": "stranger"}))
    assert not gate.store._kept


def test_many_addresses_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("trust.certificates.online_revocation._MAX_KEPT", 2)
    gate = Gate()
    for _ in range(5):
        gate.decide(commercial().leaf())
    source = gate.store._hearing._revocation.source._sources[1]
    assert len(source._kept) <= 3
    assert len(source._locks) <= 2


def test_a_slow_responder_is_asked_once_by_many_at_once():
    leaf = commercial().leaf()
    gone, entered = threading.Event(), threading.Event()

    def slow() -> bytes:
        entered.set()
        gone.wait(5)
        return commercial().ocsp(leaf)

    gate = Gate(line=Line({COMMERCIAL_OCSP: slow}))
    reasons: list[Reason] = []
    threads = [
        threading.Thread(target=lambda: reasons.append(gate.reason(leaf)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    assert entered.wait(5)
    gone.set()
    for thread in threads:
        thread.join(10)
    assert reasons == [Reason.ACCEPTED] * 4
    assert gate.line.asked.count(COMMERCIAL_OCSP) == 1


@pytest.mark.parametrize("plain", [True, False])
def test_an_anchor_inside_a_hierarchy_is_heard_about_what_it_issued(plain):
    middle = issuing()
    if plain:
        key = pki.ec_key("plain middle")
        subject = name_of({"O": "Plain"})
        certificate = build(
            subject, commercial().certificate.subject, key.public_key(),
            commercial().key, [],
        )  # fmt: skip
        middle = Authority("plain", key, certificate, plain=True)
    leaf = middle.leaf(pointers=False)
    for revoked, expected in (
        ([], Reason.ACCEPTED),
        ([leaf], Reason.CERTIFICATE_REVOKED),
    ):
        gate = Gate(lists=[middle.crl(*revoked)], anchors=[lambda: middle])
        assert gate.reason(leaf) is expected


@pytest.mark.parametrize("anchor", [commercial, issuing])
def test_a_responder_of_any_anchor_is_heard(anchor):
    leaf = anchor().leaf()
    address = OCSP_ADDRESS.format(name=anchor().name)
    gate = Gate(line=Line({address: anchor().ocsp(leaf)}), anchors=[anchor])
    assert gate.reason(leaf) is Reason.ACCEPTED


def test_a_leaf_that_is_the_anchor_has_no_path():
    leaf = commercial().leaf()
    with pytest.raises(TrustRefused) as caught:
        HankoPathValidator().validate(leaf, [leaf], (), NOW, None)
    assert caught.value.reason is Reason.PATH_INVALID


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
