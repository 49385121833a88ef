"""What all tests share: reports of a run, its canaries, the folders of sample data."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.capabilities import require_data

pytest_plugins = [
    "tests.plugins.canary",
    "tests.plugins.capability_report",
    "tests.plugins.scheduling",
    "tests.plugins.spec_report",
]

# Whether a property holds does not depend on how busy the machine is.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_configure() -> None:
    """Let what tests start end by Ctrl-C, however the tests were started.

    A shell has whatever it starts in the background ignore it, and so would every
    process that is started from there.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the folder of one kind of sample data, or skip the test."""
    return require_data
