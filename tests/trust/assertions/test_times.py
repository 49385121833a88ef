"""Instants of assertions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.assertions.times import format_instant, parse_instant, to_milliseconds

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
)


@given(MOMENTS)
@pytest.mark.spec("SAML 2.0 Core 1.3.3")
def test_an_instant_reads_back_as_written_to_the_millisecond(moment):
    assert parse_instant(format_instant(moment)) == to_milliseconds(moment)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-03-02T10:00:00Z", 0),
        ("2026-03-02T12:00:00+02:00", 0),
        ("2026-03-02T04:30:00.5-05:30", 500_000),
        ("2026-03-02T10:00:00.123456789Z", 123_456),
    ],
)
def test_every_form_with_zone_is_read(text, microsecond):
    expected = datetime(2026, 3, 2, 10, 0, 0, microsecond, tzinfo=UTC)
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-02",
        "2026-03-02T10:00:00",
        "2026-03-02 10:00:00Z",
        "2026-03-02T10:00Z",
        "2026-03-02T10:00:00z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T10:00:60Z",
        "2026-13-02T10:00:00Z",
        "2026-03-02T10:00:00.Z",
        "2026-03-02T10:00:00+2:00",
        "2026-03-02T10:00:00+15:00",
        "12026-03-02T10:00:00Z",
        "-2026-03-02T10:00:00Z",
        "0000-03-02T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\uff12026-03-02T10:00:00Z",
        "2026-03-02T10:00:00Z\n",
    ],
)
def test_what_is_no_instant_or_has_no_zone_is_refused(text):
    with pytest.raises(ValueError, match=r"date|day|month|year|hour|second"):
        parse_instant(text)


def test_an_instant_without_zone_is_not_written():
    with pytest.raises(ValueError, match="time zone"):
        format_instant(datetime(2026, 3, 2))  # noqa: DTZ001 - the fault under test
