"""What all tests share: the two reports of a run, and the folders of sample data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.capabilities import require_data

pytest_plugins = [
    "tests.plugins.capability_report",
    "tests.plugins.scheduling",
    "tests.plugins.spec_report",
]


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the folder of one kind of sample data, or skip the test."""
    return require_data
