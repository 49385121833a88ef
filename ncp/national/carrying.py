"""Carries letters of the outbox to a national register, one after the other.

Spec: sheet 06 §7.4 (at least once, in order, dead with a reason).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from ncp.errors import NationalError
from ncp.store import Letter
from ncp.store.outbox import NotDelivered

# Well below what a lease is kept for: a slow register gets fewer letters at a time.
_LONGEST_S: Final = 40.0


class EntryRefused(Exception):  # noqa: N818 - the register's verdict
    """The register will never take this entry; the sentence says why."""


def carry_each(
    letters: Sequence[Letter],
    take: Callable[[Letter], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Deliver letters in their order; each is proven by the register's answer.

    It stops early where that takes long; the rest is handed over again.

    Parameters
    ----------
    take
        Tells the register; raises :class:`~ncp.errors.NationalError` where it is not
        known whether it was taken, and :class:`EntryRefused` where it never will be.

    Raises
    ------
    NotDelivered
        The letter after those that it says are proven did not arrive.
    """
    end = monotonic() + _LONGEST_S
    for proven, letter in enumerate(letters):
        if monotonic() > end:
            return proven
        try:
            take(letter)
        except EntryRefused as refused:
            raise NotDelivered(str(refused), proven=proven, is_final=True) from refused
        except NationalError as error:
            raise NotDelivered(error.public_message, proven=proven) from error
    return len(letters)
