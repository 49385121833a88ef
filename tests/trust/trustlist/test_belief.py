"""Whether a list is current, the right one, and newer than the last."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import DAY, OPERATOR, TYPES, Draft, signed
from trust.decision import Reason
from trust.trustlist import (
    ExpectedList,
    KnownList,
    TrustListBelief,
    TrustListPolicy,
    decide_trust_list,
)

SECOND = dt.timedelta(seconds=1)


def decide(draft: Draft, now=NOW, **expected) -> TrustListBelief:
    terms = ExpectedList(expected.pop("signers", (OPERATOR.certificate,)), **expected)
    return decide_trust_list(
        signed(draft), terms, TrustListPolicy(), now, subject="list"
    )


def reason(draft: Draft, now=NOW, **expected) -> Reason:
    return decide(draft, now, **expected).decision.reason


@pytest.mark.spec("ETSI TS 119 612 5.3.15")
def test_a_list_is_current_until_its_next_update():
    draft = Draft()
    assert reason(draft, draft.next_update) is Reason.ACCEPTED
    assert reason(draft, draft.next_update + SECOND) is Reason.TRUST_LIST_EXPIRED


def test_a_closed_list_is_not_current_any_more():
    assert reason(Draft(next_update=None)) is Reason.TRUST_LIST_CLOSED


def test_a_list_that_promises_itself_too_long_is_refused():
    longest = Draft(issued=NOW, next_update=NOW + 185 * DAY)
    assert reason(longest) is Reason.ACCEPTED
    longer = replace(longest, next_update=longest.next_update + SECOND)
    assert reason(longer) is Reason.TRUST_LIST_LIVES_TOO_LONG


def test_a_list_of_the_future_is_refused_beyond_the_skew():
    draft = Draft(issued=NOW + 60 * SECOND)
    assert reason(draft) is Reason.ACCEPTED
    draft = replace(draft, issued=NOW + 61 * SECOND)
    assert reason(draft) is Reason.TRUST_LIST_NOT_YET_ISSUED


@pytest.mark.parametrize(
    ("expected", "believed"),
    [
        ({"territory": "LU"}, True),
        ({"territory": "DE"}, False),
        ({"list_type": TYPES + "EUgeneric"}, True),
        ({"list_type": TYPES + "EUlistofthelists"}, False),
    ],
)
def test_a_list_is_the_one_its_pointer_means(expected, believed):
    found = reason(Draft(), **expected)
    wanted = Reason.ACCEPTED if believed else Reason.TRUST_LIST_OF_ANOTHER_SCHEME
    assert found is wanted


def test_a_list_without_territory_does_not_pass_for_one():
    assert reason(Draft(territory=None), territory="LU") is (
        Reason.TRUST_LIST_OF_ANOTHER_SCHEME
    )


# Its signer -------------------------------------------------------------------------


def test_a_signer_may_expire_after_he_signed_and_that_is_told():
    key = pki.rsa_key("list-operator-old")
    certificate = pki.certificate(key, valid_to=NOW - DAY)
    signer = pki.SigningKey(key, certificate)
    terms = ExpectedList((certificate,))
    belief = decide_trust_list(
        signed(Draft(), signer), terms, TrustListPolicy(), NOW, subject="list"
    )
    assert belief.decision.is_accepted
    assert any("has expired since" in each for each in belief.decision.evidence)


def test_a_signer_who_was_expired_when_the_list_was_issued_is_refused():
    key = pki.rsa_key("list-operator-old")
    certificate = pki.certificate(key, valid_to=NOW - 20 * DAY)
    signer = pki.SigningKey(key, certificate)
    terms = ExpectedList((certificate,))
    belief = decide_trust_list(
        signed(Draft(), signer), terms, TrustListPolicy(), NOW, subject="list"
    )
    assert belief.decision.reason is Reason.CERTIFICATE_EXPIRED


# Rollback ---------------------------------------------------------------------------


def known(draft: Draft) -> KnownList:
    found = decide(draft).known
    assert found is not None
    return found


@pytest.mark.spec("ETSI TS 119 612 5.3.2")
def test_an_older_list_does_not_replace_a_newer_one():
    before = known(Draft(sequence=8))
    assert reason(Draft(sequence=7), known=before) is Reason.TRUST_LIST_ROLLED_BACK
    assert reason(Draft(sequence=9), known=before) is Reason.ACCEPTED


def test_the_very_list_that_is_known_is_believed_again():
    draft = Draft(sequence=8)
    assert reason(draft, known=known(draft)) is Reason.ACCEPTED


def test_two_lists_of_one_number_cannot_both_be_right():
    before = known(Draft(sequence=8))
    other = Draft(sequence=8, issued=NOW - 9 * DAY)
    assert reason(other, known=before) is Reason.TRUST_LIST_ROLLED_BACK


def test_a_higher_number_with_an_earlier_issue_is_refused():
    before = known(Draft(sequence=8))
    other = Draft(sequence=9, issued=NOW - 11 * DAY)
    assert reason(other, known=before) is Reason.TRUST_LIST_ROLLED_BACK


# A list of the past -----------------------------------------------------------------


def test_a_list_of_the_past_is_believed_where_only_its_signers_are_asked_for():
    draft = Draft(issued=NOW - 200 * DAY, next_update=NOW - 100 * DAY)
    assert reason(draft) is Reason.TRUST_LIST_EXPIRED
    assert reason(draft, must_be_current=False) is Reason.ACCEPTED


# What is left of a refused list -----------------------------------------------------


def test_a_list_refused_for_its_time_is_told_of_but_not_given_out():
    draft = Draft()
    belief = decide(draft, draft.next_update + DAY)
    assert belief.verified is not None
    assert belief.trust_list is None
    assert belief.known is None
    assert "list of LU, number 7" in belief.decision.evidence


def test_of_a_list_of_a_stranger_nothing_is_given_out():
    belief = decide(Draft(), signers=())
    assert belief.verified is None
