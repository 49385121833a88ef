"""Pytest plugin: with several workers, what shares something costly stays together.

The tests of one file go to one worker, so that its fixtures are made once; the files
that use the same two running countries count as one.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TWO_COUNTRIES = "the two countries"
_SHARING = ("corpus", "handshake", "refusals", "way")
_OF_THE_TWO_COUNTRIES = frozenset(
    f"tests/integration/test_{name}.py" for name in _SHARING
)


def scope_of(nodeid: str) -> str:
    """Return the name of the group a test belongs to."""
    file = nodeid.split("::", 1)[0]
    return TWO_COUNTRIES if file in _OF_THE_TWO_COUNTRIES else file


class Scheduling(LoadScopeScheduling):
    """Gives whole groups to workers, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


# Unknown, and not needed, where the tests run in one process without pytest-xdist.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)
