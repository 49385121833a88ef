"""Notices new keys, pins and anchors, and has them adopted; or says why not.

Changes are noticed by looking at the files now and then, or at once by SIGHUP. A set
that is refused is told in the log and counted; it is tried again when a file changes or
SIGHUP comes, not before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias

from ncp.errors import NcpError
from ncp.telemetry import Metrics, get_logger

_Signature: TypeAlias = tuple[tuple[str, int, int, int], ...]
# Files of one set are written one after the other: wait until they are all there.
SETTLE_S: Final = 0.5


class Rotation:
    """Watches in a thread of its own.

    Parameters
    ----------
    files
        The files to look at, asked anew each time.
    adopt
        Loads and adopts; returns the generation, and raises NcpError where the set is
        refused.
    watch_s
        0 leaves it to :meth:`hang_up`.
    """

    def __init__(
        self,
        files: Callable[[], Iterable[Path]],
        adopt: Callable[[], int],
        metrics: Metrics,
        *,
        watch_s: float,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._files = files
        self._adopt = adopt
        self._metrics = metrics
        self._watch_s = watch_s or None
        self._settle_s = settle_s
        self._seen = signature(files())
        self._wake = threading.Event()
        self._is_asked = False
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="rotation", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Let a set that is being loaded be finished, and end."""
        self._is_stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def hang_up(self) -> None:
        """Load anew at once, changed or not; returns before it is done."""
        self._is_asked = True
        self._wake.set()

    def look(self) -> None:
        """Load anew if a file has changed since the last attempt."""
        found = signature(self._files())
        if found == self._seen:
            return
        while True:
            self._wake.wait(self._settle_s)
            settled = signature(self._files())
            if settled == found or self._is_stopping:
                break
            found = settled
        self.reload()

    def reload(self) -> None:
        """Load anew; the set before serves on where the new one is refused."""
        # Before loading: what changes meanwhile is noticed at the next look.
        self._seen = signature(self._files())
        try:
            generation = self._adopt()
        except NcpError as error:
            self._tell_refused(error.public_message, error.remedy)
        except Exception as error:  # noqa: BLE001 - the set before must serve on
            get_logger().error("rotation.failed", exc_info=error)
            self._metrics.rotations.labels("refused").inc()
        else:
            # The settings may name other files now.
            self._seen = signature(self._files())
            self._metrics.rotations.labels("adopted").inc()
            get_logger().warning("rotation.adopted", count=generation)

    def _tell_refused(self, sentence: str, remedy: str | None) -> None:
        self._metrics.rotations.labels("refused").inc()
        get_logger().error("rotation.refused", sentence=sentence, remedy=remedy)

    def _run(self) -> None:
        while True:
            self._wake.wait(self._watch_s)
            self._wake.clear()
            if self._is_stopping:
                return
            if self._is_asked:
                self._is_asked = False
                self.reload()
            else:
                self.look()


def signature(files: Iterable[Path]) -> _Signature:
    """Return what tells one state of the files from another, without reading them."""
    return tuple(_state(path) for path in sorted(set(files)))


def _state(path: Path) -> tuple[str, int, int, int]:
    try:
        state = path.stat()
    except OSError:
        return str(path), -1, -1, -1
    return str(path), state.st_mtime_ns, state.st_size, state.st_ino
