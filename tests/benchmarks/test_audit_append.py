"""The benchmark of durable audit knows its candidates, and keeps them on one core."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from functools import partial

from benchmarks import bench_audit_append
from benchmarks.bench_audit_append import (
    at_once,
    measured,
    on_one_core,
    to_file,
    to_sqlite,
    to_store,
)
from benchmarks.harness import compare


def cores_of_a_thread() -> set[int]:
    found: list[set[int]] = []
    thread = threading.Thread(target=lambda: found.append(os.sched_getaffinity(0)))
    thread.start()
    thread.join()
    return found[0]


def test_on_one_core_are_threads_of_before_and_of_then_and_of_afterwards_none():
    usable, over = os.sched_getaffinity(0), threading.Event()
    with ExitStack() as stack:
        stack.callback(over.set)
        before = threading.Thread(target=over.wait)
        before.start()
        assert before.native_id is not None
        with on_one_core():
            assert os.sched_getaffinity(before.native_id) == {min(usable)}
            assert cores_of_a_thread() == {min(usable)}
        assert os.sched_getaffinity(before.native_id) == usable
        assert cores_of_a_thread() == usable


def test_each_way_appends_what_it_is_handed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench_audit_append, "AT_ONCE", (2,))
    monkeypatch.setattr(bench_audit_append, "JUDGED", (2,))
    monkeypatch.setattr(bench_audit_append, "RECORDS", 4)
    monkeypatch.setattr(bench_audit_append, "ROUNDS", 2)
    monkeypatch.setattr(bench_audit_append, "compare", partial(compare, sample_ns=1))
    monkeypatch.chdir(tmp_path)  # its tables are kept there
    with ExitStack() as stack:
        ours = stack.enter_context(to_store(f"sqlite:///{tmp_path}/store.db"))
        bare = stack.enter_context(to_sqlite(tmp_path))
        file = stack.enter_context(to_file(tmp_path))
        (goal,) = measured("SQLite", bare, ours, file)
        with at_once(2, ours[0]) as run:
            run()
    assert goal.sentence == "SQLite, 2 at once: rate of audit to a bare append"
    told = capsys.readouterr().out
    for clock in ("wall", "CPU"):
        assert f"in SQLite, 2 at once, {clock} clock" in told
        assert f"in SQLite, 2 at once on one core, {clock} clock" in told
