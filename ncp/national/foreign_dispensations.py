"""What the national register is told of dispensations on foreign prescriptions.

The register is told by letters of the outbox: at least once, in their order. Each entry
has an id of its own; a register that has it takes it again for the same.

Spec: sheet 06 §7.4 (outbox rules) / HL7 Europe MPD MedicationDispense (PHARM-8).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ncp.national.carrying import carry_each
from ncp.store import Letter
from ncp.store.outbox import NotDelivered

VERSIONS = frozenset({1})


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One act of a pharmacy of ours, as the letter tells it.

    Attributes
    ----------
    id
        Of the letter; the register counts it once.
    told
        The letter's own fields (``ncp.country_b.dispensing.register_letters``).
    """

    id: str
    told: dict[str, Any] = field(repr=False)

    @property
    def act(self) -> str:
        """``dispensed`` or ``discarded``."""
        return str(self.told["act"])

    @property
    def dispensation(self) -> str:
        """The dispensation that it is about, as this gateway names it."""
        return str(self.told["dispensation"])


class ForeignDispensationRegister(Protocol):
    """Keeps what the country's pharmacies dispensed on foreign prescriptions.

    It raises :class:`~ncp.errors.NationalError` where it is not known whether the entry
    was taken, and :class:`~ncp.national.carrying.EntryRefused` where it never will be.
    """

    def record(self, entry: RegisterEntry) -> None:
        """Take an entry; one that it has is not taken twice."""
        ...


class RegisterCarrier:
    """Carries letters of the outbox to the register, one after the other."""

    def __init__(self, register: ForeignDispensationRegister) -> None:
        self._register = register

    def carry(self, letters: Sequence[Letter]) -> int:
        """Deliver letters in their order; each one is proven by the register's answer.

        Raises
        ------
        NotDelivered
            The letter after those that it says are proven did not arrive.
        """
        return carry_each(letters, lambda each: self._register.record(_entry(each)))


def _entry(letter: Letter) -> RegisterEntry:
    told = json.loads(letter.payload)
    if told.get("version") not in VERSIONS:
        # A newer release wrote it, and will carry it.
        raise NotDelivered("the letter is of a version that is not known here")
    return RegisterEntry(letter.id, told)
