"""Strategies for resources of FHIR and for entries of CDA.

What a resource may say is drawn element by element; an entry of CDA is drawn from the
structure of CDA itself, so that it is well-formed, and strange.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.transformations.patient_summary.summaries import PATIENT, SCT, status
from transformations.cda.structure import CdaClass, CdaNode, ChildRule, class_of
from transformations.hl7v3.oids import SNOMED_CT

WORDS = st.from_regex(r"[A-Za-zéüß]{1,8}( [A-Za-zéüß]{1,8}){0,2}", fullmatch=True)
CODES = st.from_regex(r"[1-9][0-9]{5,8}", fullmatch=True)
DATES = st.one_of(
    st.from_regex(r"(19|20)[0-9]{2}", fullmatch=True),
    st.from_regex(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", fullmatch=True),
    st.from_regex(
        r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", fullmatch=True
    ),
    st.from_regex(
        r"20[0-2][0-9]-0[1-9]-1[0-9]T(0[1-9]|1[0-9]):[0-5][0-9]:[0-5][0-9]\+0[0-3]:00",
        fullmatch=True,
    ),
)


@st.composite
def concepts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a concept: codes, words, or both."""
    systems = [SCT, "http://hl7.org/fhir/sid/icd-10", "urn:oid:2.999.7"]
    codings = draw(
        st.lists(
            st.fixed_dictionaries(
                {"system": st.sampled_from(systems), "code": CODES, "display": WORDS}
            ),
            max_size=3,
            unique_by=lambda coding: (coding["system"], coding["code"]),
        )
    )
    text = draw(WORDS if not codings else st.one_of(st.none(), WORDS))
    concept: dict[str, Any] = {}
    if codings:
        concept["coding"] = codings
    if text:
        concept["text"] = text
    return concept


def _some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional=optional)


def _one_of(system: str, *codes: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([status(system, code) for code in codes])


NOTES = st.lists(st.fixed_dictionaries({"text": WORDS}), min_size=1, max_size=2)
REACTIONS = _some(
    {"manifestation": st.lists(concepts(), min_size=1, max_size=1)},
    {"onset": DATES, "severity": st.sampled_from(["mild", "moderate", "severe"])},
)
ALLERGIES = _some(
    {
        "resourceType": st.just("AllergyIntolerance"),
        "id": st.just("a"),
        "patient": st.just({"reference": PATIENT}),
        "code": concepts(),
        "clinicalStatus": _one_of(
            "allergyintolerance-clinical", "active", "inactive", "resolved"
        ),
    },
    {
        "verificationStatus": _one_of(
            "allergyintolerance-verification", "confirmed", "unconfirmed", "refuted"
        ),
        "type": st.sampled_from(["allergy", "intolerance"]),
        "criticality": st.sampled_from(["low", "high", "unable-to-assess"]),
        "onsetDateTime": DATES,
        "reaction": st.lists(REACTIONS, min_size=1, max_size=3),
        "note": NOTES,
    },
)
CONDITIONS = _some(
    {
        "resourceType": st.just("Condition"),
        "id": st.just("c"),
        "subject": st.just({"reference": PATIENT}),
        "code": concepts(),
        "clinicalStatus": _one_of(
            "condition-clinical",
            "active",
            "recurrence",
            "inactive",
            "remission",
            "resolved",
        ),
    },
    {
        "verificationStatus": _one_of(
            "condition-ver-status", "confirmed", "unconfirmed", "provisional"
        ),
        "onsetDateTime": DATES,
        "bodySite": st.lists(concepts(), min_size=1, max_size=2),
        "note": NOTES,
    },
)
PROCEDURES = _some(
    {
        "resourceType": st.just("Procedure"),
        "id": st.just("p"),
        "subject": st.just({"reference": PATIENT}),
        "code": concepts(),
        "status": st.sampled_from(["completed", "in-progress", "not-done", "stopped"]),
        "performedDateTime": DATES,
    },
    {"bodySite": st.lists(concepts(), min_size=1, max_size=2)},
)

_VALUES = st.one_of(
    st.sampled_from(["true", "false", "UNK", "NA", "#x", "active", "EVN", "SUBJ"]),
    CODES,
    DATES.map(lambda date: date.replace("-", "")),
    WORDS,
    st.just(SNOMED_CT),
)
_NAMES = (
    "code",
    "codeSystem",
    "displayName",
    "value",
    "unit",
    "nullFlavor",
    "root",
    "extension",
    "typeCode",
    "classCode",
    "moodCode",
    "negationInd",
    "inversionInd",
)
_ATTRIBUTES = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=4)


@st.composite
def elements(draw: st.DrawFn, rule: ChildRule, depth: int) -> CdaNode:
    """Draw an element of a class with children that it may have, in any number."""
    node = CdaNode(rule, None, draw(_ATTRIBUTES))
    if depth and node.kind.children and node.kind.name != "StrucDoc.Text":
        names = sorted(node.kind.children)
        for name in draw(st.lists(st.sampled_from(names), max_size=3)):
            child = draw(elements(node.kind.children[name], depth - 1))
            node.graft(child)
    elif draw(st.booleans()):
        node.children.append(draw(WORDS))
    return node


def of_class(kind: CdaClass, name: str, depth: int) -> st.SearchStrategy[CdaNode]:
    """Draw a child of a class by its name."""
    return elements(kind.children[name], depth)


ENTRIES = of_class(class_of("Section"), "entry", 6)
