"""Has the newest head of the log stamped, now and then.

The log goes on without: an authority that is down leaves heads unstamped, and the next
stamp vouches for all before it.

Spec: RFC 3161 §2.2 (the requester checks what it gets) / sheet 06 §3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ncp.errors import NationalError
from ncp.evidence.head_stamps import TOLERANCE, JudgeStamp, judge_head_stamp
from ncp.evidence.tree_head import SignedTreeHead
from ncp.jobs.log_keeping import HeadFolder
from ncp.ports import Clock, FreshIds
from ncp.store.time_stamps import HeadStamp, TimeStamps
from ncp.telemetry import Metrics, get_logger
from trust.decision import TrustRefused
from trust.identifiers import Oid
from trust.timestamps import TimeStamp, read_response, write_query

_LEASE: Final = "time-stamps"


class TimeStampLine(Protocol):
    """The way to an authority."""

    def ask(self, query: bytes) -> bytes:
        """Return the response to a query; raises NationalError."""
        ...


@dataclass(frozen=True, slots=True)
class StampAuthority:
    """Who stamps, and by what its stamps are judged."""

    line: TimeStampLine
    judge: JudgeStamp
    policy: Oid | None = None

    def stamp(
        self, signed: SignedTreeHead, nonce: int, now: datetime
    ) -> tuple[TimeStamp, bytes]:
        """Return a stamp on a head that is believed, and its token.

        Raises
        ------
        NationalError
            The authority does not answer.
        StampRefused
            What it answered is no stamp that is believed.
        """
        try:
            query = write_query(signed.published_bytes(), nonce, self.policy)
            token = read_response(self.line.ask(query))
            stamp = judge_head_stamp(signed, token, self.judge)
        except TrustRefused as refused:
            raise StampRefused(refused.sentence) from refused
        if stamp.nonce != nonce:
            raise StampRefused("the stamp answers another question")
        if self.policy is not None and stamp.policy != self.policy:
            raise StampRefused("the stamp was made under another policy")
        if abs(stamp.moment - now) > TOLERANCE:
            raise StampRefused("the authority's clock and ours are minutes apart")
        return stamp, token


class StampRefused(Exception):  # noqa: N818 - a verdict on what an authority sent
    """What came is no stamp that is believed; the sentence says why."""


class TimeStamper:
    """What one process does for the stamps; several may, one at a time is let.

    Parameters
    ----------
    period
        How far apart stamps are, while heads come; a failure is made up for at once.
    takes_turn
        Whether this process is the one that asks for so long.
    heads
        Where stamps are published beside their heads, or None.
    """

    def __init__(
        self,
        stamps: TimeStamps,
        authority: StampAuthority,
        period: timedelta,
        takes_turn: Callable[[str, timedelta], bool],
        clock: Clock,
        ids: FreshIds,
        metrics: Metrics,
        heads: HeadFolder | None = None,
    ) -> None:
        self._stamps = stamps
        self._authority = authority
        self._period = period
        self._takes_turn = takes_turn
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._heads = heads

    def turn(self) -> None:
        """Have the newest head stamped when it is time; then tell the figure."""
        if self._is_time():
            self._stamp()
        self._tell()

    def finish(self) -> None:
        """Have the last head stamped; what fails is made up for at the next start."""
        self._stamp()

    def _is_time(self) -> bool:
        newest = self._stamps.newest()
        return newest is None or self._clock.now() - newest.moment >= self._period

    def _stamp(self) -> None:
        signed = self._stamps.unstamped()
        if signed is None or not self._takes_turn(_LEASE, TOLERANCE):
            return
        nonce, now = self._ids.uuid().int, self._clock.now()
        try:
            stamp, token = self._authority.stamp(signed, nonce, now)
        except (NationalError, StampRefused) as error:
            get_logger().warning("log.not_stamped", sentence=str(error))
            return
        self._keep(signed, stamp, token)

    def _keep(self, signed: SignedTreeHead, stamp: TimeStamp, token: bytes) -> None:
        if not self._stamps.keep(HeadStamp(signed.head.size, stamp.moment, token)):
            return  # another process was faster
        get_logger().info("log.stamped", count=signed.head.size)
        if self._heads is not None:
            self._heads.publish_stamp(signed, token)

    def _tell(self) -> None:
        waits = self._stamps.uncovered_for(self._clock.now())
        self._metrics.log_unstamped_seconds.set(waits.total_seconds())
