"""Each codec gives back what it took, for everything it can carry whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transformations.mapping.codecs.harness import there_and_back, write
from transformations.hl7v3.identifiers import from_ii, to_ii
from transformations.hl7v3.numbers import from_real, to_real
from transformations.hl7v3.timestamps import from_ts, to_ts
from transformations.mapping import (
    ADDRESS,
    BL,
    CD,
    IDENTIFIER,
    INT,
    NAME,
    PERIOD,
    PQ,
    RANGE,
    RATIO,
    ST,
    TEL,
    TS,
)


def law(*strategies: st.SearchStrategy[Any]) -> Callable[..., Any]:
    """State a law with few examples and without a stopwatch: the machine is shared."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        return settings(max_examples=30, deadline=None)(given(*strategies)(test))

    return decorate


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
).map(str.strip)
TEXTS = WORDS.filter(bool)
CODES = TEXTS.filter(lambda text: not any(map(str.isspace, text)))
PLAIN = st.from_regex(r"[A-Za-z0-9\-]{1,16}", fullmatch=True)
OIDS = st.from_regex(r"1\.3(\.[1-9][0-9]{0,4}){1,5}", fullmatch=True)
ZONES = st.from_regex(r"[+-](0[0-9]|1[0-3]):(00|30|45)", fullmatch=True)
DATES = st.dates().map(lambda day: f"{day.year:04d}-{day.month:02d}-{day.day:02d}")


@st.composite
def date_times(draw: st.DrawFn) -> str:
    time = draw(st.times()).replace(microsecond=0).isoformat()
    fraction = draw(st.sampled_from(["", ".5", ".0607701", ".000"]))
    return f"{draw(DATES)}T{time}{fraction}{draw(ZONES)}"


MOMENTS = st.one_of(DATES, DATES.map(lambda d: d[:4]), DATES.map(lambda d: d[:7]))
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
)
QUANTITIES = NUMBERS.map(
    lambda value: {
        "value": value,
        "unit": "mg",
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    }
)


@law(st.one_of(MOMENTS, date_times()))
def test_a_moment_keeps_its_precision_its_digits_and_its_zone(value):
    assert there_and_back(TS, value) == value


@law(st.one_of(MOMENTS, date_times()))
def test_a_point_in_time_read_and_written_again_is_the_same(value):
    ts = to_ts(value)
    assert ts is not None
    assert to_ts(from_ts(ts) or "") == ts


@law(DATES, DATES)
def test_a_period_keeps_both_ends(start, end):
    value = {"start": start, "end": end}
    assert there_and_back(PERIOD, value) == value


@law(NUMBERS)
def test_a_number_keeps_every_digit(value):
    written = to_real(value)
    assert written is not None
    assert str(from_real(written)) == written


@law(QUANTITIES)
def test_a_quantity_keeps_number_and_unit(value):
    back = there_and_back(PQ, value)
    assert (str(back["value"]), back["code"]) == (to_real(value["value"]), "mg")


def test_a_trailing_zero_is_significant():
    value = {
        "value": Decimal("5.10"),
        "code": "mg",
        "system": "http://unitsofmeasure.org",
    }
    node, _, _ = write(PQ, value)
    assert node is not None
    assert node.attributes == {"value": "5.10", "unit": "mg"}


@law(QUANTITIES, QUANTITIES)
def test_ranges_and_ratios_keep_both_quantities(one, other):
    assert there_and_back(RANGE, {"low": one, "high": other})["high"]["code"] == "mg"
    back = there_and_back(RATIO, {"numerator": one, "denominator": other})
    assert str(back["numerator"]["value"]) == to_real(one["value"])


@law(st.integers(-(2**31), 2**31 - 1))
def test_an_integer_is_carried(value):
    assert there_and_back(INT, value) == value


@law(st.booleans())
def test_a_truth_value_is_carried(value):
    assert there_and_back(BL, value) is value


@law(TEXTS)
def test_a_text_is_carried(value):
    assert there_and_back(ST, value) == value


@law(OIDS, TEXTS)
def test_an_identifier_under_an_oid_is_carried(oid, value):
    identifier = {"system": f"urn:oid:{oid}", "value": value}
    assert there_and_back(IDENTIFIER, identifier) == identifier


@law(st.uuids())
def test_a_bare_uuid_is_an_identifier(value):
    identifier = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{value}"}
    assert there_and_back(IDENTIFIER, identifier) == identifier


@law(PLAIN)
def test_an_identifier_under_a_url_is_carried(value):
    identifier = {"system": "https://example.org/ids", "value": value}
    assert there_and_back(IDENTIFIER, identifier) == identifier


@law(st.one_of(st.none(), TEXTS), TEXTS)
def test_an_identifier_read_back_is_what_was_written(system, value):
    ii = to_ii(system, value)
    if ii is not None:
        assert to_ii(*from_ii(*ii)) == ii


@law(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), st.lists(TEXTS, max_size=2))
def test_a_name_keeps_its_parts_in_order(family, given_names, prefixes):
    name = {"family": family, "given": given_names}
    if prefixes:
        name["prefix"] = prefixes
    assert there_and_back(NAME, name) == name


@law(st.lists(TEXTS, min_size=1, max_size=3), TEXTS, TEXTS)
def test_an_address_keeps_its_parts(lines, city, code):
    address = {
        "use": "home",
        "type": "postal",
        "line": lines,
        "city": city,
        "postalCode": code,
        "country": "LU",
    }
    assert there_and_back(ADDRESS, address) == address


@law(st.from_regex(r"\+?[0-9()\-.]{3,15}", fullmatch=True))
def test_a_telephone_number_is_carried(number):
    point = {"system": "phone", "use": "work", "value": number}
    assert there_and_back(TEL, point) == point


def test_blanks_in_a_telephone_number_are_not_written():
    node, _, _ = write(TEL, {"system": "phone", "value": "+352 27 12 34"})
    assert node is not None
    assert node.attributes["value"] == "tel:+352271234"


@law(CODES, TEXTS, TEXTS)
def test_a_concept_keeps_all_its_codings_and_its_text(code, display, text):
    concept = {
        "coding": [
            {"system": "http://snomed.info/sct", "code": code, "display": display},
            {"system": "http://loinc.org", "code": code, "display": display},
        ],
        "text": text,
    }
    assert there_and_back(CD, concept) == concept
