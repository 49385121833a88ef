"""A pharmacy abroad and the desk it sends to: orders, processes that die, a clock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Self

from ncp.country_a.dispensing import (
    Bench,
    DispensingDesk,
    DispensingTerms,
    Point,
    Reconciler,
)
from ncp.country_a.prescriptions import DispensabilityJudge
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationOrder,
    DispensationResult,
    Dispenser,
)
from ncp.store import DataKey, Store
from tests.clocks import SetClock
from tests.ncp.country_a.dispensing.nation import Nation
from tests.ncp.country_a.scene import DENMARK, EVA, NOW, record_of
from tests.transformations.edispensation.received import RECEIVED

DISPENSE, DISCARD = DispensationOperation.DISPENSE, DispensationOperation.DISCARD
RX = "1.3.182.99.5^rx-1"
OTHER_RX = "1.3.182.99.5^rx-2"
PHARMACY = Dispenser("p-7", "Rui Dias", "2262", "Farmacia", "urn:oid:2.999.3", "Lisboa")
TERMS = DispensingTerms(
    wait=timedelta(milliseconds=200), poll=timedelta(milliseconds=2)
)


class Crash(BaseException):
    """The process died here; nothing that is written in Python catches it."""


class Ids:
    def uuid(self) -> uuid.UUID:
        return uuid.uuid4()


@lru_cache
def dispensation(
    number: int, prescription: str = RX, *, packages: str = "1", mark: str = ""
) -> bytes:
    """A whole eDispensation, with an id of its own and the prescription it is for."""
    root, _, extension = prescription.partition("^")
    made = RECEIVED.replace(
        b'<id root="2.999.620.1" extension="d-1"/>',
        f'<id root="2.25.{number}"/>'.encode(),
    )
    made = made.replace(b'extension="rx-1-1"', f'extension="{extension}"'.encode())
    made = made.replace(b'extension="rx-1"', f'extension="{extension}"'.encode())
    made = made.replace(b'root="1.3.182.99.5"', f'root="{root}"'.encode())
    made = made.replace(b'value="2" unit="1"', f'value="{packages}" unit="1"'.encode())
    return made + mark.encode()


def order(
    number: int = 1,
    prescription: str = RX,
    operation: DispensationOperation = DISPENSE,
    **changes: object,
) -> DispensationOrder:
    made = DispensationOrder(
        peer=DENMARK,
        operation=operation,
        document_unique_id=f"2.25.{number}",
        submission_set_id=f"2.25.9{number}",
        content=dispensation(number, prescription),
        patient=replace(record_of(EVA, "Weber"), source="Patient/1"),
        dispenser=PHARMACY,
        moment=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def discard_of(number: int = 1, prescription: str = RX, **changes: object):
    return order(number, prescription, DISCARD, **changes)


def go_on(_point: Point) -> None:
    """Let the process live."""


def dying_at(point: Point, times: int = 1) -> Callable[[Point], None]:
    """Let the process die when it comes to a point for the so-manieth time."""
    left = times

    def reached(here: Point) -> None:
        nonlocal left
        if here is point:
            left -= 1
            if left == 0:
                raise Crash(point)

    return reached


@dataclass
class Counter:
    """The desk of one process; :meth:`restarted` is the next one's."""

    url: str
    nation: Nation = field(default_factory=Nation)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    terms: DispensingTerms = TERMS
    dies: Callable[[Point], None] = go_on
    judge: DispensabilityJudge = field(default_factory=DispensabilityJudge)
    opens: Callable[[str, SetClock], Any] = lambda url, clock: Store.open(
        url, DataKey(b"k" * 32), clock
    )
    pause: Callable[[float], None] = time.sleep
    is_new: bool = True

    def __post_init__(self) -> None:
        self.store = self.opens(self.url, self.clock)
        if self.is_new:
            self.store.migrate()
        self._settle_in()

    def _settle_in(self) -> None:
        self.bench = Bench(
            self.store.deeds,
            self.nation,
            self.nation,
            self.judge,
            self.clock,
            Ids(),
            self.terms,
            self._reach,
        )
        self.desk = DispensingDesk(self.bench, pause=self.pause)
        self.reconciler = Reconciler(self.desk, self.bench)

    def _reach(self, point: Point) -> None:
        self.dies(point)

    def restart(self) -> None:
        """Close what is open, and begin anew on the same database."""
        self.store.close()
        self.dies = go_on
        self.store = self.opens(self.url, self.clock)
        self._settle_in()

    def another_process(self, **changes: Any) -> Counter:
        """A desk of its own on the same database and the same nation."""
        return replace(self, dies=go_on, is_new=False, **changes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.store.close()

    def send(self, sent: DispensationOrder) -> DispensationResult:
        return self.desk.carry_out(sent)

    def recover(self) -> None:
        """Let time pass and everything come to rest."""
        self.restart()
        for _ in range(4):
            self.clock.advance(minutes=10)
            self.nation.deliver()
            self.reconciler.turn()
        self.nation.deliver()
