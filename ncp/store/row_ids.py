"""Ids of rows: nobody else has them, and later ones sort behind earlier ones.

So what is new stands together in every index, however many rows there are.

Spec: RFC 9562 §6.2 (counting on from what was drawn), §6.11 (sorting, and why); not its
layout.
"""

from __future__ import annotations

from typing import Final

from ncp.ports import Clock, FreshIds
from ncp.store.schema import microseconds

_DRAWN_BITS: Final = 80


class RowIds:
    """The ids of what belongs together: the first is drawn, the others follow it."""

    __slots__ = ("_next",)

    def __init__(self, clock: Clock, ids: FreshIds) -> None:
        milliseconds = microseconds(clock.now()) // 1000
        drawn = ids.uuid().int & ((1 << _DRAWN_BITS) - 1)
        self._next = milliseconds << _DRAWN_BITS | drawn

    def next(self) -> str:
        """Return an id of 32 hexadecimal digits that nobody else has."""
        number, self._next = self._next, self._next + 1
        return f"{number:032x}"
