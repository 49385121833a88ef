"""The rules by which abuse is noticed, as data: what is counted, of whom, how much.

A rule counts one thing within a sliding window, apart for each of those it is ``per``.
One that alerts is broken by what goes over ``most``, and tells it once in a window. One
that throttles or blocks is broken when ``most`` is reached: what comes then is held
back. A rule holds back only what it counts.

Spec: eHDSI CP-059 (abuse detection: ALL, PAT and POC) / fact sheet 06 4.3, 6.2 (rate
limits), 6.3 item 4 (enumeration) / CWE-307.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Self

from ncp.audit import Side
from ncp.ihe.codes import Transaction


class Counted(StrEnum):
    """What a rule counts; identifiers, patients and places count once each."""

    REQUESTS = "requests"
    UNKNOWN_PATIENTS = "unknown-patients"
    UNKNOWN_IDENTIFIERS = "unknown-identifiers"
    NEIGHBOURING_IDENTIFIERS = "neighbouring-identifiers"
    UNFOLLOWED_PATIENTS = "unfollowed-patients"
    WRONG_KEYS = "wrong-keys"
    UNKNOWN_DOCUMENTS = "unknown-documents"
    REFUSED_CONSENTS = "refused-consents"
    EMERGENCIES = "emergencies"
    POINTS_OF_CARE = "points-of-care"

    @property
    def is_distinct(self) -> bool:
        """Whether the same thing counts once, however often it comes."""
        return self in _DISTINCT

    @property
    def transactions(self) -> frozenset[Transaction]:
        """In which transactions it can happen at all."""
        return _HAPPEN_IN.get(self, _EVERYWHERE)

    @property
    def sides(self) -> frozenset[Side]:
        """On which sides of the border we can see it at all."""
        return _A if self in _SEEN_BY_A else _BOTH


_DISTINCT: Final = frozenset(
    {Counted.UNKNOWN_IDENTIFIERS, Counted.UNFOLLOWED_PATIENTS, Counted.POINTS_OF_CARE}
)
_A: Final = frozenset({Side.A})
_B: Final = frozenset({Side.B})
_BOTH: Final = _A | _B
# What only who answers can tell from other answers.
_SEEN_BY_A: Final = frozenset(
    {Counted.WRONG_KEYS, Counted.UNKNOWN_DOCUMENTS, Counted.REFUSED_CONSENTS}
)
_EVERYWHERE: Final = frozenset(Transaction)
_DISCOVERY: Final = frozenset({Transaction.ITI_55})
_HAPPEN_IN: Final = {
    Counted.UNKNOWN_PATIENTS: _DISCOVERY,
    Counted.UNKNOWN_IDENTIFIERS: _DISCOVERY,
    Counted.NEIGHBOURING_IDENTIFIERS: _DISCOVERY,
    Counted.UNFOLLOWED_PATIENTS: _DISCOVERY,
    Counted.WRONG_KEYS: frozenset({Transaction.ITI_38}),
    Counted.UNKNOWN_DOCUMENTS: frozenset({Transaction.ITI_39}),
}


class Per(StrEnum):
    """Whose things are counted together.

    The country is the one that asks us, or the one that we ask.
    """

    GATEWAY = "gateway"
    COUNTRY = "country"
    ORGANISATION = "organisation"
    PROFESSIONAL = "professional"
    PATIENT = "patient"
    COUNTRY_AND_PATIENT = "country-and-patient"

    @property
    def names_patient(self) -> bool:
        """Whether nobody can be counted before the patient is known."""
        return self in {Per.PATIENT, Per.COUNTRY_AND_PATIENT}


class Action(StrEnum):
    """What becomes of it: told, held back until there is room, held back for a time."""

    ALERT = "alert"
    THROTTLE = "throttle"
    BLOCK = "block"


_UNEXPECTED: Final = "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS"
_OF_PATIENT: Final = f"{_UNEXPECTED}_FOR_UNIQUE_PATIENT"
# eHDSI codes of CP-059; for a professional or a country there is none of its own.
CODES: Final = {
    Per.GATEWAY: _UNEXPECTED,
    Per.COUNTRY: _UNEXPECTED,
    Per.PROFESSIONAL: _UNEXPECTED,
    Per.ORGANISATION: f"{_UNEXPECTED}_FOR_UNIQUE_POINT_OF_CARE",
    Per.PATIENT: _OF_PATIENT,
    Per.COUNTRY_AND_PATIENT: _OF_PATIENT,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name
        Small letters, digits and hyphens; it stands in alerts, logs and metrics.
    sides
        Of which side of the border it is: A, those who ask us; B, our own who ask.
    most
        How many are borne within ``window``.
    transactions
        Which count.
    lasts
        How long a block lasts; None: until an operator lifts it.
    """

    name: str
    sides: frozenset[Side]
    counts: Counted
    per: Per
    most: int
    window: timedelta
    action: Action = Action.ALERT
    transactions: frozenset[Transaction] = frozenset(Transaction)
    lasts: timedelta | None = timedelta(hours=1)

    @property
    def code(self) -> str:
        """The eHDSI code that its alert bears."""
        return CODES[self.per]

    @property
    def holds_back(self) -> bool:
        """Whether who breaks it is not answered for a while."""
        return self.action is not Action.ALERT

    def is_of(self, side: Side, transaction: Transaction) -> bool:
        """Tell whether it is about such a request at all."""
        return (
            side in self.sides
            and transaction in self.transactions
            and transaction in self.counts.transactions
        )


_QUARTER: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
_THROTTLE: Final = Action.THROTTLE

_STANDARD: Final = (
    # CP-059, with its documented thresholds.
    Rule("cp-059-all", _BOTH, Counted.REQUESTS, Per.GATEWAY, 100, _HOUR),
    Rule(
        "cp-059-patient",
        _A,
        Counted.REQUESTS,
        Per.PATIENT,
        100,
        _QUARTER,
        transactions=_DISCOVERY,
    ),
    Rule("cp-059-point-of-care", _B, Counted.REQUESTS, Per.ORGANISATION, 100, _QUARTER),
    # Guesses at who exists, and at the keys of prescriptions: who makes them is held
    # back; everything else is told, until a country decides otherwise.
    Rule(
        "unknown-patients-of-professional",
        _A,
        Counted.UNKNOWN_PATIENTS,
        Per.PROFESSIONAL,
        30,
        _QUARTER,
        _THROTTLE,
    ),
    Rule(
        "unknown-patients-of-country",
        _A,
        Counted.UNKNOWN_PATIENTS,
        Per.COUNTRY,
        1_000,
        _QUARTER,
        _THROTTLE,
    ),
    Rule(
        "unknown-patients-of-our-own",
        _B,
        Counted.UNKNOWN_PATIENTS,
        Per.PROFESSIONAL,
        30,
        _QUARTER,
    ),
    Rule(
        "wrong-keys",
        _A,
        Counted.WRONG_KEYS,
        Per.COUNTRY_AND_PATIENT,
        5,
        _QUARTER,
        _THROTTLE,
    ),
    # Patterns of somebody who looks around.
    Rule(
        "unknown-identifiers-of-organisation",
        _BOTH,
        Counted.UNKNOWN_IDENTIFIERS,
        Per.ORGANISATION,
        100,
        _HOUR,
    ),
    Rule(
        "neighbouring-identifiers",
        _BOTH,
        Counted.NEIGHBOURING_IDENTIFIERS,
        Per.PROFESSIONAL,
        10,
        _HOUR,
    ),
    Rule(
        "unfollowed-patients",
        _BOTH,
        Counted.UNFOLLOWED_PATIENTS,
        Per.PROFESSIONAL,
        20,
        _HOUR,
    ),
    Rule(
        "unknown-documents", _A, Counted.UNKNOWN_DOCUMENTS, Per.PROFESSIONAL, 20, _HOUR
    ),
    Rule("refused-consents", _A, Counted.REFUSED_CONSENTS, Per.PROFESSIONAL, 10, _HOUR),
    Rule("emergencies", _A, Counted.EMERGENCIES, Per.PROFESSIONAL, 20, _HOUR),
    Rule("points-of-care", _A, Counted.POINTS_OF_CARE, Per.PROFESSIONAL, 2, _QUARTER),
)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules in force, by name; immutable."""

    rules: tuple[Rule, ...]
    _about: Mapping[tuple[Side, Transaction], tuple[Rule, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Find once what every request asks for."""
        about = {
            (side, transaction): tuple(
                rule for rule in self.rules if rule.is_of(side, transaction)
            )
            for side in Side
            for transaction in Transaction
        }
        object.__setattr__(self, "_about", about)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def changed(self, by: Iterable[Rule], without: Iterable[str] = ()) -> Self:
        """Return them with others of the same name in place, or beside them."""
        kept = {rule.name: rule for rule in (*self.rules, *by)}
        for name in without:
            kept.pop(name, None)
        return type(self)(tuple(kept.values()))

    def of(self, side: Side, transaction: Transaction) -> tuple[Rule, ...]:
        """Return those about such a request."""
        return self._about[side, transaction]


STANDARD: Final = RuleSet(_STANDARD)
