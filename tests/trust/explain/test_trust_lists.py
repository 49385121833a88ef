"""What is explained of a trust list: all but who may sign it."""

from __future__ import annotations

from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import DAY, Draft, signed
from trust.assertions import AssertionPolicy
from trust.decision import Reason
from trust.explain import ExplainTerms, Explanation, explain

TERMS = ExplainTerms(pki.pins(), AssertionPolicy())


def explained(data: bytes, now=NOW) -> Explanation:
    return explain(data, TERMS, now)


def steps(explanation: Explanation) -> list[tuple[str, Reason]]:
    return [(each.subject, each.reason) for each in explanation.decisions]


def test_a_list_is_recognised_and_its_signature_told_apart_from_belief():
    explanation = explained(signed(Draft()))
    assert explanation.subject == "trust list"
    assert explanation.decision.reason is Reason.SIGNER_NOT_PINNED
    assert explanation.signatures[0].is_valid
    assert steps(explanation) == [
        ("signature of the trust list", Reason.ACCEPTED),
        ("time of the trust list", Reason.ACCEPTED),
        ("trust list", Reason.SIGNER_NOT_PINNED),
    ]
    assert any("ncp trust lists" in each for each in explanation.notes)


def test_an_expired_list_is_told_as_such():
    explanation = explained(signed(Draft()), NOW + 200 * DAY)
    assert ("time of the trust list", Reason.TRUST_LIST_EXPIRED) in steps(explanation)


def test_an_altered_list_has_no_signature_that_holds():
    explanation = explained(signed(Draft()).replace(b">7<", b">8<"))
    assert explanation.decision.reason is Reason.DIGEST_MISMATCH
    assert not explanation.signatures[0].is_valid
    assert explanation.to_json()["verdict"] == "deny"
