"""An assertion belongs to the peer that presented it first."""

from __future__ import annotations

from datetime import timedelta

from tests.trust.assertions.cast import DK, FI, NOW, hcp_bytes, own_hcp
from trust.assertions import AssertionUse, decide_use
from trust.decision import Reason

LATER = NOW + timedelta(hours=4, minutes=1)
USE = AssertionUse("urn:idp:DK:countryB", "_1", DK, LATER)


class Memory:
    def __init__(self) -> None:
        self.owners: dict[tuple[str, str], str] = {}

    def first_presenters(self, uses):
        return tuple(
            self.owners.setdefault((use.issuer, use.assertion_id), use.peer)
            for use in uses
        )


def test_the_same_peer_may_present_an_assertion_again_and_again():
    memory = Memory()
    for _ in range(3):
        decision = decide_use([USE], memory, NOW)
        assert decision.is_accepted
        assert decision.evidence == ("assertion _1",)


def test_another_peer_may_not():
    memory = Memory()
    decide_use([USE], memory, NOW)
    other = AssertionUse(USE.issuer, "_1", FI, LATER)
    fresh = AssertionUse(USE.issuer, "_2", FI, LATER)
    decision = decide_use([fresh, other], memory, NOW)
    assert decision.reason is Reason.ASSERTION_OF_ANOTHER_PEER
    assert "FI presents was presented by DK" in decision.sentence
    assert decision.evidence[0] == "assertion _1"


def test_the_same_id_of_another_issuer_is_another_assertion():
    memory = Memory()
    decide_use([USE], memory, NOW)
    other = AssertionUse("urn:idp:FI:countryB", "_1", FI, LATER)
    assert decide_use([other], memory, NOW).is_accepted


def test_a_use_is_remembered_until_nobody_could_present_it_any_more():
    hcp = own_hcp(hcp_bytes())
    use = AssertionUse.of(hcp, DK, timedelta(minutes=1))
    assert use == AssertionUse(hcp.issuer, hcp.id, DK, LATER)
