"""For whom an assertion is, and when: audience, life and clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from tests.trust.assertions.cast import (
    NOW,
    decide,
    envelope,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.assertions.changing import (
    ASSERTION,
    LENIENT,
    STRICT,
    hcp_belief,
    trc_belief,
)
from tests.trust.resign import (
    append,
    drop,
    insert,
    set_attribute,
    set_text,
)
from trust.assertions import (
    AUDIENCE,
)
from trust.decision import Reason

RESTRICTION = (
    "<s:AudienceRestriction><s:Audience>{}</s:Audience></s:AudienceRestriction>"
)


@pytest.mark.spec("SAML 2.0 Core 2.5.1.4")
@pytest.mark.parametrize(
    "change",
    [
        set_text("//s:Audience", "urn:ehdsi:assertions:audience:x-border"),
        drop("//s:Audience"),
        append("//s:Conditions", RESTRICTION.format("urn:other")),
    ],
)
@pytest.mark.parametrize("belief_of", [hcp_belief, trc_belief])
def test_another_audience_is_refused_and_every_restriction_counts(belief_of, change):
    belief = belief_of(change, policy=LENIENT)
    assert belief.decision.reason is Reason.AUDIENCE_WRONG


def test_one_fitting_audience_of_a_restriction_is_enough():
    change = insert("//s:AudienceRestriction", 0, "<s:Audience>urn:other</s:Audience>")
    assert hcp_belief(change, policy=STRICT).decision.is_accepted
    change = append("//s:Conditions", RESTRICTION.format(AUDIENCE))
    assert hcp_belief(change, policy=STRICT).decision.is_accepted


@pytest.mark.parametrize("belief_of", [hcp_belief, trc_belief])
def test_an_absent_audience_is_a_setting(belief_of):
    change = drop("//s:AudienceRestriction")
    assert belief_of(change).decision.is_accepted
    belief = belief_of(change, policy=STRICT)
    assert belief.decision.reason is Reason.AUDIENCE_ABSENT


# Time

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.spec("SAML 2.0 Core 2.5.1.2")
@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (-MINUTE, Reason.ACCEPTED),
        (-MINUTE - timedelta(microseconds=1), Reason.ASSERTION_NOT_YET_VALID),
        (4 * HOUR + MINUTE, Reason.ACCEPTED),
        (4 * HOUR + MINUTE + timedelta(microseconds=1), Reason.ASSERTION_EXPIRED),
    ],
)
def test_an_hcp_assertion_is_valid_up_to_a_skew_of_one_minute(offset, reason):
    message = envelope(hcp_bytes())
    belief = decide(message, now=NOW + offset, trc_required=False)
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (2 * HOUR + MINUTE, Reason.ACCEPTED),
        (2 * HOUR + MINUTE + timedelta(microseconds=1), Reason.ASSERTION_EXPIRED),
    ],
)
def test_a_trc_assertion_expires_by_itself(offset, reason):
    belief = decide(envelope(hcp_bytes(), trc_bytes()), now=NOW + offset)
    assert belief.decision.reason is reason
    assert belief.trc is not None


@freeze_time("1999-01-01")
def test_the_moment_is_the_one_given_not_the_machine_s():
    assert decide(envelope(hcp_bytes(), trc_bytes())).decision.is_accepted


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("2026-03-02T14:00:00Z", Reason.ACCEPTED),
        ("2026-03-02T14:00:00.001Z", Reason.ASSERTION_LIVES_TOO_LONG),
    ],
)
def test_an_hcp_assertion_lives_four_hours_at_most(end, reason):
    belief = hcp_belief(set_attribute("//s:Conditions", "NotOnOrAfter", end))
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("2026-03-02T12:00:00Z", Reason.ACCEPTED),
        ("2026-03-02T12:00:01Z", Reason.ASSERTION_LIVES_TOO_LONG),
    ],
)
def test_a_trc_assertion_lives_two_hours_at_most(end, reason):
    belief = trc_belief(set_attribute("//s:Conditions", "NotOnOrAfter", end))
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (ASSERTION, "IssueInstant"),
        ("//s:AuthnStatement", "AuthnInstant"),
        ("//s:Conditions", "NotBefore"),
    ],
)
@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        ("2026-03-02T10:01:00Z", Reason.ACCEPTED),
        ("2026-03-02T10:01:01Z", Reason.ASSERTION_NOT_YET_VALID),
    ],
)
def test_no_instant_lies_in_the_future(path, name, instant, reason):
    belief = hcp_belief(set_attribute(path, name, instant))
    assert belief.decision.reason is reason
