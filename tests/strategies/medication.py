"""Hypothesis strategies for medicines, and for statements and requests of them."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.datatypes import (
    EDQM,
    SCT,
    Values,
    absent_reasons,
    annotations,
    body_sites,
    choice,
    concepts,
    date_times,
    disorders,
    lists_of,
    periods,
    plain_quantities,
    ranges,
    ratios,
    some,
    substances,
    texts,
)
from tests.strategies.resources import ABOUT, holding, resource_of

_ingredient = choice(
    some({}, strength=ratios, isActive=st.booleans()),
    {"itemCodeableConcept": substances},
)
medicines = resource_of(
    "Medication",
    {},
    code=substances,
    form=concepts((EDQM, ["10219000"])),
    ingredient=lists_of(_ingredient),
    amount=ratios,
    status=st.sampled_from(["active", "inactive"]),
)
_repeat = some(
    {},
    frequency=st.integers(1, 6),
    period=st.integers(1, 12),
    periodUnit=st.sampled_from(["h", "d", "wk"]),
    when=lists_of(st.sampled_from(["ACM", "HS", "MORN"]), 1),
    timeOfDay=lists_of(st.just("08:00:00")),
    boundsPeriod=periods,
).filter(bool)
_timing = st.one_of(
    st.fixed_dictionaries({"repeat": _repeat}),
    st.fixed_dictionaries({"event": lists_of(date_times)}),
    st.fixed_dictionaries({"code": concepts()}),
)
_dose = st.one_of(
    st.fixed_dictionaries({"doseQuantity": plain_quantities}),
    st.fixed_dictionaries({"doseRange": ranges}),
    st.fixed_dictionaries({"rateRatio": ratios}),
)
dosages = choice(
    some(
        {},
        text=texts,
        sequence=st.integers(1, 3),
        timing=_timing,
        route=concepts((EDQM, ["20053000"]), (SCT, ["26643006"])),
        doseAndRate=lists_of(_dose, 1),
        additionalInstruction=lists_of(concepts()),
        patientInstruction=texts,
        site=body_sites,
    ),
    {"asNeededBoolean": st.booleans()},
    {"asNeededCodeableConcept": disorders},
).filter(bool)


_statement = choice(
    resource_of(
        "MedicationStatement",
        {
            "subject": ABOUT,
            "status": st.sampled_from(["active", "completed", "not-taken", "stopped"]),
        },
        dosage=lists_of(dosages),
        reasonCode=lists_of(disorders),
        dateAsserted=date_times,
        note=lists_of(annotations),
    ),
    {"effectiveDateTime": date_times},
    {"effectivePeriod": periods},
    {"_effectiveDateTime": absent_reasons},
)
_request = resource_of(
    "MedicationRequest",
    {
        "subject": ABOUT,
        "status": st.sampled_from(["active", "completed", "cancelled"]),
        "intent": st.sampled_from(["order", "plan", "proposal"]),
    },
    dosageInstruction=lists_of(dosages),
    authoredOn=date_times,
    doNotPerform=st.booleans(),
    note=lists_of(annotations),
)


def _with_medicine(resource: Values) -> Values:
    coded = st.builds(
        lambda first, code: {**first, "medicationCodeableConcept": code},
        resource,
        substances,
    )
    return st.one_of(coded, holding(resource, medicines, "medicationReference"))


medication_statements = _with_medicine(_statement)
medication_requests = _with_medicine(_request)
