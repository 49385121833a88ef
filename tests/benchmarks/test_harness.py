"""The harness measures fairly and its arithmetic is right."""

from __future__ import annotations

import json

import pytest

from benchmarks.harness import Candidate, compare


class FakeClock:
    """A clock that only work moves on."""

    def __init__(self):
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def work(self, name: str, cost: int, calls: list[str]):
        def run() -> None:
            calls.append(name)
            self.now += cost

        return Candidate(name, run)


@pytest.fixture
def clock():
    return FakeClock()


def test_the_ratio_is_that_of_one_call_each(clock, capsys):
    calls: list[str] = []
    lines = compare(
        "sample",
        clock.work("floor", 1000, calls),
        [clock.work("ours", 3000, calls)],
        rounds=4,
        sample_ns=6000,
        clock_ns=clock,
        reports=None,
    )
    assert [(line.name, line.median_us, line.ratio) for line in lines] == [
        ("floor", 1.0, 1.0),
        ("ours", 3.0, 3.0),
    ]
    assert "ours" in capsys.readouterr().out


def test_candidates_take_turns_and_the_order_turns(clock):
    calls: list[str] = []
    compare(
        "sample",
        clock.work("a", 1000, calls),
        [clock.work("b", 1000, calls)],
        rounds=2,
        sample_ns=1000,
        clock_ns=clock,
        reports=None,
    )
    assert calls == ["a", "b", *"ab", *"ba"]


def test_the_best_of_a_few_tries_counts(clock):
    costs = [1000, 1000, 1000, 1000, 9000, 5000, 2000, 7000]

    def run() -> None:
        clock.now += costs.pop(0) if costs else 2000

    lines = compare(
        "sample",
        Candidate("disturbed", run),
        [],
        rounds=2,
        sample_ns=2000,
        clock_ns=clock,
        reports=None,
    )
    assert lines[0].median_us == pytest.approx(1.5)


def test_a_report_is_kept(clock, tmp_path):
    calls: list[str] = []
    compare(
        "one thing",
        clock.work("a", 1000, calls),
        [],
        rounds=2,
        sample_ns=1000,
        clock_ns=clock,
        reports=tmp_path,
    )
    kept = json.loads((tmp_path / "one-thing.json").read_text())
    assert kept["lines"][0]["name"] == "a"
