"""Whatever a prescription may say, for properties that always hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.corpus.prescriptions.parts import (
    ATC,
    BOX,
    ICD_10,
    LU_PRODUCT,
    ORAL,
    SUBSTITUTION,
    TABLET,
    Json,
    bundle_of,
    concept,
    extension,
    ingredient,
    medication,
    pack,
    quantity,
    r5,
    request,
    supply,
)
from transformations.medication.schedule_words import EVENTS

# Signs of many scripts, and those that mean something in XML.
_SIGNS = st.characters(categories=("L", "N", "P", "S", "Zs"))
words = (
    st.text(_SIGNS, min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
codes = st.text("ABCDEFGHJKLMNP0123456789-.", min_size=1, max_size=16)
numbers = st.decimals("0.0001", "99999999", places=4, allow_nan=False)
units = st.sampled_from(["mg", "mL", "g", "[IU]", "ug", "mmol"])
dates = st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(str)
days = st.lists(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    unique=True,
    min_size=1,
    max_size=7,
)
clocks = st.lists(
    st.times().map(lambda time: f"{time:%H:%M}:00"), unique=True, min_size=1, max_size=4
)


def _quantities(values: Any = numbers) -> Any:
    return st.builds(quantity, values, units)


def _optional(**elements: Any) -> Any:
    """Draw an object with any of some elements."""
    return st.fixed_dictionaries({}, optional=elements)


_bounds = st.one_of(
    st.just({}),
    st.builds(
        lambda number, unit: {"boundsDuration": quantity(number, unit)},
        st.integers(1, 400),
        st.sampled_from(["d", "wk", "mo"]),
    ),
    st.builds(lambda start: {"boundsPeriod": {"start": start}}, dates),
)
_periods = st.builds(
    lambda number, unit: {"period": number, "periodUnit": unit},
    st.integers(1, 99) | st.decimals("0.5", "48", places=1),
    st.sampled_from(["h", "d", "wk", "mo"]),
)
_events = st.lists(st.sampled_from(sorted(EVENTS)), unique=True, min_size=1, max_size=4)
_schedules = st.one_of(
    st.builds(
        lambda times, period: {"frequency": times, **period},
        st.integers(1, 12),
        _periods,
    ),
    st.builds(lambda events: {"when": events}, _events),
    st.builds(lambda times: {"timeOfDay": times}, clocks),
    st.builds(lambda on, times: {"dayOfWeek": on, "timeOfDay": times}, days, clocks),
    st.builds(lambda on: {"dayOfWeek": on}, days),
    st.builds(lambda count: {"count": count}, st.integers(1, 30)),
    st.builds(
        lambda period, most: {"frequency": 1, **period, "frequencyMax": most},
        _periods,
        st.integers(2, 9),
    ),
)
_repeats = st.builds(
    lambda schedule, bounds: {**schedule, **bounds}, _schedules, _bounds
)
_doses = st.one_of(
    st.builds(lambda dose: {"doseQuantity": dose}, _quantities()),
    st.builds(
        lambda low, unit: {
            "doseRange": {"low": quantity(low, unit), "high": quantity(low + 1, unit)}
        },
        numbers,
        units,
    ),
    st.builds(lambda rate: {"rateQuantity": rate}, _quantities()),
)
dosages = st.builds(
    lambda some, repeat, doses: {
        **some,
        **({"timing": {"repeat": repeat}} if repeat else {}),
        **({"doseAndRate": [doses]} if doses else {}),
    },
    _optional(
        text=words,
        patientInstruction=words,
        additionalInstruction=st.lists(
            words.map(lambda text: {"text": text}), max_size=2
        ),
        asNeededBoolean=st.booleans(),
        route=st.just(concept(ORAL)),
        sequence=st.integers(1, 9),
        maxDosePerPeriod=st.builds(
            lambda most: {"numerator": most, "denominator": quantity(24, "h")},
            _quantities(),
        ),
    ),
    st.none() | _repeats,
    st.none() | _doses,
)


@st.composite
def medicines(draw: st.DrawFn) -> Json:
    """Draw a product with a code or a brand, a package and its substances."""
    name = draw(words)
    substances = draw(
        st.lists(st.tuples(words, numbers, units), min_size=1, max_size=3)
    )
    return medication(
        code=concept((LU_PRODUCT, draw(codes), name), text=name),
        form=concept(TABLET),
        amount=pack(draw(numbers), BOX, "tablet"),
        ingredient=[
            ingredient(
                f"A{index}",
                substance,
                {"numerator": quantity(number, unit), "denominator": quantity(1, "1")},
            )
            for index, (substance, number, unit) in enumerate(substances)
        ],
        extension=[
            extension(
                "medication-classification",
                concept((ATC, draw(codes), draw(words))),
                "CodeableConcept",
            )
        ],
    )


_substitutions = st.one_of(
    st.booleans().map(lambda allowed: {"allowedBoolean": allowed}),
    st.sampled_from(["N", "G", "TE"]).map(
        lambda code: {
            "allowedCodeableConcept": concept((SUBSTITUTION, code, code.lower()))
        }
    ),
)


@st.composite
def prescriptions(draw: st.DrawFn) -> Json:
    """Draw a Bundle of one item that may leave."""
    order = request(
        identifier=[{"system": "urn:oid:2.999.7", "value": draw(codes)}],
        dosageInstruction=draw(st.lists(dosages, max_size=3)) or None,
        dispenseRequest=supply(
            draw(st.integers(1, 999)),
            **draw(
                _optional(
                    numberOfRepeatsAllowed=st.integers(0, 12),
                    validityPeriod=st.builds(lambda start: {"start": start}, dates),
                )
            ),
        ),
        substitution=draw(st.none() | _substitutions),
        reasonCode=[
            concept((ICD_10, code, text))
            for code, text in draw(st.dictionaries(codes, words, max_size=2)).items()
        ]
        or None,
        note=[{"text": text} for text in draw(st.lists(words, max_size=2))] or None,
        extension=[
            r5("MedicationRequest.effectiveDosePeriod", {"start": start}, "Period")
            for start in draw(st.lists(dates, max_size=1))
        ]
        or None,
    )
    return bundle_of("collection", [order, draw(medicines())])
