"""Whether memory grows with what is served, measured exactly.

Two measures, since each is blind where the other sees: the blocks that Python holds,
and the bytes that C libraries (libxml2, OpenSSL, SQLite) and Python's large objects
hold of ``malloc``. Both count what is held, not what an allocator keeps for later, so
that they stand still where nothing leaks. The pages of the process are told too.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from array import array
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Final

_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = 4096
FEWEST_ROUNDS: Final = 16
# Rounds are put together to so many points, each the median of its rounds.
POINTS: Final = 40
# Points are near that are this part of all points apart.
NEAR: Final = 8


@dataclass(frozen=True, slots=True)
class Bound:
    """What may come to stay with each exchange, of a run of at least so many."""

    fewest: int
    most_blocks: float
    most_bytes: float


# The least that one can keep of an exchange is one block of Python or, in C, 16 bytes:
# a long run finds what is kept of every tenth one. In a short one caches of a thousand
# are still being filled, while a record or a connection that is kept is dozens of
# blocks, a message more than 10,000 bytes. A still shorter one says nothing.
BOUNDS: Final = (Bound(10_000, 0.1, 16.0), Bound(3_000, 2.0, 1_500.0))


@dataclass(frozen=True, slots=True)
class Held:
    """What is held after so many exchanges."""

    exchanges: int
    blocks: int
    bytes_of_malloc: int
    resident: int


class Growth:
    """The memory of the process, round by round."""

    def __init__(self) -> None:
        # One block, however many rounds: what is noted is not to be found as growth.
        self._noted = array("q")
        self.exchanges = 0

    def note(self, exchanges: int) -> None:
        """Note the memory after a round of so many exchanges."""
        self.add(held_after(self.exchanges + exchanges))

    def add(self, held: Held) -> None:
        """Note what is held."""
        self.exchanges = held.exchanges
        self._noted.extend(astuple(held))

    @property
    def seen(self) -> list[Held]:
        """What was held after each round."""
        width = len(fields(Held))
        return [
            Held(*self._noted[at : at + width])
            for at in range(0, len(self._noted), width)
        ]

    def per_exchange(self) -> tuple[float, float]:
        """Return blocks and bytes that came to stay with each exchange, when warm.

        Of the second half: in the first, caches are being filled.
        """
        seen = self.seen
        warm = points(seen[len(seen) // 2 :])
        return (
            slope([(x, blocks) for x, blocks, _ in warm]),
            slope([(x, size) for x, _, size in warm]),
        )

    def check(self) -> None:
        """Fail where memory grew; of too short a run only the sum is asked."""
        bound = self._bound()
        if bound is None:
            return
        blocks, size = self.per_exchange()
        assert blocks < bound.most_blocks, (
            f"{blocks:.2f} blocks stay with each exchange"
        )
        assert size < bound.most_bytes, f"{size:.0f} bytes of C stay with each exchange"

    def _bound(self) -> Bound | None:
        if len(self.seen) < FEWEST_ROUNDS:
            return None
        return next((each for each in BOUNDS if self.exchanges >= each.fewest), None)

    def __str__(self) -> str:
        seen = self.seen
        if len(seen) < FEWEST_ROUNDS:
            return f"{self.exchanges} exchanges"
        blocks, size = self.per_exchange()
        half, end = (each.resident / 1e6 for each in (seen[len(seen) // 2], seen[-1]))
        return (
            f"{self.exchanges} exchanges, {blocks:+.3f} blocks and {size:+.1f} bytes "
            f"of C stay with each; resident {half:.1f} MB in the middle, {end:.1f} MB "
            "at the end"
        )


def held_after(exchanges: int) -> Held:
    """Return what is held now."""
    gc.collect()
    pages = int(_STATM.read_text().split()[1])
    return Held(exchanges, sys.getallocatedblocks(), bytes_of_malloc(), pages * _PAGE)


class _Mallinfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks"),
            *("fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def _find_mallinfo() -> ctypes._NamedFuncPointer | None:
    found = getattr(ctypes.CDLL(None), "mallinfo2", None)  # glibc 2.33
    if found is not None:
        found.restype = _Mallinfo
    return found


_MALLINFO: Final = _find_mallinfo()


def bytes_of_malloc() -> int:
    """Return how many bytes ``malloc`` has given out; 0 where it does not tell."""
    if _MALLINFO is None:
        return 0
    told = _MALLINFO()
    return int(told.uordblks + told.hblkhd)


def points(seen: Sequence[Held]) -> list[tuple[float, float, float]]:
    """Put rounds together to a few points: exchanges, blocks, bytes."""
    size = max(1, len(seen) // POINTS)
    parts = [seen[at : at + size] for at in range(0, len(seen) - size + 1, size)]
    return [
        (
            median(each.exchanges for each in part),
            median(each.blocks for each in part),
            median(each.bytes_of_malloc for each in part),
        )
        for part in parts
    ]


def slope(line: Sequence[tuple[float, float]]) -> float:
    """Return how steadily a line rises: the lesser of two medians of slopes.

    Between any two points (Theil and Sen): a cache that empties itself now and then
    does not move that one. Between points that are near: nor does a table that doubles
    once move this one. What is kept of exchanges is seen by both.
    """
    near = max(1, len(line) // NEAR)
    return min(
        median(_slope(a, b) for a, b in combinations(line, 2)),
        median(_slope(a, b) for a, b in zip(line, line[near:], strict=False)),
    )


def _slope(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (b[1] - a[1]) / (b[0] - a[0])
