"""Keeps the log of the records going: places for new ones, a signed head now and then.

Spec: ARCHITECTURE "The log" (heads at intervals and at shutdown).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from ncp.evidence.tree_head import SignedTreeHead
from ncp.ports import Clock
from ncp.private_file import write_private
from ncp.store import RecordLog
from ncp.telemetry import Metrics, get_logger
from trust.certificates import SigningKey

STAMP_SUFFIX: Final = "tst"
"""What the file of a time stamp ends with; the head beside it ends with ``json``."""


class HeadFolder:
    """A folder for signed heads, to be carried to where the database's owner is not."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def publish(self, signed: SignedTreeHead) -> Path:
        """Write a head; one that was written already stays as it is."""
        return self._write(signed, "json", signed.published_bytes())

    def publish_stamp(self, signed: SignedTreeHead, token: bytes) -> Path:
        """Write the time stamp on a head beside it."""
        return self._write(signed, STAMP_SUFFIX, token)

    def _write(self, signed: SignedTreeHead, suffix: str, data: bytes) -> Path:
        head = signed.head
        path = self._root / f"{head.log_id}-{head.size:012}.{suffix}"
        with contextlib.suppress(FileExistsError):
            write_private(path, data)
        return path


class LogKeeper:
    """What one process does for the log; several may, one at a time is let.

    Parameters
    ----------
    seal
        Gives the seal of now: keys change while a gateway runs.
    head_period
        How far apart heads are, while records come.
    heads
        Where heads are published, or None.
    """

    def __init__(
        self,
        log: RecordLog,
        seal: Callable[[], SigningKey],
        clock: Clock,
        metrics: Metrics,
        head_period: timedelta,
        heads: HeadFolder | None = None,
    ) -> None:
        self._log = log
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._head_period = head_period
        self._heads = heads
        self._next_head = clock.now() + head_period

    def turn(self) -> None:
        """Give new records their places; sign when it is time.

        A gateway at rest only looks: nothing is written for nothing.
        """
        waiting = self._log.waiting()
        is_time = self._clock.now() >= self._next_head
        if waiting or is_time:
            is_ours = self._log.sequence() is not None
            waiting = self._log.waiting()
            if is_ours and is_time:
                self._sign()
        self._metrics.records_unlogged.set(waiting)

    def finish(self) -> None:
        """Take up all that is left, sign, and let another process carry on."""
        if self._log.sequence() is not None:
            self._sign()
            self._log.release()

    def _sign(self) -> None:
        signed = self._log.sign(self._seal())
        self._next_head = self._clock.now() + self._head_period
        if signed is None:
            return
        get_logger().info("log.signed", count=signed.head.size)
        if self._heads is not None:
            self._heads.publish(signed)
