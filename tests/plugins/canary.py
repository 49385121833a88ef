"""Pytest plugin: no patient's data where it does not belong, in the whole run.

While tests run, every line of the log, label of a metric, address, trace id and error
text is looked through for the canaries of ``tests.canaries``. A test in which one got
out fails at its end, with the channel and the place in the gateway that let it out.

Only what the gateway does counts: where the nearest code on the stack is a test's,
the test did it. ``tests.plugins.canary_channels`` says where the watch stands.

Spec: fact sheet 06 (no patient data in logs, metrics, addresses and errors).
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from tests.canaries import canary_in

# Their frames say nothing of who spoke: everybody speaks through them.
_CARRIERS: Final = frozenset({"ncp.telemetry", "ncp.errors"})
_OURS: Final = frozenset({"ncp", "trust", "transformations"})
_TESTS: Final = str(Path(__file__).parents[1])
_PLUGINS: Final = str(Path(__file__).parent)
_OUTPUT: Final = "canaries"


class Channel(StrEnum):
    """Where a patient's data does not belong."""

    LOG = "log"
    METRIC = "metric"
    ADDRESS = "address"
    TRACE = "trace"
    ERROR = "error text"


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary that got out."""

    channel: Channel
    canary: str
    place: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.canary!r} at {self.place}"


KNOWN: Final[Mapping[tuple[Channel, str], str]] = {}
"""Channel and module that may let a canary out, and why."""


class Watch:
    """Keeps what got out, until the test is asked for it."""

    def __init__(self) -> None:
        self._leaks: dict[Leak, None] = {}
        self._files: dict[Path, int] = {}
        self._told_of_files: set[tuple[str, Path]] = set()

    def look(self, channel: Channel, *texts: object) -> None:
        """Look through texts that the gateway lets out here and now."""
        for text in texts:
            canary = canary_in(_as_text(text))
            if canary is not None:
                place = speaker(sys._getframe(1))
                if place is not None:
                    self.note(channel, canary, place)

    def look_outside(self, channel: Channel, text: str, place: str) -> None:
        """Look through what a process or a door let out, whoever made it do so."""
        canary = canary_in(text)
        if canary is not None:
            self.note(channel, canary, place)

    def note(self, channel: Channel, canary: str, place: str) -> None:
        """Keep a leak, unless there is a reason for it."""
        if (channel, place.partition(":")[0]) not in KNOWN:
            self._leaks[Leak(channel, canary, place)] = None

    def follow(self, log: Path) -> None:
        """Read the log of a process from its beginning, whenever leaks are taken."""
        self._files.setdefault(log, 0)

    def take(self) -> list[Leak]:
        """Return what got out since it was last asked for."""
        for log in self._files:
            self._read_on(log)
        taken = list(self._leaks)
        for leak in taken:
            self._leaks.pop(leak, None)
        return taken

    def _read_on(self, log: Path) -> None:
        try:
            with log.open("rb") as file:
                # A process that was started again began it anew.
                if log.stat().st_size < self._files[log]:
                    self._files[log] = 0
                file.seek(self._files[log])
                content = file.read()
        except FileNotFoundError:
            return
        # The last line may not be whole yet: then it is read again.
        self._files[log] += content.rfind(b"\n") + 1
        for line in content.decode(errors="replace").splitlines():
            canary = canary_in(line)
            if canary is not None and (canary, log) not in self._told_of_files:
                self._told_of_files.add((canary, log))
                self.note(Channel.LOG, canary, str(log))


WATCH: Final = Watch()


def _as_text(text: object) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def speaker(frame: FrameType | None) -> str | None:
    """Return the place of ours that speaks; None where it is a test that does."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        file = frame.f_code.co_filename
        if name.partition(".")[0] in _OURS and name not in _CARRIERS:
            return f"{name}:{frame.f_lineno}"
        if file.startswith(_TESTS) and not file.startswith(_PLUGINS):
            return None
        frame = frame.f_back
    return "a thread of a library"


def told(leaks: list[Leak]) -> str:
    """Write what got out, for whoever has to mend it."""
    lines = [f"  {leak}" for leak in leaks]
    return "\n".join(["a patient's data got where it does not belong:", *lines])


# Outermost, so that the fixtures that stop processes have ended.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    yield
    leaks = WATCH.take()
    if leaks:
        pytest.fail(told(leaks), pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Let what got out after the last test fail the run."""
    yield
    late = [str(leak) for leak in WATCH.take()]
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = late
        return
    late += session.config.stash.get(_LATE, [])
    if late:
        sys.stderr.write("\n".join(["canaries after the last test:", *late, ""]))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_LATE: Final = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what got out late in a worker."""
    late = getattr(node, "workeroutput", {}).get(_OUTPUT, [])
    node.config.stash.setdefault(_LATE, []).extend(late)


def pytest_configure() -> None:
    from tests.plugins.canary_channels import stand_watch

    stand_watch(WATCH)
