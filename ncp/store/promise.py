"""What a caller of the writer waits on: two locks and a value.

A future of the standard library does the same and more, and costs ten times as much;
each exchange pays for it before its answer leaves.
"""

from __future__ import annotations

import threading
from typing import Final, Generic, TypeVar, cast

T = TypeVar("T")


class Promise(Generic[T]):
    """The result of a job that somebody else runs.

    Whoever claims it first decides: the writer, that the job is begun, or the caller,
    who waits no longer, that it never is.

    Attributes
    ----------
    is_settled
        Whether there is a result, or an error.
    """

    __slots__ = ("_claimed", "_error", "_settled", "_value", "is_settled")

    def __init__(self) -> None:
        self._claimed: Final = threading.Lock()
        self._settled: Final = threading.Lock()
        self._settled.acquire()
        self.is_settled = False
        self._value: T | None = None
        self._error: Exception | None = None

    def claim(self) -> bool:
        """Say whether nobody has claimed it before."""
        return self._claimed.acquire(blocking=False)

    def keep(self, value: T) -> None:
        """Give the result; once."""
        self._value = value
        self._settle()

    def fail(self, error: Exception) -> None:
        """Say why there is none; once."""
        self._error = error
        self._settle()

    def _settle(self) -> None:
        self.is_settled = True
        self._settled.release()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the result; whether there is one, or an error, by then."""
        is_told = self._settled.acquire(timeout=timeout_s)
        if is_told:
            self._settled.release()
        return is_told

    def result(self) -> T:
        """Return the result, or raise what came in its place."""
        if self._error is not None:
            raise self._error
        return cast("T", self._value)
