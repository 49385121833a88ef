"""A quarter of a year, by which figures are reported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

from ncp.errors import ConfigurationError

_WRITTEN: Final = re.compile(r"(20\d\d)Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of UTC; ``number`` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026Q4``.

        Raises
        ------
        ConfigurationError
            It is not of this form.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ConfigurationError(
                "The quarter is not of its form.", "Write year and quarter: 2026Q4."
            )
        return cls(int(match[1]), int(match[2]))

    @property
    def begin(self) -> datetime:
        """The first moment in it."""
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        is_last = self.number == 4
        following = type(self)(self.year + is_last, 1 if is_last else self.number + 1)
        return following.begin

    @property
    def last_day(self) -> date:
        """The last day in it."""
        return (self.end - timedelta(days=1)).date()

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"
