"""Makes what others told harmless before it stands in a table.

A program for tables takes a text that begins like a formula for one, and what peers
call their messages and errors is theirs to choose.

Spec: OWASP CSV Injection / ECMA-376 Part 1 18.3.1.4 (characters of a cell).
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

Value: TypeAlias = str | int | None
"""What a cell holds; None for nothing."""

# The wide forms are read as the narrow ones by programs set to East Asian languages.
_FORMULA: Final = re.compile(
    r"[\s\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]"
)
_UNWRITABLE: Final = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_LONGEST: Final = 32_000


def harmless(value: Value) -> Value:
    """Return a value as text that no program takes for a formula; numbers stay.

    An apostrophe goes before what begins like a formula; a character that XML cannot
    hold becomes U+FFFD; what is longer than a cell may hold is cut.
    """
    if not isinstance(value, str):
        return value
    text = _UNWRITABLE.sub("\ufffd", value)[:_LONGEST]
    return f"'{text}" if _FORMULA.match(text) else text
