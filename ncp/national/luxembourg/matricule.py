"""The Luxembourg national identification number and its two check digits.

``YYYYMMDDXXXLV``: birth date, three digits of sequence, a Luhn digit and a Verhoeff
digit. Both check the first eleven digits; neither looks at the other.

The birth date is not judged: month and day may be zero where they are unknown, and
people without residence get numbers too.

Spec: Loi du 19 juin 2013 relative à l'identification des personnes physiques /
Règlement grand-ducal du 28 novembre 2013, art. 1 (the two algorithms).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from ncp.errors import ConfigurationError

LENGTH: Final = 13
PAYLOAD: Final = 11

# ASCII only: str.isdigit would let other scripts' digits in.
_MATRICULE = re.compile(r"[0-9]{13}")
_PAYLOAD = re.compile(r"[0-9]{11}")

# The dihedral group of order ten, and Verhoeff's permutation applied 0 to 7 times.
_MULTIPLY: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_INVERSE: Final = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
_PERMUTE_ONCE: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


class MatriculeRule(StrEnum):
    """What happens to a matricule whose check digits are wrong.

    Test numbers of public samples often fail the check, so that a refusal is for
    production and a warning for everything before it.
    """

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


class MatriculeFault(StrEnum):
    """What is wrong with a matricule; never its value."""

    FORM = "not 13 digits"
    LUHN = "the twelfth digit does not check the first eleven"
    VERHOEFF = "the thirteenth digit does not check the first eleven"


def find_fault(text: str) -> MatriculeFault | None:
    """Return the first thing wrong with ``text`` as a matricule, or None."""
    if not _MATRICULE.fullmatch(text):
        return MatriculeFault.FORM
    payload = text[:PAYLOAD]
    if text[PAYLOAD] != luhn_digit(payload):
        return MatriculeFault.LUHN
    if text[PAYLOAD + 1] != verhoeff_digit(payload):
        return MatriculeFault.VERHOEFF
    return None


def complete(payload: str) -> str:
    """Add the two check digits to the eleven digits of birth date and sequence."""
    if not _PAYLOAD.fullmatch(payload):
        raise ConfigurationError(
            "a matricule is completed from exactly eleven digits",
            "Give the birth date as YYYYMMDD and three digits of sequence.",
        )
    return payload + luhn_digit(payload) + verhoeff_digit(payload)


def luhn_digit(payload: str) -> str:
    """Return the digit that makes ``payload`` pass the Luhn check (ISO/IEC 7812-1)."""
    total = 0
    for position, character in enumerate(reversed(payload)):
        doubled = int(character) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def verhoeff_digit(payload: str) -> str:
    """Return the digit that makes ``payload`` pass Verhoeff's check."""
    state = 0
    for position, character in enumerate(reversed(payload), start=1):
        state = _MULTIPLY[state][_permute(int(character), position % 8)]
    return str(_INVERSE[state])


def _permute(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _PERMUTE_ONCE[digit]
    return digit
