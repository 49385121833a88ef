"""Identifiers that follow one another: somebody counts instead of reading a card.

Numbers are compared as a whole, and without their last two digits, which in many
countries (Luxembourg's matricule among them) only check the others. What is compared is
kept as names that only this installation's key can make: so a number is looked for by
its neighbours' names, never by its value.

Spec: fact sheet 06 4.3, 6.3 item 4 (enumeration).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from trust.identifiers import PatientId

# Shorter ones are near one another by chance.
_NUMBER: Final = re.compile(r"(.*?)([0-9]{6,18})")
_CHECK_DIGITS: Final = 100
_WITH_CHECK_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Place:
    """Where an identifier stands among others of its authority.

    Attributes
    ----------
    own
        Its names, as a whole and without check digits.
    beside
        The names of those next to it.
    stem
        Its name without check digits; another number with the same one was tried with
        other check digits. Empty where it has none.
    """

    own: tuple[str, ...] = field(repr=False)
    beside: tuple[str, ...] = field(repr=False)
    stem: str = field(default="", repr=False)

    def is_near(self, known: frozenset[str]) -> bool:
        """Tell whether one of those known stands next to it."""
        if known & set(self.beside):
            return True
        return bool(self.stem) and self.stem in known and self.own[0] not in known


def place_of(identifier: PatientId) -> Place | None:
    """Return where an identifier stands; None where it is no number to be counted."""
    match = _NUMBER.fullmatch(identifier.extension)
    if match is None:
        return None
    kind, number = f"{identifier.root}\n{match[1]}", int(match[2])
    own, beside = [_name(kind, 0, number)], _next_to(kind, 0, number)
    if len(match[2]) < _WITH_CHECK_DIGITS:
        return Place(tuple(own), tuple(beside))
    stem = number // _CHECK_DIGITS
    own.append(_name(kind, 2, stem))
    beside += _next_to(kind, 2, stem)
    return Place(tuple(own), tuple(beside), own[1])


def _next_to(kind: str, dropped: int, number: int) -> list[str]:
    return [_name(kind, dropped, each) for each in (number - 1, number + 1)]


def _name(kind: str, dropped: int, number: int) -> str:
    return f"{kind}\n{dropped}\n{number}"
