"""A country's own rules against abuse stand beside the standard ones, or in place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from ncp.audit import Side
from ncp.restraint import STANDARD, Action, Counted
from ncp.settings.restraint import RestraintSettings

GUESSES = {Counted.UNKNOWN_PATIENTS, Counted.WRONG_KEYS}
OWN = {"name": "own", "counts": "requests", "per": "organisation", "most": 9}


def rules(**stated: object) -> dict[str, object]:
    settings = RestraintSettings.model_validate(stated)
    return {rule.name: rule for rule in settings.rule_set}


def test_where_nothing_is_said_only_who_guesses_is_held_back():
    held = [rule for rule in rules().values() if rule.holds_back]
    assert {rule.counts for rule in held} == GUESSES
    assert all(rule.sides == {Side.A} for rule in held)
    assert all(rule.action is Action.THROTTLE for rule in held)


def test_every_standard_rule_can_happen():
    for rule in STANDARD:
        assert rule.transactions & rule.counts.transactions
        assert rule.sides <= rule.counts.sides


def test_a_rule_of_ones_own_is_beside_the_standard_ones():
    own = rules(rules=[OWN | {"action": "block", "lasts_s": 60}])
    assert own.keys() - {"own"} == {rule.name for rule in STANDARD}
    assert own["own"].lasts == timedelta(minutes=1)
    assert own["own"].sides == {Side.A}


def test_a_block_without_an_end_waits_for_an_operator():
    assert rules(rules=[OWN | {"action": "block"}])["own"].lasts is None


def test_a_rule_of_the_same_name_takes_the_place_of_a_standard_one():
    changed = rules(rules=[OWN | {"name": "cp-059-all", "most": 7}])
    assert len(changed) == len(list(STANDARD))
    assert changed["cp-059-all"].most == 7


def test_a_standard_rule_can_be_left_out():
    assert "emergencies" not in rules(without=["emergencies"])


@pytest.mark.parametrize(
    "stated",
    [
        {"without": ["no-such-rule"]},
        {"rules": [OWN, OWN]},
        {"rules": [OWN | {"most": 0}]},
        {"rules": [OWN | {"lasts_s": 5}]},
        {"rules": [OWN | {"sides": []}]},
        {"rules": [OWN | {"name": "Not a name"}]},
        {"rules": [OWN | {"counts": "wrong-keys", "transactions": ["ITI-55"]}]},
        {"rules": [OWN | {"counts": "refused-consents", "sides": ["B"]}]},
    ],
    ids=str,
)
def test_what_could_never_hold_is_refused(stated):
    with pytest.raises(ValidationError):
        rules(**stated)
