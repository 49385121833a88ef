"""The bytes around a few values, known already: what fits it differs in these alone.

A gateway writes the same bytes for every message of one kind, but for some values.
Where those bytes are known, a comparison proves what reading them again would find.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Fit: TypeAlias = tuple[list[bytes], int]
"""The values that stand in the places of a mould, and where what fits it ends."""


class Mould:
    """Bytes with places in them; a value ends before the first byte behind its place.

    Parameters
    ----------
    pieces
        What stands before, between and behind the places.

    Raises
    ------
    ValueError
        There is no place, or nothing stands behind one, so that its end is open.
    """

    __slots__ = ("_first", "_others")

    def __init__(self, pieces: Sequence[bytes]) -> None:
        others = pieces[1:]
        if not others or not all(others):
            raise ValueError("a place of a mould needs an end")
        self._first = pieces[0]
        self._others = tuple((piece, piece[:1], len(piece)) for piece in others)

    def fit(self, data: bytes, start: int = 0) -> Fit | None:
        """Return the values in the places, or None where the bytes differ elsewhere."""
        if not data.startswith(self._first, start):
            return None
        find, is_next = data.find, data.startswith
        values = []
        done = start + len(self._first)
        for piece, end, length in self._others:
            place_end = find(end, done)
            if place_end < 0 or not is_next(piece, place_end):
                return None
            values.append(data[done:place_end])
            done = place_end + length
        return values, done
