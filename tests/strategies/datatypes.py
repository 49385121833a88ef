"""Hypothesis strategies for the datatypes of FHIR R4, as plain JSON values.

Values are as odd as R4 allows: partial dates, zones, numbers with trailing zeros, codes
of systems nobody knows, words instead of codes, reasons of absence, extensions.

Spec: FHIR R4 §2.24 Datatypes, §2.5 Extensibility.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Json: TypeAlias = Any
Values: TypeAlias = SearchStrategy[Json]

SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
EDQM = "http://standardterms.edqm.eu"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

# A text says something: R4 forbids one that is empty or begins with nothing.
texts = st.text(
    st.sampled_from("aeZ09 éßłΩ中<>&\"'|;-_./\u00a0\u2019\n"), min_size=1, max_size=10
).filter(str.strip)
words = st.sampled_from(["Asthma", "Amoxicillin 500 mg", "Herzkreislauf", "x < y & z"])
years = st.integers(1900, 2100).map("{:04d}".format)
full_dates = st.dates().filter(lambda day: day.year >= 1000).map(str)
dates = st.one_of(years, full_dates.map(lambda text: text[:7]), full_dates)
times = st.sampled_from(
    ["T10:00:00Z", "T23:59:59.123+01:00", "T00:00:00-05:30", "T12:30:00.000Z"]
)
moments = st.builds(str.__add__, full_dates, times)
date_times = st.one_of(dates, moments)
numbers = st.one_of(
    st.integers(-10, 100_000),
    st.decimals("-99999", "99999", places=2),
    st.sampled_from([Decimal("5.10"), Decimal("0.000000001"), Decimal("1.0")]),
)
unknown_extensions = st.just(
    [{"url": "https://example.lu/an-extension", "valueString": "x"}]
)
absent_reasons = st.sampled_from(
    ["unknown", "asked-unknown", "masked", "not-applicable", "error"]
).map(lambda code: {"extension": [{"url": ABSENT_REASON, "valueCode": code}]})


def some(required: dict[str, Values], **optional: Values) -> Values:
    """Draw an object: all of what is required, some of what is optional."""
    return st.fixed_dictionaries(required, optional=optional)


def choice(base: Values, *alternatives: dict[str, Values]) -> Values:
    """Add to an object at most one member of a choice such as ``onset[x]``."""
    picked = st.one_of(st.just({}), *map(st.fixed_dictionaries, alternatives))
    return st.builds(lambda first, second: {**first, **second}, base, picked)


def codings(systems: list[tuple[str, list[str]]]) -> Values:
    """Draw a Coding of one of these systems, or of one that CDA cannot name."""
    known = [(system, code) for system, codes in systems for code in codes]
    pairs = st.sampled_from(
        [*known, ("https://example.lu/codes", "l-1"), ("urn:oid:2.999.5", "9")]
    )
    named = st.one_of(st.none(), words)
    return st.builds(_coding, pairs, named)


def _coding(pair: tuple[str, str], display: str | None) -> Json:
    coding = {"system": pair[0], "code": pair[1]}
    return coding if display is None else {**coding, "display": display}


def concepts(*systems: tuple[str, list[str]]) -> Values:
    """Draw a CodeableConcept: codes, words, both, or why there is neither."""
    coded = st.lists(codings(list(systems)), min_size=1, max_size=3)
    return st.one_of(
        some({"coding": coded}, text=words, extension=unknown_extensions),
        st.fixed_dictionaries({"text": texts}),
        absent_reasons,
    )


def statuses(system: str, *codes: str) -> Values:
    """Draw a CodeableConcept of a closed list, seldom one that the list has not."""
    code = st.sampled_from([*codes, "not-in-the-list"])
    return code.map(
        lambda value: {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": value}]}
    )


def lists_of(values: Values, most: int = 2) -> Values:
    """Draw a list that is not empty."""
    return st.lists(values, min_size=1, max_size=most)


disorders = concepts((ICD, ["J45", "I10"]), (SCT, ["38341003"]))
substances = concepts((ATC, ["J01CA04"]), (SCT, ["387207008"]))
body_sites = concepts((SCT, ["368208006", "721029009"]))
reactions = concepts((SCT, ["126485001"]), (ICD, ["L50"]))
quantities = some(
    {"value": numbers},
    unit=st.sampled_from(["mg", "tablet"]),
    comparator=st.sampled_from(["<", ">="]),
    system=st.just(UCUM),
    code=st.sampled_from(["mg", "mL", "1", "{tablet}"]),
)
plain_quantities = some(
    {"value": numbers}, system=st.just(UCUM), code=st.sampled_from(["mg", "mL", "1"])
)
ages = st.integers(0, 120).map(
    lambda value: {"value": value, "system": UCUM, "code": "a"}
)
ranges = st.fixed_dictionaries({"low": plain_quantities, "high": plain_quantities})
ratios = st.fixed_dictionaries({"numerator": quantities, "denominator": quantities})
periods = st.one_of(
    st.fixed_dictionaries({"start": date_times}),
    st.fixed_dictionaries({"end": date_times}),
    st.fixed_dictionaries({"start": date_times, "end": date_times}),
)
identifiers = some(
    {"value": texts},
    system=st.sampled_from(["urn:oid:1.3.182.4.4", "https://example.lu/ids"]),
    use=st.sampled_from(["official", "secondary"]),
)
annotations = some({"text": texts}, time=date_times, authorString=words)
names = st.one_of(
    some({"family": texts, "given": lists_of(texts)}, prefix=lists_of(texts)),
    some({"text": texts}, use=st.just("official")),
    st.fixed_dictionaries({"family": texts}),
)
addresses = some(
    {"country": st.sampled_from(["LU", "Luxembourg", "PT"])},
    line=lists_of(texts),
    city=texts,
    postalCode=texts,
    text=texts,
    use=st.sampled_from(["home", "old"]),
)
telecoms = some(
    {"value": st.sampled_from(["+352 1 23", "a@example.lu"])},
    system=st.sampled_from(["phone", "email", "other"]),
    use=st.sampled_from(["home", "mobile"]),
)
narratives = st.builds(
    lambda text, status: {
        "status": status,
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>',
    },
    st.sampled_from(["Words of the source", "Paroles", "1 &lt; 2"]),
    st.sampled_from(["generated", "additional", "extensions"]),
)
