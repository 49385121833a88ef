"""Hypothesis strategies for the resources of a patient summary, and for summaries.

Every resource is valid R4 and as odd as R4 allows. :func:`summaries` puts them into a
document Bundle; :data:`BY_SECTION` names the strategies by the section they belong to.

Spec: FHIR R4 / IPS 2.0.1 and EPS 1.0.0 sections.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.strategies.datatypes import (
    ATC,
    EDQM,
    LOINC,
    SCT,
    Json,
    Values,
    absent_reasons,
    addresses,
    ages,
    annotations,
    body_sites,
    choice,
    concepts,
    date_times,
    dates,
    disorders,
    full_dates,
    identifiers,
    lists_of,
    moments,
    names,
    narratives,
    numbers,
    periods,
    plain_quantities,
    quantities,
    ranges,
    ratios,
    reactions,
    some,
    statuses,
    substances,
    telecoms,
    texts,
    unknown_extensions,
    words,
)

PATIENT = f"urn:uuid:{UUID(int=1)}"
AUTHOR = f"urn:uuid:{UUID(int=2)}"
_ABOUT = st.just({"reference": PATIENT})
_ANYBODY = st.sampled_from([{"display": "Dr Klein"}, {"reference": AUTHOR}])


def _resource(kind: str, required: dict[str, Values], **optional: Values) -> Values:
    """Draw a resource with what every resource may have."""
    always: dict[str, Values] = {
        "identifier": lists_of(identifiers),
        "extension": unknown_extensions,
        "text": narratives,
        "language": st.just("fr-LU"),
        **optional,
    }
    seldom = {name: one for name, one in always.items() if name not in required}
    return some({"resourceType": st.just(kind), **required}, **seldom)


def _onset(name: str) -> tuple[dict[str, Values], ...]:
    """Return the members of ``onset[x]`` or ``abatement[x]``."""
    return (
        {f"{name}DateTime": date_times},
        {f"_{name}DateTime": absent_reasons},
        {f"{name}Period": periods},
        {f"{name}Age": ages},
        {f"{name}String": texts},
    )


conditions = choice(
    choice(
        _resource(
            "Condition",
            {"subject": _ABOUT},
            code=disorders,
            clinicalStatus=statuses(
                "condition-clinical", "active", "remission", "resolved", "relapse"
            ),
            verificationStatus=statuses(
                "condition-ver-status", "confirmed", "refuted", "entered-in-error"
            ),
            category=lists_of(concepts((LOINC, ["75326-9", "29308-4"]))),
            severity=concepts((SCT, ["24484000"]), (LOINC, ["LA6752-5"])),
            bodySite=lists_of(body_sites),
            recordedDate=date_times,
            recorder=_ANYBODY,
            note=lists_of(annotations),
        ),
        *_onset("onset"),
    ),
    *_onset("abatement"),
)

_reaction = some(
    {"manifestation": lists_of(reactions)},
    severity=st.sampled_from(["mild", "moderate", "severe"]),
    onset=date_times,
    description=texts,
    substance=substances,
)
allergies = choice(
    _resource(
        "AllergyIntolerance",
        {"patient": _ABOUT},
        code=substances,
        type=st.sampled_from(["allergy", "intolerance"]),
        category=lists_of(st.sampled_from(["food", "medication", "biologic"])),
        criticality=st.sampled_from(["low", "high", "unable-to-assess"]),
        clinicalStatus=statuses("allergyintolerance-clinical", "active", "resolved"),
        verificationStatus=statuses(
            "allergyintolerance-verification", "confirmed", "refuted", "unconfirmed"
        ),
        recordedDate=date_times,
        lastOccurrence=date_times,
        reaction=lists_of(_reaction),
        note=lists_of(annotations),
    ),
    *_onset("onset"),
)

_ingredient = choice(
    some({}, strength=ratios, isActive=st.booleans()),
    {"itemCodeableConcept": substances},
)
medicines = _resource(
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
_medicine_reference = st.just({"reference": "#medicine"})


def _holding(kind: str, resource: Values, reference: str) -> Values:
    """Let a resource contain another that it refers to."""

    def put(pair: tuple[Json, Json]) -> Json:
        holder, held = pair
        inside = {**held, "id": kind.lower()}
        return {
            **holder,
            "contained": [inside],
            reference: {"reference": f"#{kind.lower()}"},
        }

    held = medicines if kind == "Medicine" else devices
    return st.tuples(resource, held).map(put)


_statement = choice(
    _resource(
        "MedicationStatement",
        {
            "subject": _ABOUT,
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
_request = _resource(
    "MedicationRequest",
    {
        "subject": _ABOUT,
        "status": st.sampled_from(["active", "completed", "cancelled"]),
        "intent": st.sampled_from(["order", "plan", "proposal"]),
    },
    dosageInstruction=lists_of(dosages),
    authoredOn=date_times,
    doNotPerform=st.booleans(),
    note=lists_of(annotations),
)
devices = _resource(
    "Device",
    {},
    type=concepts((SCT, ["14106009"])),
    modelNumber=texts,
    serialNumber=texts,
    udiCarrier=lists_of(st.just({"carrierHRF": "(01)123"}), 1),
    deviceName=lists_of(
        st.fixed_dictionaries({"name": texts, "type": st.just("user-friendly-name")}), 1
    ),
)


def _with_medicine(resource: Values) -> Values:
    coded = st.builds(
        lambda first, code: {**first, "medicationCodeableConcept": code},
        resource,
        substances,
    )
    return st.one_of(coded, _holding("Medicine", resource, "medicationReference"))


medication_statements = _with_medicine(_statement)
medication_requests = _with_medicine(_request)

immunizations = choice(
    _resource(
        "Immunization",
        {
            "patient": _ABOUT,
            "status": st.sampled_from(["completed", "not-done"]),
            "vaccineCode": concepts((SCT, ["863911006"]), (ATC, ["J07AM01"])),
        },
        lotNumber=texts,
        expirationDate=full_dates,
        manufacturer=st.just({"display": "Maker"}),
        route=concepts((SCT, ["78421000"])),
        site=body_sites,
        doseQuantity=plain_quantities,
        performer=lists_of(st.fixed_dictionaries({"actor": _ANYBODY}), 1),
        protocolApplied=lists_of(
            some(
                {"doseNumberPositiveInt": st.integers(1, 5)},
                targetDisease=lists_of(disorders),
                series=texts,
            ),
            1,
        ),
        note=lists_of(annotations),
    ),
    {"occurrenceDateTime": date_times},
    {"occurrenceString": texts},
    {"_occurrenceDateTime": absent_reasons},
).filter(lambda one: any("occurrence" in name for name in one))

procedures = choice(
    _resource(
        "Procedure",
        {
            "subject": _ABOUT,
            "status": st.sampled_from(["completed", "in-progress", "not-done"]),
        },
        code=concepts((SCT, ["80146002"])),
        bodySite=lists_of(body_sites),
        reasonCode=lists_of(disorders),
        outcome=concepts(),
        performer=lists_of(st.fixed_dictionaries({"actor": _ANYBODY}), 1),
        note=lists_of(annotations),
    ),
    {"performedDateTime": date_times},
    {"performedPeriod": periods},
    {"performedString": texts},
    {"_performedDateTime": absent_reasons},
)

device_uses = _holding(
    "Device",
    choice(
        _resource(
            "DeviceUseStatement",
            {
                "subject": _ABOUT,
                "status": st.sampled_from(["active", "completed", "on-hold"]),
            },
            bodySite=body_sites,
            recordedOn=date_times,
            reasonCode=lists_of(disorders),
            note=lists_of(annotations),
        ),
        {"timingDateTime": date_times},
        {"timingPeriod": periods},
        {"_timingDateTime": absent_reasons},
    ),
    "device",
)

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
    base = _resource(
        "Observation",
        {
            "subject": _ABOUT,
            "status": st.sampled_from(["final", "amended", "preliminary"]),
            "code": codes,
        },
        category=lists_of(concepts(), 1),
        issued=moments,
        interpretation=lists_of(concepts()),
        bodySite=body_sites,
        method=concepts(),
        performer=lists_of(_ANYBODY),
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

BY_SECTION: dict[str, Values] = {
    "48765-2": allergies,
    "11450-4": conditions,
    "11348-0": conditions,
    "10160-0": st.one_of(medication_statements, medication_requests),
    "11369-6": immunizations,
    "47519-4": procedures,
    "46264-8": device_uses,
    "8716-3": vital_signs,
    "30954-2": results,
    "10162-6": pregnancies,
    "29762-2": habits,
    "47420-5": st.one_of(abilities, conditions),
    "10182-4": travels,
}

patients = choice(
    _resource(
        "Patient",
        {"name": lists_of(names), "identifier": lists_of(identifiers)},
        birthDate=dates,
        gender=st.sampled_from(["male", "female", "other", "unknown"]),
        address=lists_of(addresses),
        telecom=lists_of(telecoms),
        maritalStatus=concepts(),
        active=st.booleans(),
        communication=lists_of(
            st.fixed_dictionaries(
                {
                    "language": st.sampled_from(["fr-LU", "lb"]).map(
                        lambda code: {
                            "coding": [{"system": "urn:ietf:bcp:47", "code": code}]
                        }
                    )
                }
            ),
            1,
        ),
    ),
    {"deceasedBoolean": st.booleans()},
    {"multipleBirthInteger": st.integers(1, 3)},
)
_author = st.just({"resourceType": "Organization", "id": "o", "name": "Hospital"})
_section_text = st.one_of(st.none(), narratives)


@st.composite
def summaries(draw: st.DrawFn, *codes: str, whole: Values = patients) -> dict[str, Any]:
    """Draw a summary with some entries in each of these sections, as plain JSON.

    Numbers with a fraction are :class:`~decimal.Decimal`.
    """
    numbers_of_entries = count(10)
    entries: list[Json] = []
    sections = [
        _section(draw, code, entries, numbers_of_entries)
        for code in codes or tuple(BY_SECTION)
    ]
    composition = draw(_compositions(sections))
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {
            "system": "urn:ietf:rfc:3986",
            "value": f"urn:uuid:{UUID(int=9)}",
        },
        "timestamp": "2024-05-06T07:08:09Z",
        "entry": [
            {"fullUrl": f"urn:uuid:{UUID(int=3)}", "resource": composition},
            {"fullUrl": PATIENT, "resource": {**draw(whole), "id": "p"}},
            {"fullUrl": AUTHOR, "resource": draw(_author)},
            *entries,
        ],
    }


def _section(
    draw: st.DrawFn, code: str, entries: list[Json], ids: Iterator[int]
) -> Json:
    drawn = draw(st.lists(BY_SECTION[code], min_size=1, max_size=2))
    references = []
    for resource in drawn:
        number = next(ids)
        url = f"urn:uuid:{UUID(int=number)}"
        entries.append({"fullUrl": url, "resource": {**resource, "id": f"r{number}"}})
        references.append({"reference": url})
    section = {
        "title": draw(words),
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "entry": references,
    }
    text = draw(_section_text)
    return section if text is None else {**section, "text": text}


def _compositions(sections: list[Json]) -> Values:
    return some(
        {
            "resourceType": st.just("Composition"),
            "id": st.just("c"),
            "status": st.just("final"),
            "type": st.just({"coding": [{"system": LOINC, "code": "60591-5"}]}),
            "subject": _ABOUT,
            "date": moments,
            "author": st.just([{"reference": AUTHOR}]),
            "title": words,
            "section": st.just(sections),
        },
        language=st.sampled_from(["fr-LU", "de", "en-GB"]),
        confidentiality=st.sampled_from(["N", "R"]),
        custodian=st.just({"reference": AUTHOR}),
        identifier=identifiers,
    )


__all__ = [
    "AUTHOR",
    "BY_SECTION",
    "PATIENT",
    "allergies",
    "conditions",
    "device_uses",
    "devices",
    "immunizations",
    "medication_requests",
    "medication_statements",
    "medicines",
    "numbers",
    "observations",
    "patients",
    "procedures",
    "summaries",
]
