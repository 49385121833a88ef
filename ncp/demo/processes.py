"""Start neighbours as processes of their own, wait until they answer, stop them all.

Whoever started here is stopped on every way out: the end of the block, an error,
Ctrl-C, a polite signal. Each process gets its own session, so that a Ctrl-C in the
terminal reaches the demo alone and the demo decides the order of the stops.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from ncp.errors import InternalError, Refusal

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 8.0
_POLL_S = 0.02
_LOG_LINES = 12
# Settings of the caller's own gateway must not leak into the demo's.
_SETTINGS_PREFIX = "NCP_"
_POLITE_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class DemoError(InternalError):
    """The demo cannot go on; the text says what happened and where to look."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(Refusal.INTERNAL, sentence, remedy)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A running process and what it said when it was ready."""

    name: str
    process: subprocess.Popen[bytes]
    ready: Mapping[str, Any]
    log: Path


@dataclass(frozen=True, slots=True)
class Launched:
    """A process that was started and may not be ready yet."""

    name: str
    process: subprocess.Popen[bytes]
    ready_file: Path
    log: Path

    def wait(self) -> Neighbour:
        """Wait until it is ready; raises DemoError where it ends instead."""
        ready = _wait_until_ready(self)
        return Neighbour(self.name, self.process, ready, self.log)


class Neighbours(AbstractContextManager["Neighbours"]):
    """The processes of one demo; leaving the block stops them, last started first."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for each in _POLITE_SIGNALS:
            self._previous[each] = signal.signal(each, _leave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._previous.items():
                signal.signal(number, handler)

    def launch(
        self,
        name: str,
        arguments: Sequence[str],
        folder: Path,
        ready_file: Path,
        log: Path | None = None,
    ) -> Launched:
        """Start ``python -m <arguments>``; its output goes to ``folder/log.txt``."""
        log = log or folder / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,
            )
        self._running.append(process)
        return Launched(name, process, ready_file, log)

    def run(self, name: str, arguments: Sequence[str], folder: Path) -> list[str]:
        """Run ``python -m <arguments>`` to its end; return the lines of its output.

        Raises
        ------
        DemoError
            It says that it failed.
        """
        log = folder / f"{name}.txt"
        launched = self.launch(name, arguments, folder, log, log)
        status = launched.process.wait(READY_TIMEOUT_S)
        if status:
            raise DemoError(
                f"{name} ended with exit {status}:\n{_tail(log)}",
                f"its whole output is in {log}",
            )
        return log.read_text(encoding="utf-8").splitlines()

    def stop(self) -> None:
        """Ask every process to end, last started first; kill what does not."""
        for process in reversed(self._running):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for process in reversed(self._running):
            _end(process, deadline)
        self._running.clear()


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_SETTINGS_PREFIX)
    }
    return {**inherited, "PYTHONUNBUFFERED": "1"}


def _wait_until_ready(launched: Launched) -> Mapping[str, Any]:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        ready = _read_ready(launched.ready_file)
        if ready is not None:
            return ready
        status = launched.process.poll()
        if status is not None:
            raise DemoError(
                f"{launched.name} ended before it was ready (exit {status}):"
                f"\n{_tail(launched.log)}",
                f"its whole output is in {launched.log}",
            )
        time.sleep(_POLL_S)
    raise DemoError(
        f"{launched.name} was not ready after {READY_TIMEOUT_S:.0f} s",
        f"see {launched.log}",
    )


def _read_ready(path: Path) -> Mapping[str, Any] | None:
    """Read a ready file, or the first line of an output; None until it is whole."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    for candidate in (text, text.split("\n", 1)[0]):
        try:
            content = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(content, dict):
            return content
    return None


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-_LOG_LINES:])


def _end(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(timeout=max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
