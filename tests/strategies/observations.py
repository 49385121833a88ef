"""Hypothesis strategies for observations, by what they observe."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.datatypes import (
    LOINC,
    SCT,
    Values,
    absent_reasons,
    annotations,
    body_sites,
    choice,
    concepts,
    date_times,
    lists_of,
    moments,
    periods,
    plain_quantities,
    quantities,
    ranges,
    ratios,
    some,
    texts,
)
from tests.strategies.resources import ABOUT, ANYBODY, resource_of

_values: tuple[dict[str, Values], ...] = (
    {"valueQuantity": quantities},
    {"valueCodeableConcept": concepts((SCT, ["278147001", "77386006"]))},
    {"valueString": texts},
    {"valueBoolean": st.booleans()},
    {"valueInteger": st.integers(0, 9)},
    {"valueRange": ranges},
    {"valueRatio": ratios},
    {"valueDateTime": date_times},
    {"valuePeriod": periods},
    {"dataAbsentReason": concepts()},
)
_reference_range = some(
    {"low": plain_quantities},
    high=plain_quantities,
    text=texts,
    appliesTo=lists_of(concepts()),
)


def _component(codes: Values) -> Values:
    return choice(
        some({"code": codes}, interpretation=lists_of(concepts(), 1)), *_values
    )


def observations(*loinc: str) -> Values:
    """Draw an Observation of one of these LOINC codes, or of another code."""
    codes = concepts((LOINC, list(loinc)))
    base = resource_of(
        "Observation",
        {
            "subject": ABOUT,
            "status": st.sampled_from(["final", "amended", "preliminary"]),
            "code": codes,
        },
        category=lists_of(concepts(), 1),
        issued=moments,
        interpretation=lists_of(concepts()),
        bodySite=body_sites,
        method=concepts(),
        performer=lists_of(ANYBODY),
        referenceRange=lists_of(_reference_range, 1),
        component=lists_of(_component(codes)),
        note=lists_of(annotations),
    )
    timed = choice(
        base,
        {"effectiveDateTime": date_times},
        {"effectivePeriod": periods},
        {"_effectiveDateTime": absent_reasons},
    )
    return choice(timed, *_values)


vital_signs = observations("85354-9", "8480-6", "8462-4", "29463-7")
results = observations("4548-4", "882-1", "2-6")
pregnancies = observations("82810-3", "11778-8", "11614-5", "93857-1")
habits = observations("72166-2", "74013-4", "11341-5")
abilities = observations("75246-9")
travels = observations("94651-7")
