"""What every target shares."""

from __future__ import annotations

import pytest

from trust.assertions import layout


@pytest.fixture(autouse=True)
def few_layouts_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the layouts of assertions be full, and forgotten, many times in a run.

    Two hundred and fifty-six of them take an hour of bent assertions: what is filled so
    slowly cannot be told from what is never let go.
    """
    monkeypatch.setattr(layout, "_MOST_LAYOUTS", 8)
