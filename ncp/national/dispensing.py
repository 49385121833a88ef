"""What country A needs of the national register of dispensations.

Three things: write a dispensation once, whoever asks how often; tell by our own
identifier whether it stands there; take it back. The state machine that decides when
each is called is ``ncp.country_a.dispensing``.

A call that ends in :class:`~ncp.errors.NationalError` says nothing of what became of
it: it may have been done, or may still be done later.

Spec: ARCHITECTURE "Dispensation" (a national write is: intent committed, call, result
committed, unknown reconciled) / HL7 FHIR R4 §3.1.0.8.1 (conditional create), §3.1.0.5.3
(managing resource contention).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from ncp.errors import Refusal
from ncp.national.dispensations import Dispenser
from ncp.national.ports import PatientRecord
from transformations.edispensation import DispensationFacts
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class PrescriptionVersion:
    """A prescription item in the version that a decision was about."""

    source_id: str
    version: str
    identifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NationalDispensation:
    """A dispensation from abroad, as the national register is to hold it.

    Attributes
    ----------
    key
        Our own identifier of it, ``urn:uuid:...``; the register holds one of each.
    """

    key: str
    prescription: PrescriptionVersion
    patient: PatientRecord
    country: CountryCode
    dispenser: Dispenser
    facts: DispensationFacts = field(repr=False)
    moment: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the register calls a dispensation: by these keys it is taken back.

    Attributes
    ----------
    dispensation, prescription
        The adapter's own references; opaque elsewhere.
    is_undone
        Whether it was taken back already.
    """

    dispensation: str
    prescription: str
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """The register did not do it, and will not do it later; the sentence says why.

    ``is_outdated`` where only the prescription has another version by now: it has to
    be read and judged again.
    """

    refusal: Refusal
    sentence: str
    is_outdated: bool = False


Written: TypeAlias = Receipt | Declined


class NationalRegister(Protocol):
    """Holds what was dispensed on the country's prescriptions."""

    def record(self, dispensation: NationalDispensation) -> Written:
        """Write a dispensation and complete its prescription, both or neither.

        One that stands there under the same key is not written again: its receipt is
        returned. The prescription must still have the version that is named.
        """
        ...

    def find(self, key: str) -> Receipt | None:
        """Return what stands there under our key; None where nothing does now."""
        ...

    def undo(self, key: str, receipt: Receipt) -> Written:
        """Take a dispensation back and give the prescription free, both or neither.

        One that was taken back already stays so; its receipt is returned.
        """
        ...
