"""The gateways of the benchmark stay on cores of their own, and answer."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import bench_scaling
from benchmarks.bench_scaling import asked
from tests.capabilities import missing


@pytest.mark.parametrize("workers", [1, 2])
def test_so_many_workers_answer_each_on_a_core_of_its_own(
    tmp_path, monkeypatch, workers
):
    if len(usable := sorted(os.sched_getaffinity(0))) < workers:
        missing("a core for each worker", "give the tests two cores")
    monkeypatch.setattr(bench_scaling, "SESSIONS", 1)
    with asked(tmp_path / "scene", workers) as one, ThreadPoolExecutor(2) as pool:
        assert one.cores() == [{core} for core in usable[:workers]]
        share = one.round(pool)
    assert share.messages == 2 * 3
    assert len(share.cpu_ns) == workers
