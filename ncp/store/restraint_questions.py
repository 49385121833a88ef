"""What the rules against abuse ask of the store: all of an exchange in one statement.

It is asked while a peer waits. So the statement is in the driver's words, of a few
forms that the driver knows prepared, and all that a part reads stands together.

Spec: eHDSI CP-059 (unexpected number of requests).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from ncp.store.driver_words import Plain
from ncp.store.schema import instant, microseconds
from ncp.store.sealing import KeyRing

# Which question, a name, a reference, up to three moments.
Found: TypeAlias = tuple[int, str, str, int, int, int]
Part: TypeAlias = tuple[str, Sequence[Plain]]

OF_HOLDS: Final = -1
# An operator ends what has no end; the row needs one to be kept by.
ENDLESS: Final = datetime.fromisoformat("9000-01-01T00:00:00+00:00")
_MOST_PARTS: Final = 32


@dataclass(frozen=True, slots=True)
class NthNewest:
    """When was the nth newest of what was counted of a thing?

    What bears a moment that is still to come, because the clock was set back, counts
    too: nobody is forgotten by setting a clock.
    """

    thing: str = field(repr=False)
    nth: int
    since: datetime

    def part(self, at: int, keys: KeyRing) -> Part:
        """Return the part of the statement that asks it, and its values."""
        names = keys.names_of(self.thing)
        text = (
            f"SELECT {at}, '', '', counted_at, 0, 0 FROM (SELECT counted_at"  # noqa: S608 - our own names
            f" FROM restraint_counts WHERE name IN ({_marks(names)})"
            " AND item = '' AND counted_at > ?"
            f" ORDER BY counted_at DESC LIMIT 1 OFFSET ?) AS q{at}"
        )
        return text, (*names, microseconds(self.since), self.nth - 1)


@dataclass(frozen=True, slots=True)
class NewestItems:
    """What are the newest items of a thing, and when was each there last?"""

    thing: str = field(repr=False)
    most: int
    since: datetime

    def part(self, at: int, keys: KeyRing) -> Part:
        """Return the part of the statement that asks it, and its values."""
        names = keys.names_of(self.thing)
        text = (
            f"SELECT {at}, item, '', newest, 0, 0 FROM (SELECT item,"  # noqa: S608 - our own names
            " max(counted_at) AS newest FROM restraint_counts"
            f" WHERE name IN ({_marks(names)}) AND counted_at > ?"
            f" GROUP BY item ORDER BY newest DESC LIMIT ?) AS q{at}"
        )
        return text, (*names, microseconds(self.since), self.most)


@dataclass(frozen=True, slots=True)
class KnownItems:
    """Which of these items were counted with a thing?"""

    thing: str = field(repr=False)
    items: tuple[str, ...] = field(repr=False)
    since: datetime

    def part(self, at: int, keys: KeyRing) -> Part:
        """Return the part of the statement that asks it, and its values."""
        names = keys.names_of(self.thing)
        items = [keys.name_of(item) for item in self.items]
        text = (
            f"SELECT {at}, item, '', 0, 0, 0 FROM restraint_counts"  # noqa: S608 - our own names
            f" WHERE name IN ({_marks(names)}) AND item IN ({_marks(items)})"
            " AND counted_at > ?"
        )
        return text, (*names, *items, microseconds(self.since))


Question: TypeAlias = NthNewest | NewestItems | KnownItems


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """When a rule was broken, and until when that matters; see ``Hold``."""

    thing: str = field(repr=False)
    reference: str
    since: datetime
    until: datetime
    told_until: datetime

    @property
    def is_endless(self) -> bool:
        """Whether only an operator ends it."""
        return self.until >= ENDLESS


@dataclass(frozen=True, slots=True)
class Answers:
    """What the store answered; of nothing else may it be asked.

    Attributes
    ----------
    holds
        What was told of the things that were named, the one that lasts longest of each.
        Some are over, and remembered so that they are not told again.
    """

    holds: Mapping[str, HoldSpan]
    _found: Mapping[Question, Sequence[Found]]
    _keys: KeyRing

    def nth_newest(self, question: NthNewest) -> datetime | None:
        """Return when the nth newest was; None where there are not so many."""
        return next((instant(row[3]) for row in self._found[question]), None)

    def newest(self, question: NewestItems) -> dict[str, datetime]:
        """Return when each item was there last, by the items' names."""
        return {row[1]: instant(row[3]) for row in self._found[question]}

    def known(self, question: KnownItems) -> frozenset[str]:
        """Return which items of those in question were counted."""
        names = {row[1] for row in self._found[question]}
        if not names:
            return frozenset()
        return frozenset(each for each in question.items if self.name(each) in names)

    def name(self, item: str) -> str:
        """Return what an item is called in the rows."""
        return self._keys.name_of(item)


def part_of_holds(names: Sequence[str], now: datetime) -> Part:
    """Return the part that asks what was told of things and is not forgotten."""
    text = (
        f"SELECT {OF_HOLDS}, name, reference, since, until, delete_after"  # noqa: S608 - our own names
        f" FROM restraint_holds WHERE name IN ({_marks(names)}) AND delete_after > ?"
    )
    return text, (*names, microseconds(now))


def statements(parts: Sequence[Part]) -> Iterator[tuple[str, list[Plain]]]:
    """Put parts together; more than a few are several statements.

    Spec: SQLite "Limits" (terms of a compound SELECT, parameters).
    """
    for begin in range(0, len(parts), _MOST_PARTS):
        some = parts[begin : begin + _MOST_PARTS]
        text = " UNION ALL ".join([text for text, _ in some])
        yield text, [each for _, values in some for each in values]


def _marks(values: Sequence[str]) -> str:
    """Return as many marks; in none of no values is anything."""
    return ", ".join("?" * len(values)) or "NULL"
