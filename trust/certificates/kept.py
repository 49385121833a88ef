"""What was taken from the certificates shown last, so as not to take it again.

A certificate is known here by being the same object: to compare two, or to hash one,
is to read all of its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from cryptography import x509

_Taken = TypeVar("_Taken")

_MOST: Final = 64


class TakenOnce(Generic[_Taken]):
    """Takes the same thing from a certificate only once; threads may share it."""

    __slots__ = ("_kept", "_take")

    def __init__(self, take: Callable[[x509.Certificate], _Taken]) -> None:
        self._take = take
        # While a certificate is kept no other one can have its identity.
        self._kept: dict[int, tuple[x509.Certificate, _Taken]] = {}

    def of(self, certificate: x509.Certificate) -> _Taken:
        """Return what is taken from this certificate."""
        kept = self._kept.get(id(certificate))
        if kept is not None and kept[0] is certificate:
            return kept[1]
        taken = self._take(certificate)
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[id(certificate)] = (certificate, taken)
        return taken
