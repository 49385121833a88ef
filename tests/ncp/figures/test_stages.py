from __future__ import annotations

import pytest

from ncp.figures import Stages


def test_stages_keep_their_order_and_add_up() -> None:
    stages = Stages()
    for stage in ("read", "believe", "read"):
        with stages.measure(stage):
            pass
    assert list(stages.milliseconds()) == ["read", "believe"]
    assert all(value >= 0 for value in stages.milliseconds().values())


def test_a_stage_that_fails_is_timed_too() -> None:
    stages = Stages()
    with pytest.raises(ZeroDivisionError), stages.measure("divide"):
        _ = 1 / 0
    assert "divide" in stages.milliseconds()
