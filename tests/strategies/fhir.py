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
    LOINC,
    SCT,
    Json,
    Values,
    absent_reasons,
    addresses,
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
    periods,
    plain_quantities,
    reactions,
    some,
    statuses,
    substances,
    telecoms,
    texts,
    words,
)
from tests.strategies.medication import (
    medication_requests,
    medication_statements,
)
from tests.strategies.observations import (
    abilities,
    habits,
    pregnancies,
    results,
    travels,
    vital_signs,
)
from tests.strategies.resources import (
    ABOUT,
    ANYBODY,
    AUTHOR,
    PATIENT,
    holding,
    onset,
    resource_of,
)

conditions = choice(
    choice(
        resource_of(
            "Condition",
            {"subject": ABOUT},
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
            recorder=ANYBODY,
            note=lists_of(annotations),
        ),
        *onset("onset"),
    ),
    *onset("abatement"),
)

_reaction = some(
    {"manifestation": lists_of(reactions)},
    severity=st.sampled_from(["mild", "moderate", "severe"]),
    onset=date_times,
    description=texts,
    substance=substances,
)
allergies = choice(
    resource_of(
        "AllergyIntolerance",
        {"patient": ABOUT},
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
    *onset("onset"),
)

immunizations = choice(
    resource_of(
        "Immunization",
        {
            "patient": ABOUT,
            "status": st.sampled_from(["completed", "not-done"]),
            "vaccineCode": concepts((SCT, ["863911006"]), (ATC, ["J07AM01"])),
        },
        lotNumber=texts,
        expirationDate=full_dates,
        manufacturer=st.just({"display": "Maker"}),
        route=concepts((SCT, ["78421000"])),
        site=body_sites,
        doseQuantity=plain_quantities,
        performer=lists_of(st.fixed_dictionaries({"actor": ANYBODY}), 1),
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
    resource_of(
        "Procedure",
        {
            "subject": ABOUT,
            "status": st.sampled_from(["completed", "in-progress", "not-done"]),
        },
        code=concepts((SCT, ["80146002"])),
        bodySite=lists_of(body_sites),
        reasonCode=lists_of(disorders),
        outcome=concepts(),
        performer=lists_of(st.fixed_dictionaries({"actor": ANYBODY}), 1),
        note=lists_of(annotations),
    ),
    {"performedDateTime": date_times},
    {"performedPeriod": periods},
    {"performedString": texts},
    {"_performedDateTime": absent_reasons},
)

devices = resource_of(
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
device_uses = holding(
    choice(
        resource_of(
            "DeviceUseStatement",
            {
                "subject": ABOUT,
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
    devices,
    "device",
)

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
    resource_of(
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
            "subject": ABOUT,
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
