"""The one value of belief, and that every reason is given by somebody."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import trust
from trust.decision import Reason, TrustDecision, Verdict, accept, deny

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def reasons_named_in(folder: Path, *, leaving_out: str) -> set[str]:
    """The ``Reason.X`` of all modules below a folder."""
    return {
        node.attr
        for path in folder.rglob("*.py")
        if path.name != leaving_out
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Reason"
    }


def test_every_reason_is_given_by_the_code_and_proven_by_a_test():
    every = {reason.name for reason in Reason}
    own_folder = Path(__file__).parent
    given = reasons_named_in(Path(trust.__file__).parent, leaving_out="decision.py")
    proven = reasons_named_in(own_folder, leaving_out=Path(__file__).name)
    assert given | {"ACCEPTED"} == every
    assert proven == every


def test_a_verdict_and_its_reason_agree():
    with pytest.raises(ValueError, match="agree"):
        TrustDecision(Verdict.ACCEPT, Reason.HCP_ABSENT, "x", "y", NOW)
    with pytest.raises(ValueError, match="agree"):
        TrustDecision(Verdict.DENY, Reason.ACCEPTED, "x", "y", NOW)


def test_the_moment_of_a_decision_has_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        accept("x", "y", NOW.replace(tzinfo=None))


def test_accepting_and_denying_say_why():
    believed = accept("x", "because", NOW, ("step",))
    assert believed.is_accepted
    assert believed.evidence == ("step",)
    refused = deny("x", Reason.HCP_ABSENT, "none there", NOW)
    assert not refused.is_accepted
    assert refused.sentence == "none there"
