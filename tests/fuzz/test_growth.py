"""The check of growth itself: it finds what is kept, and takes no cache for it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable

import pytest

from tests.fuzz.growth import Growth, Held, bytes_of_malloc, held_after

Line = Callable[[int], float]
ROUND = 60


def growth_of(rounds: int, blocks: Line, size: Line = lambda _: 0.0) -> Growth:
    """Return a growth of so many rounds; lines tell what is held after exchanges."""
    growth = Growth()
    for number in range(1, rounds + 1):
        at = number * ROUND
        held = Held(at, 900_000 + int(blocks(at)), 40_000_000 + int(size(at)), 0)
        growth.add(held)
    return growth


def test_one_block_kept_of_every_eighth_exchange_is_found_in_a_long_run():
    growth = growth_of(200, lambda at: at / 8)
    with pytest.raises(AssertionError, match=re.escape("0.12 blocks stay")):
        growth.check()


def test_a_few_bytes_of_c_kept_of_each_exchange_are_found_in_a_long_run():
    growth = growth_of(200, lambda _: 0, lambda at: 32 * at)
    with pytest.raises(AssertionError, match="32 bytes of C stay"):
        growth.check()


def test_a_record_kept_of_each_exchange_is_found_in_a_short_run():
    with pytest.raises(AssertionError, match="blocks stay"):
        growth_of(60, lambda at: 12 * at).check()


def test_a_leak_is_found_beneath_a_cache_that_empties_itself():
    growth = growth_of(400, lambda at: at / 4 + 2 * (at % 1_300))
    with pytest.raises(AssertionError, match="blocks stay"):
        growth.check()


def test_a_cache_that_empties_itself_is_no_leak():
    growth_of(400, lambda at: 2 * (at % 1_300), lambda at: 70 * (at % 1_300)).check()


def test_a_table_that_doubles_is_no_leak():
    growth_of(
        400, lambda at: 5_000 * (at > 18_000), lambda at: 1e6 * (at > 15_000)
    ).check()


def test_a_run_of_a_few_exchanges_says_nothing():
    growth_of(40, lambda at: 100 * at).check()


def test_objects_that_are_kept_are_held():
    before = held_after(0).blocks
    kept = [object() for _ in range(200_000)]
    # What others in this process let go of meanwhile is little beside it.
    assert held_after(0).blocks - before > len(kept) / 2


@pytest.mark.skipif(not bytes_of_malloc(), reason="malloc does not tell")
def test_bytes_that_a_c_library_keeps_are_held():
    library = ctypes.CDLL(None)
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    before = bytes_of_malloc()
    kept = [library.malloc(100_000) for _ in range(1_000)]
    assert bytes_of_malloc() - before > 50_000_000
    for each in kept:
        library.free(each)
