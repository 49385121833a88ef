from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from ncp.ports import RandomIds
from ncp.store.row_ids import RowIds

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class At:
    """A clock that says one moment."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class Fixed:
    """Draws the same each time."""

    def __init__(self, number: int) -> None:
        self.number = number

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.number)


def drawn(ids: RowIds, number: int = 5) -> list[str]:
    return [ids.next() for _ in range(number)]


def test_ids_are_of_32_digits_and_sort_as_they_were_drawn():
    ids = drawn(RowIds(At(), RandomIds()), 100)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert sorted(set(ids)) == ids


def test_ids_of_a_later_moment_sort_behind_those_of_an_earlier_one():
    many = 1 << 79
    early = drawn(RowIds(At(), Fixed(many | (1 << 80) - 50)), 5)
    late = drawn(RowIds(At(NOW + timedelta(milliseconds=1)), Fixed(0)), 5)
    assert sorted((*late, *early)) == [*early, *late]


def test_ids_of_one_moment_are_those_of_nobody_else():
    ids = [each for _ in range(200) for each in drawn(RowIds(At(), RandomIds()))]
    assert len(set(ids)) == len(ids)


def test_an_id_begins_with_its_millisecond():
    first = drawn(RowIds(At(), Fixed((1 << 128) - 50)))[0]
    milliseconds = int(NOW.timestamp() * 1000)
    assert first[:12] == f"{milliseconds:012x}"
