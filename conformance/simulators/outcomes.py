"""What a simulated country A answers: magic patients, and each family's outcomes.

What is answered is data (``data/*.toml``); how it is written are templates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from conformance.simulators.dialect import Dialect
from conformance.simulators.documents.held import Work
from conformance.simulators.documents.kinds import Family
from conformance.simulators.http_messages import Fault
from conformance.simulators.soap import Transaction

KNOWN: Final = "KIT-KNOWN"
_ORDINARY: Final = {
    Transaction.ITI_55: "match",
    Transaction.ITI_38: "list",
    Transaction.ITI_39: "document",
    Transaction.ITI_41: "accepted",
}
_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class MagicPatient:
    """A patient whose identifier decides what is answered.

    Attributes
    ----------
    lacks
        The families of documents the patient has none of.
    has_fault_once
        Whether what goes wrong goes well the next time.
    needs_prescription
        Whether prescriptions are told only to who names one, and its PIN.
    copies
        How many of each prescription there are.
    """

    id: str
    title: str
    cases: tuple[str, ...]
    outcomes: Mapping[Transaction, str]
    fault_at: Transaction | None = None
    fault: Fault | None = None
    has_fault_once: bool = False
    lacks: frozenset[Family] = frozenset()
    has_only_pdf: bool = False
    has_closed_prescriptions: bool = False
    needs_prescription: bool = False
    has_active_documents: bool = False
    copies: int = 1

    def outcome(self, transaction: Transaction) -> str:
        """Name the outcome of one transaction."""
        return self.outcomes.get(transaction, _ORDINARY[transaction])

    def fault_of(self, transaction: Transaction) -> Fault | None:
        """Return what happens to the answer of a transaction, if anything does."""
        return self.fault if transaction is self.fault_at else None

    def forms_of(self, work: Work) -> Work:
        """Return the forms in which the patient has a document."""
        return work[-1:] if self.has_only_pdf else work


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one family answers in one condition.

    Attributes
    ----------
    status
        Of a registry answer; empty where the attribute is missing.
    also
        Codes of errors that stand before this one.
    fault
        The code of a SOAP fault, where it is one; ``code`` is its subcode then.
    """

    code: str = ""
    text: str = ""
    severity: str = ""
    status: str = ""
    acknowledgement: str = ""
    response: str = ""
    reason: str = ""
    place: str = ""
    fault: str = ""
    also: tuple[str, ...] = ()


@cache
def magic_patients() -> Mapping[str, MagicPatient]:
    """Return all magic patients by id."""
    return {name: _patient(name, told) for name, told in _table("patients").items()}


@cache
def outcome_of(
    transaction: Transaction,
    name: str,
    dialect: Dialect,
    about: Family | None = None,
) -> Outcome:
    """Return what a family of programs answers, about a family of documents.

    Raises
    ------
    KeyError
        No such outcome is told.
    """
    table = _table("outcomes")[transaction]
    told = table.get(f"{name}-{about}", table[name])
    merged = {**told[_ALL], **told.get(dialect, {})}
    return Outcome(**{**merged, "also": tuple(merged.get("also", ()))})


def outcome_names(transaction: Transaction) -> tuple[str, ...]:
    """Name every outcome that is told of a transaction."""
    return tuple(_table("outcomes")[transaction])


def _patient(name: str, told: Mapping[str, Any]) -> MagicPatient:
    fault = told.get("fault", {})
    return MagicPatient(
        name,
        told["title"],
        tuple(told["cases"]),
        {each: told[each] for each in Transaction if each in told},
        Transaction(fault["at"]) if fault else None,
        Fault(fault["kind"]) if fault else None,
        fault.get("once", False),
        frozenset(map(Family, told.get("lacks", ()))),
        told.get("has_only_pdf", False),
        told.get("has_closed_prescriptions", False),
        told.get("needs_prescription", False),
        told.get("has_active_documents", False),
        told.get("copies", 1),
    )


@cache
def _table(name: str) -> Mapping[str, Any]:
    file = resources.files(__package__) / "data" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
