"""Each worker gets a core that the process may use, and all its threads stay there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ncp.errors import ConfigurationError
from ncp.workers.cores import own_cores, stay_on

THREADS = """
import os, threading
from pathlib import Path
from ncp.workers.cores import stay_on
stay_on(min(os.sched_getaffinity(0)))
over = threading.Event()
threads = [threading.Thread(target=over.wait) for _ in range(3)]
for each in threads:
    each.start()
tasks = [int(task.name) for task in Path("/proc/self/task").iterdir()]
print(len(tasks), {frozenset(os.sched_getaffinity(task)) for task in tasks})
over.set()
"""


@pytest.fixture
def usable(monkeypatch) -> set[int]:
    cores = {7, 3, 5}
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: cores)
    return cores


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_worker_gets_another_core_among_those_that_may_be_used(usable, workers):
    assert own_cores(workers) == (3, 5, 7)[:workers]


@pytest.mark.usefixtures("usable")
def test_more_workers_than_cores_are_refused():
    with pytest.raises(ConfigurationError, match=r"4 workers .* may use 3") as caught:
        own_cores(4)
    assert "Set doors.workers to 3 at most" in caught.value.remedy


def test_a_system_that_binds_nothing_is_refused_aloud(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    with pytest.raises(ConfigurationError, match="binds no process to a core"):
        own_cores(1)


def test_threads_that_are_started_later_stay_on_the_core_too():
    told = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, check=True, text=True
    )
    core = min(os.sched_getaffinity(0))
    assert told.stdout == f"4 {{frozenset({{{core}}})}}\n"


def test_a_core_that_may_not_be_used_any_more_is_an_error():
    with pytest.raises(ConfigurationError, match="may not use core 1023 any more"):
        stay_on(1023)
