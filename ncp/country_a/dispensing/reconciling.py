"""Finds out what became of deeds whose call was not answered, or not noted.

It runs at the start and again and again, in one process at a time. Two that ran at once
would do no harm: each deed is claimed, and the register writes the same only once.

Spec: ARCHITECTURE "Dispensation" (unknown reconciled).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ncp.country_a.dispensing.bench import Bench
from ncp.country_a.dispensing.desk import DispensingDesk
from ncp.errors import NcpError
from ncp.store import Deed
from ncp.telemetry import get_logger

_TURN: Final = timedelta(seconds=30)
# Beyond every time at which something is asked about again.
_FAR: Final = timedelta(days=366)


def _tell_nobody(_number: int) -> None:
    """Tell nobody how many are open."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one turn came to: how many were settled, and how many are still open."""

    settled: int
    open: int


class Reconciler:
    """Asks the register about unsettled deeds.

    Parameters
    ----------
    tell_open
        Is told after each turn how many are still open.
    """

    def __init__(
        self,
        desk: DispensingDesk,
        bench: Bench,
        tell_open: Callable[[int], object] = _tell_nobody,
    ) -> None:
        self._desk = desk
        self._bench = bench
        self._tell_open = tell_open
        self._holder = bench.ids.uuid().hex

    def turn(self) -> Reconciled | None:
        """Settle what can be settled now; None where another process does it."""
        if not self._bench.deeds.take_turn(self._holder, _TURN):
            return None
        done = self._settled(self._bench.clock.now())
        self._tell_open(
            len(self._bench.deeds.unsettled(self._bench.clock.now() + _FAR))
        )
        if done.settled or done.open:
            get_logger().info(
                "dispensing.reconciled", count=done.settled, pending=done.open
            )
        return done

    def all_now(self) -> Reconciled:
        """Settle what can be settled, also what was to be asked about later."""
        return self._settled(self._bench.clock.now() + _FAR)

    def _settled(self, until: datetime) -> Reconciled:
        settled = still_open = 0
        for deed in self._bench.deeds.unsettled(until):
            if self._is_settled(deed):
                settled += 1
            else:
                still_open += 1
        return Reconciled(settled, still_open)

    def _is_settled(self, deed: Deed) -> bool:
        try:
            return not self._desk.settle(deed).is_unsettled
        except NcpError as error:
            get_logger().warning("dispensing.open", condition=error.refusal)
            return False
