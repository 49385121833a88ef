"""What the Date field of an answer says of our own clock, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ncp.told_time import ToldTimes

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT_NOON = "Mon, 02 Mar 2026 12:00:00 GMT"


class Hands:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime) -> None:
        self.is_at = now

    def now(self) -> datetime:
        return self.is_at


def ahead(asked: float, had: float, **fields: str) -> timedelta | None:
    """Ask at so many seconds after noon by our clock, and be told that it is noon."""
    clock = Hands(NOON + timedelta(seconds=had))
    times = ToldTimes(clock)
    fields = {"Date": AT_NOON} | fields
    times.hear("there", fields, NOON + timedelta(seconds=asked))
    return times.all()[0].ahead if times.all() else None


@pytest.mark.parametrize(
    ("asked", "had", "seconds"),
    [
        pytest.param(0, 0, 0, id="the same"),
        pytest.param(0.99, 1.01, 0, id="their second may not be over"),
        pytest.param(-30, 0.5, 0, id="a slow answer, told at its end"),
        pytest.param(0.5, 300, 0, id="a slow answer, told at its beginning"),
        pytest.param(3601, 3602, 3600, id="ahead"),
        pytest.param(-3601, -3600, -3600, id="behind"),
        pytest.param(-3640, -3600, -3600, id="behind, and the answer was slow"),
    ],
)
@pytest.mark.spec("RFC 9110 6.6.1")
def test_a_clock_differs_by_what_is_certain(asked, had, seconds):
    assert ahead(asked, had) == timedelta(seconds=seconds)


@pytest.mark.spec("RFC 9111 5.1")
def test_what_a_cache_kept_tells_nothing():
    assert ahead(3601, 3602, Age="3600") is None


@pytest.mark.parametrize(
    "value", ["", "now", "Mon, 32 Mar 2026 12:00:00 GMT", "0", "\udcff", "1" * 400]
)
def test_a_date_that_cannot_be_read_tells_nothing(value):
    assert ahead(3601, 3602, Date=value) is None


def test_an_answer_without_a_date_tells_nothing():
    times = ToldTimes(Hands(NOON))
    times.hear("there", {}, NOON)
    assert times.all() == ()


@pytest.mark.parametrize(
    "value", ["Mon, 02 Mar 2026 12:00:00 -0000", "Mon, 02 Mar 2026 13:00:00 +0100"]
)
def test_a_date_in_another_form_is_read_all_the_same(value):
    assert ahead(3601, 3602, Date=value) == timedelta(hours=1)
