"""A national system made of values, which fails in every way that a real one does.

A call may be refused at the door, done and not answered, or done only later, when
nobody waits any more. What is done keeps to the terms of the real adapter: one of each
key, and (unless this system is careless) the version of the prescription that was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ncp.errors import NationalError, Refusal
from ncp.national.dispensing import Declined, NationalDispensation, Receipt, Written
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import (
    PrescribedProduct,
    Prescription,
    PrescriptionStatus,
    ProductCode,
)
from tests.ncp.country_a.scene import NOW


class Mood(StrEnum):
    """How the system takes the next calls."""

    WELL = "well"
    DOWN = "down"
    SILENT = "silent"  # it does what it is told, and does not say so
    LATE = "late"  # it says nothing, and does it when nobody waits any more


@dataclass(slots=True)
class Standing:
    """A dispensation in the register."""

    key: str
    prescription: str
    version: int = 1
    is_undone: bool = False


def silence() -> NationalError:
    return NationalError(Refusal.NATIONAL_UNAVAILABLE, "it did not answer in time")


@dataclass
class Nation:
    """Prescriptions and register in one.

    Attributes
    ----------
    compares_versions
        False: the careless kind, that completes a prescription in any version.
    during
        Called within each write, before it is done.
    calls
        The keys of all calls that write.
    """

    prescriptions_by_id: dict[str, Prescription] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    compares_versions: bool = True
    mood: Mood = Mood.WELL
    during: Callable[[], None] | None = None
    late: list[Callable[[], object]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def prescribe(self, identifier: str) -> None:
        self.prescriptions_by_id[identifier] = Prescription(
            source_id=f"MedicationRequest/{len(self.prescriptions_by_id)}",
            version="1",
            identifier=identifier,
            status=PrescriptionStatus.ACTIVE,
            authored=NOW,
            product=PrescribedProduct("Clamoxyl", (ProductCode("1.3.182.5.48", "1"),)),
            packages=1,
        )

    def touch(self, identifier: str, **changes: object) -> None:
        """Change a prescription, as somebody at home does."""
        with self.lock:
            old = self.prescriptions_by_id[identifier]
            new = replace(old, version=str(int(old.version) + 1), **changes)  # type: ignore[arg-type]
            self.prescriptions_by_id[identifier] = new

    def deliver(self) -> None:
        """Do what came late."""
        late, self.late = self.late, []
        for each in late:
            with self.lock:
                each()

    def stands(self, identifier: str) -> list[Standing]:
        return [
            each
            for each in self.standing.values()
            if each.prescription == identifier and not each.is_undone
        ]

    # The ports ----------------------------------------------------------------------

    def prescriptions(self, patient: PatientRecord) -> list[Prescription]:
        return list(self.prescriptions_by_id.values())

    def current(self, patient: PatientRecord, identifier: str) -> Prescription | None:
        self._answer()
        with self.lock:
            return self.prescriptions_by_id.get(identifier)

    def content(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        raise NotImplementedError

    def pdf(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        raise NotImplementedError

    def record(self, dispensation: NationalDispensation) -> Written:
        self.calls.append(dispensation.key)
        return self._written(lambda: self._record(dispensation))

    def find(self, key: str) -> Receipt | None:
        self._answer()
        with self.lock:
            found = self.standing.get(key)
            return None if found is None else _receipt(found)

    def undo(self, key: str, receipt: Receipt) -> Written:
        self.calls.append(key)
        with self.lock:
            found = self.standing.get(key)
            version = 0 if found is None else found.version
        return self._written(lambda: self._undo(key, version))

    def _answer(self) -> None:
        if self.mood is not Mood.WELL:
            raise silence()

    def _written(self, write: Callable[[], Written]) -> Written:
        if self.mood is Mood.DOWN:
            raise silence()
        if self.during is not None:
            during, self.during = self.during, None
            during()
        if self.mood is Mood.LATE:
            self.late.append(write)
            raise silence()
        with self.lock:
            written = write()
        if self.mood is Mood.SILENT:
            raise silence()
        return written

    def _record(self, dispensation: NationalDispensation) -> Written:
        known = self.standing.get(dispensation.key)
        if known is not None:
            return _receipt(known)
        named = dispensation.prescription
        now = self.prescriptions_by_id[named.identifier]
        if self.compares_versions and now.version != named.version:
            return Declined(
                Refusal.PRESCRIPTION_NOT_UPDATED, "it changed", is_outdated=True
            )
        self.created.append(dispensation.key)
        made = Standing(dispensation.key, named.identifier)
        self.standing[dispensation.key] = made
        self.touch(named.identifier, status=PrescriptionStatus.COMPLETED)
        return _receipt(made)

    def _undo(self, key: str, version: int) -> Written:
        found = self.standing.get(key)
        if found is None:
            return Declined(Refusal.DISPENSATION_UNKNOWN, "it is not there")
        if found.is_undone:
            return _receipt(found)
        if found.version != version:
            return Declined(Refusal.DISCARD_UNAVAILABLE, "changed", is_outdated=True)
        found.is_undone, found.version = True, version + 1
        if self.prescriptions_by_id[found.prescription].status == "completed":
            self.touch(found.prescription, status=PrescriptionStatus.ACTIVE)
        return _receipt(found)


def _receipt(standing: Standing) -> Receipt:
    return Receipt(
        f"MedicationDispense/{standing.key}", standing.prescription, standing.is_undone
    )
