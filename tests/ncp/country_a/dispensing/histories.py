"""Histories of dispensing: what pharmacies, national system and fate may do, at random.

A history is made from its number alone, so that one that fails can be lived again. At
its end everything comes to rest, and the accounts are checked: what was acknowledged
stands in the register exactly once, no prescription is dispensed twice, and who was
told nothing is told the same as what stands there.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ncp.country_a.dispensing import DispensingTerms, Point
from ncp.country_a.dispensing.details import register_key
from ncp.errors import NcpError, Refusal
from ncp.national.dispensations import DispensationOrder, DispensationResult
from ncp.national.prescriptions import PrescriptionStatus
from ncp.store import DeedState
from tests.ncp.country_a.dispensing.counter import (
    DISCARD,
    PHARMACY,
    Counter,
    Crash,
    discard_of,
    dispensation,
    dying_at,
    go_on,
    order,
)
from tests.ncp.country_a.dispensing.nation import Mood, Nation

TERMS = DispensingTerms(wait=timedelta(milliseconds=40), poll=timedelta(milliseconds=4))
OTHER_PHARMACY = replace(PHARMACY, organization_id="urn:oid:2.999.4")
_MOODS = (Mood.WELL,) * 5 + (Mood.DOWN, Mood.SILENT, Mood.LATE)
_STEPS = 10


class Broken(AssertionError):  # noqa: N818 - what is wrong with an account
    """An account does not come out even."""


@dataclass
class Accounts:
    """What was answered to whom, and was definite.

    ``told`` has the first definite answer to each order, by operation and document.
    """

    told: dict[tuple[str, str], Refusal | None] = field(default_factory=dict)

    def note(self, sent: DispensationOrder, result: DispensationResult) -> None:
        if result.refusal is Refusal.SUBMISSION_DEFERRED:
            return
        key = (sent.operation.value, sent.document_unique_id)
        before = self.told.get(key, result.refusal)
        if key in self.told and before is not result.refusal:
            self._allow(key, before, result.refusal)
        self.told[key] = result.refusal

    def _allow(
        self, key: tuple[str, str], before: Refusal | None, now: Refusal | None
    ) -> None:
        """Say in which cases a second answer may differ from the first."""
        operation, document = key
        is_discarded = now is Refusal.DISPENSATION_DISCARDED and before is None
        if operation == "dispense" and is_discarded:
            return
        if operation == DISCARD.value and before is not None:
            return  # a discard that did nothing is decided anew
        raise Broken(f"{operation} of {document}: first {before}, then {now}")

    def is_acknowledged(self, operation: str, document: str) -> bool:
        key = (operation, document)
        return key in self.told and self.told[key] is None


@dataclass
class History:
    """One history: its chance, its counter, its accounts.

    ``first`` is the number of its first document; on one database no other history may
    have it.
    """

    counter: Counter
    number: int
    first: int = 0
    accounts: Accounts = field(default_factory=Accounts)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)
        self.rx = [f"1.3.182.99.5^rx-{self.first + each}" for each in range(2)]
        self.documents = {self.first + each: self.rx[each % 2] for each in range(4)}
        self.nation = self.counter.nation = Nation(
            compares_versions=self.chance.random() < 0.5
        )
        self.counter.restart()
        for each in self.rx:
            self.nation.prescribe(each)

    # What happens ------------------------------------------------------------------

    def live(self, steps: int = _STEPS) -> None:
        """Let it happen, come to rest, and check."""
        for _ in range(steps):
            self.chance.choice(self._deeds())()
        self._rest()
        self.check()

    def _deeds(self) -> list[Callable[[], None]]:
        return [
            *(self._submit,) * 6,
            *(self._discard,) * 4,
            *(self._at_once,) * 1,
            self._changed,
            self._foreign_discard,
            self._overtaken,
            self._time,
            self._reconcile,
            self._deliver,
            self._at_home,
            self._restart,
        ]

    def _pick(self) -> tuple[int, str]:
        return self.chance.choice(list(self.documents.items()))

    def _submit(self) -> None:
        self._fateful(order(*self._pick()))

    def _discard(self) -> None:
        self._fateful(discard_of(*self._pick()))

    def _changed(self) -> None:
        number, prescription = self._pick()
        content = dispensation(number, prescription, mark="<!-- other -->")
        result = self._send(order(number, prescription, content=content))
        if result is None or result.refusal is Refusal.SUBMISSION_DEFERRED:
            return
        known = self.counter.store.deeds.find(
            order(number).peer, "dispense", f"2.25.{number}"
        )
        if known is not None and known.content_hash != order(number).content_hash:
            # These bytes came first: from now on they are the document.
            self.documents.pop(number)
            if not self.documents:
                self.documents[number + 50] = prescription
            if result.refusal is None:
                self._send(discard_of(number, prescription, content=content))
        elif result.refusal is not Refusal.SUBMISSION_CHANGED:
            raise Broken(f"other bytes of {number} were answered {result.refusal}")

    def _foreign_discard(self) -> None:
        sent = discard_of(*self._pick(), dispenser=OTHER_PHARMACY)
        result = self._send(sent)
        if result is not None and result.refusal is None:
            raise Broken("another organization discarded")

    def _at_once(self) -> None:
        """The same several times at once, in two processes."""
        sent = order(*self._pick())
        with (
            self.counter.another_process(pause=_wait_less) as one,
            self.counter.another_process(pause=_wait_less) as other,
        ):
            calls = [one, other, one]
            self.nation.mood = self.chance.choice(_MOODS)
            results: list[DispensationResult] = []
            threads = [
                threading.Thread(target=_collect, args=(each, sent, results))
                for each in calls
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.log.append(f"at once {sent.document_unique_id} {self.nation.mood}")
        self.nation.mood = Mood.WELL
        for result in results:
            self.accounts.note(sent, result)

    def _overtaken(self) -> None:
        """The register is so slow that the claim ends, and another process goes on."""
        number, prescription = self._pick()

        def overtake() -> None:
            self.counter.clock.advance(minutes=10)
            with self.counter.another_process() as other:
                for sent in (order(number, prescription), discard_of(number)):
                    if self.chance.random() < 0.7:
                        self._send(sent, other)

        self.nation.during = overtake
        self._send(order(number, prescription))
        self.nation.during = None

    def _time(self) -> None:
        self.counter.clock.advance(
            seconds=self.chance.choice([1, 30, 200, 3_600, 90_000])
        )

    def _reconcile(self) -> None:
        self.nation.mood = self.chance.choice(_MOODS)
        self.counter.reconciler.turn()
        self.nation.mood = Mood.WELL

    def _deliver(self) -> None:
        self.nation.deliver()

    def _at_home(self) -> None:
        """Somebody at home changes a prescription, in a way that ends nothing."""
        self.nation.touch(self.chance.choice(self.rx), packages=1)

    def _restart(self) -> None:
        self.counter.restart()

    def _fateful(self, sent: DispensationOrder) -> None:
        """Send an order; the national system has its moods, the process may die."""
        mood = self.chance.choice(_MOODS)
        self.nation.during = lambda: setattr(self.nation, "mood", mood)
        if self.chance.random() < 0.1:
            self.nation.mood = mood
        if self.chance.random() < 0.35:
            self.counter.dies = dying_at(self.chance.choice(list(Point)))
        self._send(sent)
        self.counter.dies = go_on
        self.nation.mood, self.nation.during = Mood.WELL, None

    def _send(
        self, sent: DispensationOrder, counter: Counter | None = None
    ) -> DispensationResult | None:
        told = f"{sent.operation} {sent.document_unique_id}"
        try:
            result = (counter or self.counter).send(sent)
        except NcpError:
            self.log.append(f"{told}: could not tell")
            return None
        except Crash as crash:
            self.log.append(f"{told}: died at {crash}")
            self.counter.restart()
            return None
        self.log.append(f"{told}: {result.refusal}")
        if self._is_ours(sent):
            self.accounts.note(sent, result)
        return result

    def _is_ours(self, sent: DispensationOrder) -> bool:
        """Whether it is the document itself, sent by whom it belongs to."""
        number = int(sent.document_unique_id.removeprefix("2.25."))
        prescription = self.documents.get(number)
        return (
            prescription is not None
            and sent.dispenser == PHARMACY
            and sent.content == dispensation(number, prescription)
        )

    def _rest(self) -> None:
        self.nation.mood, self.nation.during = Mood.WELL, None
        self.counter.recover()

    # What must be so -----------------------------------------------------------------

    def check(self) -> None:
        """Check the accounts; raises Broken, with what happened."""
        try:
            self._check_prescriptions()
            self._check_documents()
            self._check_rest()
        except Broken as broken:
            lines = "\n  ".join(self.log)
            raise Broken(f"history {self.number}: {broken}\n  {lines}") from broken

    def _check_prescriptions(self) -> None:
        for each in self.rx:
            standing = self.nation.stands(each)
            if len(standing) > 1:
                raise Broken(f"{each} is dispensed {len(standing)} times")
            status = self.nation.prescriptions_by_id[each].status
            if (status is PrescriptionStatus.COMPLETED) != bool(standing):
                raise Broken(f"{each} is {status} with {len(standing)} dispensations")

    def _check_documents(self) -> None:
        created = self.nation.created
        if len(set(created)) != len(created):
            raise Broken("a dispensation was written twice")
        for number, prescription in self.documents.items():
            document = f"2.25.{number}"
            self._check_answered(number, document)
            # Who was told nothing, or anything, is told what is so.
            again = self._send(order(number, prescription))
            if again is None or again.refusal is Refusal.SUBMISSION_DEFERRED:
                raise Broken(f"{document} is not known after everything came to rest")
            if (again.refusal is None) != self._stands(document):
                raise Broken(f"{document} is told {again.refusal}, and that is not so")

    def _stands(self, document: str) -> bool:
        deed = self.counter.store.deeds.find(order().peer, "dispense", document)
        if deed is None:
            return False
        standing = self.nation.standing.get(register_key(deed))
        return standing is not None and not standing.is_undone

    def _check_answered(self, number: int, document: str) -> None:
        is_standing = self._stands(document)
        if self.accounts.is_acknowledged("discard", document):
            if is_standing:
                raise Broken(f"{document} was taken back, and stands")
            return
        # A discard that nobody was told of may have been done all the same.
        is_owed = self.accounts.is_acknowledged("dispense", document)
        if is_owed and not is_standing and not self._is_taken_back(number):
            raise Broken(f"{document} was acknowledged, and does not stand")

    def _is_taken_back(self, number: int) -> bool:
        deed = self.counter.store.deeds.find(
            order().peer, DISCARD.value, f"2.25.{number}"
        )
        return deed is not None and deed.state is DeedState.RECORDED

    def _check_rest(self) -> None:
        for number in self.documents:
            for operation in ("dispense", "discard"):
                deed = self.counter.store.deeds.find(
                    order().peer, operation, f"2.25.{number}"
                )
                if deed is None:
                    continue
                if deed.is_unsettled or deed.state is DeedState.DISCARDING:
                    raise Broken(f"a deed to {operation} {number} is {deed.state}")


def _wait_less(seconds: float) -> None:
    """Let others go on; the database of histories is that much faster than a disk."""
    time.sleep(seconds / 5)


def _collect(
    counter: Counter, sent: DispensationOrder, results: list[DispensationResult]
) -> None:
    try:
        results.append(counter.send(sent))
    except NcpError:
        return
