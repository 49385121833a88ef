from __future__ import annotations

import threading
from datetime import timedelta

from ncp.jobs import PeriodicJob


def test_a_job_runs_at_once_and_again_though_a_run_fails() -> None:
    runs: list[int] = []
    thrice = threading.Event()

    def work() -> None:
        runs.append(len(runs))
        if len(runs) == 3:
            thrice.set()
        raise OSError("the disk is away")

    job = PeriodicJob("test", timedelta(milliseconds=1), work)
    job.start()
    assert thrice.wait(10)
    job.stop()


def test_a_stopped_job_does_not_run_again() -> None:
    ran = threading.Event()
    job = PeriodicJob("test", timedelta(hours=1), ran.set)
    job.start()
    assert ran.wait(10)
    job.stop()
    assert not job._thread.is_alive()


def test_a_job_that_never_began_can_be_stopped() -> None:
    PeriodicJob("test", timedelta(hours=1), lambda: None).stop()
