"""Runs patterns that other countries wrote, in time that grows with the text alone.

Python's own engine takes exponential time for patterns that a country, or whoever
speaks for it, may send; RE2 takes linear time and refuses what it cannot promise that
for.

Spec: fact sheet 02 §4.6 (formats are matched whole), §7.2 row 37 / RE2 syntax.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import re2

from trust.decision import Reason
from trust.smp.refused import DirectoryRefused

MAXIMAL_PATTERN: Final = 512
MAXIMAL_VALUE: Final = 256
# What a compiled pattern may take: `x{1000}{1000}` is short and would take a machine.
_MEMORY_BYTES: Final = 1 << 20


class Pattern:
    """A pattern of a search mask; it is matched against the whole value."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = _compiled(text)

    def fits(self, value: str) -> bool:
        """Tell whether a value has this form."""
        if len(value) > MAXIMAL_VALUE:
            return False
        return self._compiled.fullmatch(value) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"


@lru_cache(maxsize=512)
def _compiled(text: str) -> re2._Regexp[str]:
    if len(text) > MAXIMAL_PATTERN:
        raise _refused(f"it is longer than {MAXIMAL_PATTERN} characters")
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(text, options=options)
    except re2.error:
        raise _refused(
            "it is no regular expression, or one that may take unbounded time or memory"
        ) from None


def _refused(what: str) -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_PATTERN_REFUSED,
        f"a pattern of the search mask is not run: {what}",
    )
