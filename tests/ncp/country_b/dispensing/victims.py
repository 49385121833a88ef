"""Pharmacies that dispense until they are killed: ``python -m ... FOLDER COUNT``.

The one that is started lets country A begin and then forks on demand. A line
``<turn> <fate>`` on its input makes a pharmacy that first finds out what became of all
that the dead have left, and then does something new, of which it dies: at a point that
the fate names (``submit after commit 1``), or when it is killed (``work``). With the
fate ``rest`` there is nothing new. It says its pid, what it did, and what it found out.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from ncp.country_b.dispensing import DiscardReason, DispensationView, DispenseWish
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.jobs.courier import Courier
from ncp.national.foreign_dispensations import RegisterCarrier, RegisterEntry
from ncp.national.sample_foreign_register import SampleForeignRegister
from ncp.store import DispensationState
from ncp.telemetry import Metrics
from tests.ncp.country_a.scene import NOW
from tests.ncp.country_b.dispensing.abroad import CountryAbroad, begin_abroad
from tests.ncp.country_b.dispensing.crashing import Points, points
from tests.ncp.country_b.dispensing.scene import (
    PHARMACIST,
    SMALLER,
    PharmacyScene,
    prescription,
)

APART = 10
_LATER = timedelta(minutes=6)


def prescription_of(number: int) -> str:
    return f"1.3.182.99.5^rx-{number}"


def kill(_point: str) -> None:
    """Die as a process dies that is killed: nothing of ours runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


class WatchedRegister:
    """The national register behind points at which the process may die."""

    def __init__(self, register: SampleForeignRegister, passing: Points) -> None:
        self._register = register
        self._passing = passing

    def record(self, entry: RegisterEntry) -> None:
        self._passing.around("telling", lambda: self._register.record(entry))


class Victim:
    """One pharmacy in one process."""

    def __init__(self, folder: Path, address: str, turn: int) -> None:
        abroad = CountryAbroad.reached(address, NOW + turn * _LATER)
        self.scene = PharmacyScene(folder, abroad)  # type: ignore[arg-type]
        self.pharmacy = self.scene.pharmacy
        self.treatment = self.scene.treating()
        self.first = turn * APART
        self.register = SampleForeignRegister(folder / "foreign.sqlite")

    def recover(self) -> None:
        """Find out about all that others have left; tell the register."""
        for found in self.pharmacy.recent(PHARMACIST, timedelta(days=30)):
            if found.state is DispensationState.PREPARED:
                self.scene.submit(found, handle=self.treatment)
            elif found.state.is_open:
                self.pharmacy.resume(PHARMACIST, found.dispensation, self.treatment)
        self.tell()

    def suffer(self, deed: str, point: str) -> None:
        """Do what is to be done for the last time, and die at a point of it."""
        if deed == "submit":
            ready = self.prepare(self.first)
            self._until(point, lambda: self.scene.submit(ready))
        elif deed == "discard":
            done = self.submit(self.first)
            self._until(point, lambda: self.discard(done))
        else:
            self.discard(self.submit(self.first))
            self.tell(Points(point, kill))

    def work(self) -> None:
        """Dispense and take back, with the courier beside, until somebody kills it."""
        threading.Thread(target=self._tell_on, daemon=True).start()
        for number in range(self.first, self.first + APART):
            done = self.submit(number)
            if number % 3 == 0:
                self.discard(done)
        signal.pause()

    # One thing each -----------------------------------------------------------------

    def prepare(self, number: int) -> DispensationView:
        content = prescription(named=prescription_of(number))
        document = self.scene.fetched(self.treatment, content, f"ep-{number}")
        wish = DispenseWish(self.treatment, document, SMALLER, 2)
        prepared = self.pharmacy.prepare(PHARMACIST, wish, f"order-{number}")
        assert prepared.dispensation is not None, prepared.findings
        return prepared.dispensation

    def submit(self, number: int) -> DispensationView:
        done = self.scene.submit(self.prepare(number))
        say(done.state, done.document_id)
        return done

    def discard(self, done: DispensationView) -> None:
        gone = self.pharmacy.discard(
            PHARMACIST, done.dispensation, DiscardReason.ENTRY_ERROR
        )
        say(gone.state, gone.document_id)

    def tell(self, passing: Points | None = None) -> None:
        """Let the courier carry to the register what is due."""
        watched = WatchedRegister(self.register, passing or Points())
        carrier = RegisterCarrier(watched)
        outbox, clock = self.scene.store.outbox, self.scene.clock
        Courier(outbox, REGISTER, carrier, clock, Metrics()).turn()

    def _until(self, point: str, act: Callable[[], object]) -> None:
        with points(self.scene, point, kill):
            act()

    def _tell_on(self) -> None:
        while True:
            self.tell()
            time.sleep(0.01)


def say(*words: object) -> None:
    """Tell whoever watches, in one piece."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def live(folder: Path, address: str, turn: int, fate: str) -> None:
    """Be one pharmacy."""
    say("pid", os.getpid())
    victim = Victim(folder, address, turn)
    victim.recover()
    say("recovered")
    deed, _, point = fate.partition(" ")
    if deed == "work":
        victim.work()
    elif deed != "rest":
        victim.suffer(deed, point)
        say("survived", fate)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    abroad = begin_abroad(folder, [prescription_of(each) for each in range(count)])
    for line in sys.stdin:
        turn, _, fate = line.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            try:
                live(folder, str(abroad.address), int(turn), fate)
            except BaseException:  # noqa: BLE001 - it is told, and the fork must end
                traceback.print_exc()
                say("failed")
            os._exit(0)
        os.waitpid(pid, 0)
        say("dead")


if __name__ == "__main__":
    main()
