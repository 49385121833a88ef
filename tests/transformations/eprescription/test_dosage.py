"""How it is taken: in code where code can say it, as text always."""

import pytest
import simplejson

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.corpus.prescriptions.dosages import DOSAGES
from tests.transformations.eprescription.prescriptions import (
    ACT,
    found,
    named,
    one,
    rules_found,
    transform,
    transform_all,
    tree,
)

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LANGUAGES = ("fr-LU", "de-LU", "pt-PT")


def told(made):
    """Return what the patient is told, in the words of the narrative."""
    words = {each.get("ID"): each for each in tree(made).iter("{*}content")}
    path = f"{ACT}/c:entryRelationship/c:act[c:code/@code='PINSTRUCT']/c:text"
    return [
        " ".join("".join(words[value[1:]].itertext()).split())
        for value in found(made, f"{path}/c:reference/@value")
    ]


def schedule(made):
    return found(made, f"{ACT}/c:effectiveTime")[1]


def without_words(name):
    """Return a case whose dosages have no words of their own."""
    bundle = named(name).bundle()
    for entry in bundle["entry"]:
        for dosage in entry["resource"].get("dosageInstruction", ()):
            dosage.pop("text", None)
    return bundle


def transformed(bundle, **changes):
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    return transform_all(data, **changes)[0]


@pytest.mark.spec("eHDSI EH.3.12")
@pytest.mark.parametrize("case", DOSAGES, ids=lambda case: case.name)
def test_every_dosage_stands_as_text_too(case):
    if case.name != "no-dosage":
        assert told(transform(case))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("once-daily", "1 tablet, Oral use, once every 1 d"),
        ("three-times-for-a-week", "1 tablet, Oral use, 3 times every 1 d, for 7 d"),
        (
            "range-at-clock-times",
            "15 mL - 20 mL, Oral use, once every 1 d, 08:00, 20:00, 2026-02-04",
        ),
        (
            "half-as-needed-before-breakfast",
            "0.5 tablet, Oral use, once every 1 d, before breakfast, As needed",
        ),
        ("cycle-21-of-28", "1 tablet, Oral use, once every 28 d, each time for 21 d"),
    ],
)
def test_a_dosage_without_words_is_said_in_one_line(name, words):
    said = told(transformed(without_words(name)))
    assert any(one.startswith(words) for one in said), said


def test_a_dosage_is_said_in_the_language_of_the_document():
    bundle = without_words("three-times-for-a-week")
    (said,) = told(transformed(bundle, language="fr-LU"))
    assert said.startswith("1 tablet, Oral use, 3 fois par 1 d, pendant 7")


@pytest.mark.spec("HL7 v3 PIVL_TS.phase")
def test_times_of_day_are_periods_that_begin_at_them():
    node = schedule(transform(named("range-at-clock-times")))
    assert node.get(TYPE) == "SXPR_TS"
    assert [low.get("value") for low in node.iterfind(".//{*}low")] == [
        "202602040800",
        "202602042000",
    ]


def test_days_of_the_week_are_weeks_that_begin_on_them():
    node = schedule(transform(named("days-of-the-week")))
    lows = [low.get("value") for low in node.iterfind(".//{*}low")]
    assert lows == ["202602090730", "202602040730", "202602060730"]
    assert {each.get("unit") for each in node.iterfind(".//{*}period")} == {"wk"}


def test_once_a_week_is_never_daily():
    node = schedule(transform(named("once-a-week-methotrexate")))
    assert node.find("{*}period").attrib == {"value": "1", "unit": "wk"}


def test_how_long_it_is_taken_is_a_width():
    width = one(
        transform(named("three-times-for-a-week")), f"{ACT}/c:effectiveTime/c:width"
    )
    assert width.attrib == {"value": "7", "unit": "d"}


@pytest.mark.parametrize(
    "name",
    [
        "half-as-needed-before-breakfast",
        "as-needed-with-reason-and-maximum",
        "tapering",
        "cycle-21-of-28",
        "ten-doses",
        "range-of-frequency",
        "with-food",
        "code-of-a-schedule",
    ],
)
def test_what_code_cannot_say_whole_is_no_schedule(name):
    made = transform(named(name))
    assert schedule(made).find("{*}period").attrib == {"nullFlavor": "UNK"}


def test_the_dose_of_one_dosage_is_code_whatever_the_schedule():
    made = transform(named("half-as-needed-before-breakfast"))
    assert one(made, f"{ACT}/c:doseQuantity/c:low/@value") == "0.5"


def test_the_doses_of_steps_are_in_the_words_of_each():
    made = transform(named("tapering"))
    assert not found(made, f"{ACT}/c:doseQuantity")
    assert told(made) == [
        "4 tablets a day for 5 days",
        "then 3 tablets a day for 5 days",
        "then 2 tablets a day for 5 days",
        "then 1 tablet a day for 5 days",
    ]


def test_a_rate_is_code_and_its_day_is_told():
    made = transform(named("rate-every-monday"))
    assert one(made, f"{ACT}/c:rateQuantity/c:low/@unit") == "mg/h"
    assert told(made) == ["50 mg per hour for 20 minutes every Monday"]


def test_a_rendered_dosage_stands_for_all():
    assert "5 mg in the morning, by mouth" in told(transform(named("rendered-dosage")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_we_say_of_a_prescription_has_words_in_the_language(language):
    for case in PRESCRIPTIONS:
        made = transform(case, language=language)
        code = one(made, "/c:ClinicalDocument/c:languageCode/@code")
        if code in LANGUAGES:
            found_there = rules_found(made, "information")
            assert "narrative-in-english" not in found_there, case.name
