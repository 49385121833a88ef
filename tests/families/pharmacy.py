"""Prescriptions of one patient, as values: listed, fetched, dispensed at a real desk.

The desk keeps what it did; so each prescription and each dispensation that comes to it
has a number that no other has, and a message tells the documents by their place.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

from conformance.simulators.submissions import DISPENSE, Operation
from ncp.country_a.dispensing import Bench, DispensingDesk
from ncp.country_a.prescriptions import DispensabilityJudge, OfferedPrescriptions
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription
from ncp.ports import RandomIds
from tests.families.asking import Asking
from tests.ncp.country_a.dispensing.counter import dispensation
from tests.ncp.country_a.dispensing.nation import Nation
from tests.ncp.country_a.scene import EVA
from transformations.inspection import MediaType

ROOT = "1.3.182.11.5"
SAMPLE = "patients/bergmann-prescription-antibiotic.json"
FIRST = f"{ROOT}^RX-1"
PDF = b"%PDF-1.7 as the national system has it"
_NUMBERS = itertools.count(1)


@dataclass
class Pharmacy(Nation):
    """Prescriptions whose content can be fetched.

    Attributes
    ----------
    down
        What the list fails with.
    unreadable
        What each document fails with.
    """

    down: Exception | None = None
    unreadable: Exception | None = None
    changes: dict[str, object] = field(default_factory=dict)

    def prescriptions(self, patient: PatientRecord) -> list[Prescription]:
        if self.down is not None:
            raise self.down
        return super().prescriptions(patient)

    def content(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        if self.unreadable is not None:
            raise self.unreadable
        source = files("ncp.national.sample_country").joinpath(SAMPLE).read_text()
        bundle = json.loads(source.replace("1957030451779", EVA.extension))
        for entry in bundle["entry"]:
            if entry["resource"]["resourceType"] == "MedicationRequest":
                entry["resource"] |= self.changes
        return json.dumps(bundle).encode()

    def pdf(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        return PDF


def believing(content: bytes, _kind: MediaType, *_: object) -> Any:
    """Look into nothing: what a PDF holds is not what these conditions are about."""
    return SimpleNamespace(content=content)


def prescribed(asking: Asking, number: int = 1, **offered: Any) -> Pharmacy:
    """Prescribe Eva so many, each with its national PDF, and offer them."""
    pharmacy = Pharmacy()
    for each in range(1, number + 1):
        pharmacy.prescribe(f"{ROOT}^RX-{each}")
        pharmacy.touch(f"{ROOT}^RX-{each}", has_pdf=True, pin="4711")
    country = asking.country
    country.serve_by(
        replace(
            country.services,
            prescriptions=OfferedPrescriptions(pharmacy, **offered),
            look_into=believing,
        )
    )
    return pharmacy


@dataclass
class Counter:
    """A pharmacy abroad, and the desk it sends to."""

    asking: Asking
    pharmacy: Pharmacy = field(default_factory=Pharmacy)

    def __post_init__(self) -> None:
        country = self.asking.country
        bench = Bench(
            country.store.deeds,
            self.pharmacy,
            self.pharmacy,
            DispensabilityJudge(),
            country.clock,
            RandomIds(),
        )
        country.serve_by(replace(country.services, dispensations=DispensingDesk(bench)))

    def prescription(self, **changes: Any) -> str:
        """Prescribe what nobody prescribed before."""
        identifier = f"{ROOT}^RX-{next(_NUMBERS)}"
        self.pharmacy.prescribe(identifier)
        if changes:
            self.pharmacy.touch(identifier, **changes)
        return identifier

    def dispensed(self, *prescriptions: str) -> dict[str, bytes]:
        """Write a dispensation of each; return the documents by their ids."""
        numbers = [next(_NUMBERS) for _ in prescriptions]
        return {
            f"2.25.{number}": dispensation(number, prescription)
            for number, prescription in zip(numbers, prescriptions, strict=True)
        }

    def submit(
        self, *submissions: dict[str, bytes], operation: Operation = DISPENSE
    ) -> object:
        """Submit one after the other; the answer is the last one's."""
        submit = self.asking.session.submit_all
        answers = [submit(EVA, each, operation=operation) for each in submissions]
        return answers[-1]
