from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ncp.errors import ConfigurationError
from ncp.figures.quarter import Quarter


@pytest.mark.parametrize(
    ("text", "begin", "end", "last_day"),
    [
        ("2026Q1", (2026, 1, 1), (2026, 4, 1), date(2026, 3, 31)),
        ("2026Q4", (2026, 10, 1), (2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_quarter_is_three_months_of_utc(text, begin, end, last_day):
    quarter = Quarter.parse(text)
    assert quarter.begin == datetime(*begin, tzinfo=UTC)
    assert quarter.end == datetime(*end, tzinfo=UTC)
    assert quarter.last_day == last_day
    assert str(quarter) == text


@pytest.mark.parametrize(
    "text", ["2026Q5", "2026Q0", "26Q1", "Q1", "2026Q1x", "20\u0662\u0666Q1"]
)
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ConfigurationError, match="not of its form"):
        Quarter.parse(text)
