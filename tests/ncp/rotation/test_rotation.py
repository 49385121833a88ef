"""Watching: what is noticed, when, and what happens to a set that is refused."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError
from ncp.rotation import Rotation
from ncp.rotation.rotation import signature
from ncp.telemetry import Metrics


class Adopter:
    """Adopts whatever it is asked to, or refuses."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None
        self.called = threading.Event()

    def __call__(self) -> int:
        self.calls += 1
        self.called.set()
        if self.error is not None:
            raise self.error
        return self.calls + 1


class Watching:
    def __init__(self, folder: Path, watch_s: float = 0) -> None:
        self.file = folder / "key.pem"
        self.file.write_text("old")
        self.adopter = Adopter()
        self.metrics = Metrics()
        self.files = [self.file]
        self.rotation = Rotation(
            lambda: self.files, self.adopter, self.metrics, watch_s=watch_s,
            settle_s=0.01,
        )  # fmt: skip

    def counted(self, outcome: str) -> float:
        labels = {"outcome": outcome}
        value = self.metrics.registry.get_sample_value("ncp_rotations_total", labels)
        return value or 0


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(tmp_path)


def test_nothing_is_loaded_while_nothing_changes(watching):
    watching.rotation.look()
    assert watching.adopter.calls == 0


def test_a_changed_file_is_noticed_once(watching):
    watching.file.write_text("a new one")
    watching.rotation.look()
    watching.rotation.look()
    assert watching.adopter.calls == 1
    assert watching.counted("adopted") == 1


@pytest.mark.parametrize("change", ["replaced", "gone", "another one named"])
def test_every_way_of_changing_is_noticed(watching, change):
    if change == "replaced":
        fresh = watching.file.with_suffix(".new")
        fresh.write_text("old")
        fresh.replace(watching.file)
    elif change == "gone":
        watching.file.unlink()
    else:
        watching.files = [*watching.files, Path("/nowhere")]
    watching.rotation.look()
    assert watching.adopter.calls == 1


@pytest.mark.parametrize(
    "error",
    [ConfigurationError("the key is broken", "mend it"), OSError("disk"), KeyError()],
)
def test_a_refused_set_is_told_and_not_tried_again_until_something_changes(
    watching, error, capsys
):
    watching.adopter.error = error
    watching.file.write_text("broken")
    watching.rotation.look()
    watching.rotation.look()
    assert watching.adopter.calls == 1
    assert watching.counted("refused") == 1
    told = capsys.readouterr().err
    assert "rotation.refused" in told or "rotation.failed" in told
    watching.adopter.error = None
    watching.file.write_text("mended, at last")
    watching.rotation.look()
    assert watching.counted("adopted") == 1


def test_files_that_are_still_being_written_are_waited_for(watching, monkeypatch):
    states = iter([signature(watching.files), (), (("x", 1, 1, 1),)])
    last = (("x", 2, 2, 2),)
    monkeypatch.setattr(
        "ncp.rotation.rotation.signature", lambda _files: next(states, last)
    )
    watching.rotation.look()  # as it was at the start
    watching.rotation.look()
    assert watching.adopter.calls == 1


def test_hanging_up_loads_anew_at_once_and_stopping_ends_the_thread(watching):
    watching.rotation.start()
    watching.rotation.hang_up()
    assert watching.adopter.called.wait(5)
    watching.rotation.stop()
    assert watching.adopter.calls == 1


def test_files_are_looked_at_now_and_then(tmp_path):
    watching = Watching(tmp_path, watch_s=0.02)
    watching.rotation.start()
    watching.file.write_text("a new one")
    assert watching.adopter.called.wait(5)
    watching.rotation.stop()


def test_stopping_before_starting_is_nothing(watching):
    watching.rotation.stop()
    assert watching.adopter.calls == 0
