"""``ncp audit list``: events in a line each, and the decisions behind them if asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ncp.cli.auditing import decision_lines
from ncp.cli.main import app
from tests.clocks import START
from tests.ncp.audit.samples import ALERT, exchange
from tests.ncp.cli.store_place import EXAMPLE
from tests.ncp.store import samples
from trust.decision import Reason, accept, deny

DECISIONS = (
    accept("TLS peer", "pinned for DK", START, ("leaf pinned",)),
    deny(
        "HCP assertion",
        Reason.ASSERTION_EXPIRED,
        "the assertion expired",
        START,
        ("assertion _1",),
        policy=("clocks may differ by 0:01:00",),
    ),
)


def test_a_decision_is_written_with_what_was_found_and_by_which_policy():
    record = samples.message(decisions=DECISIONS, condition="assertion-expired")
    assert [line.strip() for line in decision_lines(record)] == [
        "refused: assertion-expired",
        "yes  TLS peer: pinned for DK",
        "found: leaf pinned",
        "NO   HCP assertion: the assertion expired",
        "found: assertion _1",
        "policy: clocks may differ by 0:01:00",
    ]


@pytest.fixture
def settings(place, clock) -> Path:
    """Settings whose database holds a message with its event, and an alert alone."""
    with place.opened(clock) as store:
        with store.unit_of_work() as work:
            work.message(samples.message(decisions=DECISIONS))
            work.audit(exchange())
            work.commit()
        with store.unit_of_work() as work:
            work.audit(ALERT)
            work.commit()
    return EXAMPLE


def listed(settings: Path, *arguments: str) -> list[str]:
    told = CliRunner().invoke(
        app, ["audit", "list", "--settings", str(settings), *arguments]
    )
    assert told.exit_code == 0, told.output
    return told.output.splitlines()


def test_events_are_listed_in_a_line_each(settings):
    lines = listed(settings)
    assert len(lines) == 2
    assert "ITI-39" in lines[0]


def test_the_decisions_of_a_message_stand_below_its_event(settings):
    lines = listed(settings, "--decisions")
    event, *below, alert = lines
    assert "ITI-39" in event
    assert "node-authentication" in alert
    assert [each.split()[0] for each in below] == [
        "refused:",
        "yes",
        "found:",
        "NO",
        "found:",
        "policy:",
    ]
    assert all(each.startswith(" " * 8) for each in below)
