"""Points in time in the two notations."""

from __future__ import annotations

import pytest

from transformations.hl7v3.timestamps import from_ts, to_ts


def test_utc_is_written_with_an_offset():
    assert to_ts("2020-01-02T03:04:05Z") == "20200102030405+0000"


@pytest.mark.parametrize(
    "value", ["2020-13", "2020-1", "2020-01-02T03:04Z", "2020-01-02T24:00:00Z", "soon"]
)
def test_what_is_no_date_of_fhir_is_refused(value):
    assert to_ts(value) is None


@pytest.mark.parametrize(
    ("ts", "fhir"),
    [
        ("202001020304+0100", "2020-01-02T03:04:00+01:00"),
        ("2020010203+0100", "2020-01-02"),
        ("20200102030405", "2020-01-02"),
        ("2020", "2020"),
    ],
)
def test_a_time_fhir_cannot_say_becomes_the_nearest_it_can(ts, fhir):
    assert from_ts(ts) == fhir
