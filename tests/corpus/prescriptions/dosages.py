"""How a medicine is taken: the patterns of MPD, and what no pattern holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.corpus.prescriptions.case import Case
from tests.corpus.prescriptions.parts import (
    EDQM,
    SNOMED,
    Json,
    absent,
    concept,
    dosage,
    for_days,
    pieces,
    quantity,
    r5,
    repeat,
    request,
)

_OCULAR = concept((EDQM, "20051000", "Ocular use"))
_INTRAVENOUS = concept((EDQM, "20045000", "Intravenous use"))
_INTRAMUSCULAR = concept((EDQM, "20035000", "Intramuscular use"))
_LEFT_EYE = concept((SNOMED, "1290041000", "Entire left eye proper"))
_PAIN = concept((SNOMED, "22253000", "Pain"))
_HALF = Decimal("0.5")


def taken(name: str, why: str, *dosages: Json, **more: Any) -> Case:
    """A case that is about how the usual medicine is taken."""
    return Case(name, why, (request(dosageInstruction=list(dosages), **more),))


def dose(value: Any) -> list[Json]:
    """So much each time."""
    return [{"doseQuantity": value}]


def between(low: Json, high: Json) -> list[Json]:
    """Between so much and so much each time."""
    return [{"doseRange": {"low": low, "high": high}}]


def _step(number: int, text: str, days: int, tablets: int) -> Json:
    schedule = {"repeat": repeat(1, 1, "d", **for_days(days))}
    return dosage(
        text, sequence=number, timing=schedule, doseAndRate=dose(pieces(tablets))
    )


def _drop(word: str, when: str, drops: int) -> Json:
    return dosage(
        f"{drops} drop in the {word}, left eye, for 7 days",
        sequence=1,
        route=_OCULAR,
        site=_LEFT_EYE,
        timing={"repeat": repeat(1, 1, "d", when=[when], **for_days(7))},
        doseAndRate=dose(pieces(drops, "drop")),
    )


_MPD = (
    taken("once-daily", "the commonest of all: one tablet once a day", dosage()),
    taken(
        "three-times-for-a-week",
        "MPD pattern 1: so often a day, bounded by a duration",
        dosage(
            "1 tablet 3 times a day for 7 days",
            timing={"repeat": repeat(3, 1, "d", **for_days(7))},
        ),
    ),
    taken(
        "range-at-clock-times",
        "MPD pattern 2: a range of volume at times of day between two dates",
        dosage(
            "15 to 20 mL at 8:00 and 20:00",
            timing={
                "repeat": {
                    "timeOfDay": ["08:00:00", "20:00:00"],
                    "boundsPeriod": {"start": "2026-02-04", "end": "2026-02-11"},
                    **repeat(None, 1, "d"),
                }
            },
            doseAndRate=between(quantity(15, "mL"), quantity(20, "mL")),
        ),
    ),
    taken(
        "every-third-day",
        "MPD pattern 3: a period of days, and an instruction in words beside it",
        dosage(
            "2 tablets every third day",
            timing={"repeat": repeat(1, 3, "d")},
            additionalInstruction=[concept(text="Take it while standing")],
            doseAndRate=dose(pieces(2)),
        ),
    ),
    taken(
        "rate-every-monday",
        "MPD pattern 4: a rate into a vein for some minutes on a day of the week",
        dosage(
            "50 mg per hour for 20 minutes every Monday",
            timing={
                "repeat": {
                    "duration": 20,
                    "durationUnit": "min",
                    "dayOfWeek": ["mon"],
                    **repeat(1, 1, "wk"),
                }
            },
            route=_INTRAVENOUS,
            doseAndRate=[{"rateQuantity": quantity(50, "mg/h")}],
        ),
    ),
    taken(
        "half-as-needed-before-breakfast",
        "MPD pattern 5: half a tablet, an event of the day, and only if needed",
        dosage(
            "Half a tablet before breakfast if needed",
            asNeededBoolean=True,
            timing={"repeat": repeat(1, 1, "d", when=["ACM"])},
            doseAndRate=dose(pieces(_HALF)),
        ),
    ),
    taken(
        "steps-with-another-route",
        "MPD pattern 6: two steps, of another dose and route each",
        dosage(
            "1500 mg into a muscle every 8 hours for 3 days",
            sequence=1,
            route=_INTRAMUSCULAR,
            timing={"repeat": repeat(1, 8, "h", **for_days(3))},
            doseAndRate=dose(quantity(1500, "mg")),
        ),
        dosage(
            "then 750 to 1500 mg into a vein every 8 hours for 4 days",
            sequence=2,
            route=_INTRAVENOUS,
            timing={"repeat": repeat(1, 8, "h", **for_days(4))},
            doseAndRate=between(quantity(750, "mg"), quantity(1500, "mg")),
        ),
    ),
    taken(
        "parallel-lines",
        "MPD pattern 7: two lines at the same time of one sequence, with a site",
        _drop("morning", "MORN", 1),
        _drop("evening", "EVE", 2),
    ),
)

_SCHEDULES = (
    taken(
        "days-of-the-week",
        "several days of a week at a time of day",
        dosage(
            "1 tablet on Monday, Wednesday and Friday at 7:30",
            timing={
                "repeat": {
                    "dayOfWeek": ["mon", "wed", "fri"],
                    "timeOfDay": ["07:30:00"],
                }
            },
        ),
    ),
    taken(
        "once-a-week-methotrexate",
        "a day of the week that must not be read as daily",
        dosage(
            "4 tablets once a week, on Thursday",
            timing={"repeat": repeat(1, 1, "wk", dayOfWeek=["thu"])},
            additionalInstruction=[concept(text="NEVER take it daily")],
            doseAndRate=dose(pieces(4)),
        ),
    ),
    taken(
        "every-eight-hours",
        "a period of hours that is not so often a day",
        dosage("1 tablet every 8 hours", timing={"repeat": repeat(1, 8, "h")}),
    ),
    taken(
        "four-times-of-day",
        "morning, noon, evening and night as FHIR names them",
        dosage(
            "1 tablet in the morning, at noon, in the evening and for the night",
            timing={"repeat": {"when": ["MORN", "NOON", "EVE", "NIGHT"]}},
        ),
    ),
    taken(
        "range-of-frequency",
        "so often to so often a day",
        dosage(
            "1 tablet 2 to 3 times a day",
            timing={"repeat": repeat(2, 1, "d", frequencyMax=3)},
        ),
    ),
    taken(
        "range-of-period",
        "at intervals of between so long and so long",
        dosage(
            "1 tablet every 4 to 6 hours",
            timing={"repeat": repeat(1, 4, "h", periodMax=6)},
        ),
    ),
    taken(
        "tapering",
        "four steps downwards, of days each",
        _step(1, "4 tablets a day for 5 days", 5, 4),
        _step(2, "then 3 tablets a day for 5 days", 5, 3),
        _step(3, "then 2 tablets a day for 5 days", 5, 2),
        _step(4, "then 1 tablet a day for 5 days", 5, 1),
    ),
    taken(
        "cycle-21-of-28",
        "a cycle: daily for 21 days of 28",
        dosage(
            "1 tablet a day for 21 days, then 7 days without, again and again",
            timing={
                "repeat": {"duration": 21, "durationUnit": "d", **repeat(1, 28, "d")}
            },
        ),
    ),
    taken(
        "with-food",
        "a meal that HL7 names and the value set of CDA has not",
        dosage("1 tablet with each meal", timing={"repeat": {"when": ["C"]}}),
    ),
    taken(
        "half-an-hour-before-lunch",
        "an event of the day with an offset",
        dosage(
            "1 tablet 30 minutes before lunch",
            timing={"repeat": {"when": ["ACD"], "offset": 30}},
        ),
    ),
    taken(
        "after-supper-and-at-bedtime",
        "two events of the day in one line",
        dosage(
            "1 tablet after supper and 1 at bedtime",
            timing={"repeat": {"when": ["PCV", "HS"]}},
        ),
    ),
    taken(
        "single-dose",
        "once and never again",
        dosage("3 tablets once", timing={"repeat": {"count": 1}}),
    ),
    taken(
        "single-moment",
        "at a moment that is named",
        dosage(
            "1 tablet on 5 February at 8:00",
            timing={"event": ["2026-02-05T08:00:00+01:00"]},
        ),
    ),
    taken(
        "ten-doses",
        "so many times altogether",
        dosage(
            "1 tablet twice a day, 10 doses in all",
            timing={"repeat": repeat(2, 1, "d", count=10)},
        ),
    ),
    taken(
        "code-of-a-schedule",
        "a schedule that is only a code",
        dosage(
            "1 tablet twice a day",
            timing={
                "code": concept(
                    (
                        "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation",
                        "BID",
                        "BID",
                    )
                )
            },
        ),
    ),
    taken(
        "open-end",
        "a beginning without an end",
        dosage(
            "1 tablet a day from 10 February",
            timing={"repeat": repeat(1, 1, "d", boundsPeriod={"start": "2026-02-10"})},
        ),
    ),
    taken(
        "range-of-days",
        "for between so many days and so many",
        dosage(
            "1 tablet a day for 7 to 10 days",
            timing={
                "repeat": repeat(
                    1,
                    1,
                    "d",
                    boundsRange={"low": quantity(7, "d"), "high": quantity(10, "d")},
                )
            },
        ),
    ),
)

_LIMITS = (
    taken(
        "as-needed-with-reason-and-maximum",
        "only for pain, and never more than so much a day",
        dosage(
            "1 to 2 tablets for pain, at most 8 in 24 hours",
            asNeededCodeableConcept=_PAIN,
            timing={"repeat": repeat(1, 6, "h")},
            doseAndRate=between(pieces(1), pieces(2)),
            maxDosePerPeriod={"numerator": pieces(8), "denominator": quantity(24, "h")},
        ),
    ),
    taken(
        "maximum-each-time-and-in-a-life",
        "limits that CDA has no element for",
        dosage(
            "2 mg a day, at most 4 mg at once and 300 mg in all",
            doseAndRate=dose(quantity(2, "mg")),
            maxDosePerAdministration=quantity(4, "mg"),
            maxDosePerLifetime=quantity(300, "mg"),
        ),
    ),
    taken(
        "by-weight",
        "a dose for each kilogram, calculated and not ordered",
        dosage(
            "10 mg for each kg every 6 hours",
            timing={"repeat": repeat(1, 6, "h")},
            doseAndRate=[
                {
                    "type": concept(
                        (
                            "http://terminology.hl7.org/CodeSystem/dose-rate-type",
                            "calculated",
                            "Calculated",
                        )
                    ),
                    "doseQuantity": quantity(10, "mg/kg"),
                }
            ],
        ),
    ),
    taken(
        "rate-as-a-ratio",
        "so much in so long as a ratio, and how it is given",
        dosage(
            "100 mL in 30 minutes, by infusion",
            route=_INTRAVENOUS,
            method=concept((SNOMED, "764813007", "Infuse")),
            doseAndRate=[
                {
                    "doseQuantity": quantity(100, "mL"),
                    "rateRatio": {
                        "numerator": quantity(100, "mL"),
                        "denominator": quantity(30, "min"),
                    },
                }
            ],
        ),
    ),
)

_WORDS = (
    taken(
        "free-text-only",
        "nothing but words",
        {"text": "According to the plan that was handed over"},
    ),
    taken(
        "instruction-for-the-patient",
        "words for the patient beside the dosage",
        dosage(patientInstruction="Drink a glass of water with it; do not chew."),
    ),
    Case(
        "rendered-dosage",
        "the whole dosage once more in words, which R5 has an element for",
        (
            request(
                extension=[
                    r5(
                        "MedicationRequest.renderedDosageInstruction",
                        "5 mg in the morning, by mouth",
                        "Markdown",
                    )
                ]
            ),
        ),
    ),
    Case("no-dosage", "no dosage at all", (request(dosageInstruction=None),)),
    Case(
        "absent-dose",
        "a dose that is said to be unknown",
        (
            request(
                dosageInstruction=[dosage(doseAndRate=[{"doseQuantity": absent()}])]
            ),
        ),
    ),
)

DOSAGES: tuple[Case, ...] = (*_MPD, *_SCHEDULES, *_LIMITS, *_WORDS)
