"""What is remembered of revocation: how long, how much, and asked by many at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.trust import pki
from tests.trust.certificates.authorities import (
    OCSP_ADDRESS,
    Authority,
    build,
    commercial,
    issuing,
    name_of,
    other,
)
from tests.trust.certificates.gate import (
    ALARM,
    COMMERCIAL_CRL,
    COMMERCIAL_OCSP,
    DENY,
    MINUTE,
    OFF,
    REVOKED,
    Gate,
)
from tests.trust.certificates.line import Line
from tests.trust.pki import HOUR, NOW
from trust.certificates import (
    Freshness,
)
from trust.certificates.hanko import HankoPathValidator
from trust.decision import Reason, TrustRefused


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
