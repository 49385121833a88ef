"""Numbers with their digits: JSON numbers and the ``real`` of HL7 v3.

Spec: HL7 v3 REAL, INT / FHIR R4 decimal (precision is significant).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_REAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def to_real(value: object) -> str | None:
    """Write a number of JSON without changing a digit; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return str(value)
    if not value.is_finite():
        return None
    return format(value, "f")


def from_real(text: str) -> Decimal | int | None:
    """Read a ``real`` as a JSON number with the same digits."""
    if not _REAL.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_whole = "." not in text and "e" not in text.lower()
    return int(text) if is_whole else number
