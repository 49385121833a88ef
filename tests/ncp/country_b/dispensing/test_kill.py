"""Pharmacies are killed while they submit, discard and tell the register.

Every point at which something touches the disk or the line is died at once, by the
signal that nobody can catch; then pharmacies are killed in the middle of their work.
``make chaos`` kills more of them: NCP_CHAOS_KILLS says how many.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ncp.country_b.dispensing.details import read_details
from ncp.country_b.dispensing.drafting import pharmacy_of
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.national.sample_foreign_register import SampleForeignRegister
from ncp.store import DataKey, ForeignDispensation, Store
from ncp.store import DispensationState as State
from tests.ncp.country_a.scene import NOW, StoppedClock
from tests.ncp.country_b.dispensing.crashing import booked
from tests.ncp.country_b.dispensing.scene import PHARMACIST
from tests.ncp.country_b.dispensing.test_crashes import POINTS
from tests.ncp.country_b.dispensing.victims import APART

KILLS = int(os.environ.get("NCP_CHAOS_KILLS", "24"))
REPOSITORY = Path(__file__).resolve().parents[4]
FATES = [
    *(f"{deed} {point}" for deed in ("submit", "discard") for point in POINTS),
    *(
        f"tell {when} telling {which}"
        for which in (1, 2)
        for when in ("before", "after")
    ),
]


@dataclass
class Watch:
    """Whoever starts pharmacies and kills them, and hears what they say."""

    parent: subprocess.Popen[str]
    acknowledged: dict[str, str] = field(default_factory=dict)
    killed: int = 0

    def let_live(self, turn: int, fate: str) -> None:
        """Let one pharmacy live until it dies as its fate says."""
        assert self.parent.stdin is not None
        self.parent.stdin.write(f"{turn} {fate}\n")
        chance = random.Random(turn)
        left, pid = chance.randint(1, 6), 0
        for word, told in self._lines():
            if word == "dead":
                break
            assert word not in {"failed", "survived"}, fate
            if word == "pid":
                pid = int(told)
            elif word != "recovered":
                self.acknowledged[told] = word
            left -= fate == "work"
            if left == 0:
                time.sleep(chance.uniform(0, 0.05))  # wherever it is by then
                os.kill(pid, signal.SIGKILL)
        self.killed += fate != "rest"

    def _lines(self) -> Iterator[tuple[str, str]]:
        assert self.parent.stdout is not None
        for line in self.parent.stdout:
            word, _, told = line.strip().partition(" ")
            yield word, told
        raise AssertionError("the one that forks is gone")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    command = [sys.executable, "-m", "tests.ncp.country_b.dispensing.victims"]
    with subprocess.Popen(
        [*command, str(tmp_path), str((KILLS + 2) * APART)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    ) as parent:
        yield Watch(parent)
        assert parent.stdin is not None
        parent.stdin.close()


@pytest.mark.spec("sheet 06 7.6 F1")
def test_after_kill_9_both_countries_and_the_register_agree(
    watch: Watch, tmp_path: Path
) -> None:
    for turn in range(KILLS):
        watch.let_live(turn, FATES[turn] if turn < len(FATES) else "work")
    watch.let_live(KILLS, "rest")
    assert watch.killed == KILLS
    clock = StoppedClock(NOW + timedelta(minutes=6) * (KILLS + 1))
    with Store.open(f"sqlite:///{tmp_path}/b.db", DataKey(bytes(32)), clock) as store:
        kept = store.foreign_dispensations.of_pharmacy(pharmacy_of(PHARMACIST), NOW)
        assert not [*store.outbox.due(REGISTER.name, 1)]
    check(kept, watch.acknowledged, tmp_path)


def check(
    kept: list[ForeignDispensation], acknowledged: dict[str, str], folder: Path
) -> None:
    """What is known here is what the other country holds and the register was told."""
    assert len({each.prescription for each in kept}) == len(kept) >= KILLS
    by_document = {read_details(each).document_id: each for each in kept}
    held, accepted = booked(folder), accepted_by(folder)
    told = Counter(
        map(told_of, SampleForeignRegister(folder / "foreign.sqlite").entries())
    )
    assert accepted.keys() == by_document.keys()
    for document, each in by_document.items():
        assert each.state in {State.DISPENSED, State.DISCARDED}
        is_gone = each.state is State.DISCARDED
        assert held[document] == (not is_gone)
        assert accepted[document] == (
            {"dispense", "discard"} if is_gone else {"dispense"}
        )
        assert told[each.handle, "dispensed"] == 1
        assert told[each.handle, "discarded"] == is_gone
    for document, state in acknowledged.items():
        later = {state, State.DISCARDED}
        assert by_document[document].state in later
    assert sum(held.values()) + sum(told.values()) == 2 * len(kept)


def told_of(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["dispensation"], entry["act"]


def accepted_by(folder: Path) -> dict[str, set[str]]:
    """Return what the other country was asked to do and did, by document."""
    with closing(sqlite3.connect(folder / "register.sqlite")) as connection:
        rows = connection.execute(
            "SELECT document_id, operation FROM deeds WHERE refusal IS NULL"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for document, operation in rows:
        found.setdefault(document, set()).add(operation)
    return found
