"""Laws of the way back, for whatever a source may say."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.transformations.patient_summary.cda_documents import ReadBack, leaves_of
from tests.transformations.patient_summary.strategies import (
    ALLERGIES,
    CONDITIONS,
    ENTRIES,
    PROCEDURES,
)
from tests.transformations.patient_summary.summaries import carry
from transformations.cda import PREFIXES
from transformations.patient_summary.sections import SECTIONS
from trust.xml import write_xml

SECTIONS_READ = [section.code.value for section in SECTIONS if section.is_read]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def law(examples: int, *strategies: st.SearchStrategy[Any]):
    """State a law with few examples and without a stopwatch: the machine is shared."""

    def decorate(test):
        held = settings(
            max_examples=examples, deadline=None, suppress_health_check=SLOW
        )
        return held(given(*strategies)(test))

    return decorate


def back(resource: dict[str, Any]) -> dict[str, Any]:
    """Send a resource to CDA and return what comes back of it."""
    written = carry(copy.deepcopy(resource)).result.document
    return ReadBack(written).one(resource["resourceType"])


def codes(concept: Any) -> set[tuple[str, str]]:
    return {(one["system"], one["code"]) for one in concept.get("coding", ())}


def words(concept: Any) -> set[str]:
    said = {one.get("display", "") for one in concept.get("coding", ())}
    return {concept["text"]} if "text" in concept else said


def same_concept(before: Any, after: Any) -> None:
    assert codes(after) == codes(before)
    assert words(before) & ({after.get("text")} | words(after)), (before, after)


@law(12, ALLERGIES)
def test_an_allergy_comes_back_as_it_went(allergy):
    read = back(allergy)
    same_concept(allergy["code"], read["code"])
    assert codes(read["clinicalStatus"]) == codes(allergy["clinicalStatus"])
    for name in ("type", "criticality", "onsetDateTime"):
        assert read.get(name) == allergy.get(name)
    assert codes(read.get("verificationStatus", {})) == codes(
        allergy.get("verificationStatus", {})
    )
    told = [note["text"] for note in read.get("note", ())]
    assert told == [note["text"] for note in allergy.get("note", ())]
    for before, after in zip(
        allergy.get("reaction", ()), read.get("reaction", ()), strict=True
    ):
        same_concept(before["manifestation"][0], after["manifestation"][0])
        assert (after.get("onset"), after.get("severity")) == (
            before.get("onset"),
            before.get("severity"),
        )


@law(12, CONDITIONS)
def test_a_problem_comes_back_as_it_went(condition):
    read = back(condition)
    same_concept(condition["code"], read["code"])
    assert codes(read["clinicalStatus"]) == codes(condition["clinicalStatus"])
    assert read.get("onsetDateTime") == condition.get("onsetDateTime")
    assert codes(read.get("verificationStatus", {})) == codes(
        condition.get("verificationStatus", {})
    )
    for before, after in zip(
        condition.get("bodySite", ()), read.get("bodySite", ()), strict=True
    ):
        same_concept(before, after)


@law(10, PROCEDURES)
def test_a_procedure_comes_back_as_it_went(procedure):
    read = back(procedure)
    same_concept(procedure["code"], read["code"])
    assert read["status"] == procedure["status"]
    assert read["performedDateTime"] == procedure["performedDateTime"]


@law(30, st.sampled_from(SECTIONS_READ), st.lists(ENTRIES, min_size=1, max_size=2))
def test_an_entry_of_any_form_is_read_or_lost_but_never_breaks_anything(code, entries):
    inside = b"".join(write_xml(one, PREFIXES, declaration=False) for one in entries)
    document = (
        b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody>'
        b'<component><section><code code="' + code.encode() + b'" codeSystem='
        b'"2.16.840.1.113883.6.1"/><text>x</text>' + inside + b"</section></component>"
        b"</structuredBody></component></ClinicalDocument>"
    )
    result = ReadBack(document)
    booked = sorted((entry.path, entry.value) for entry in result.entries)
    assert booked == sorted(leaves_of(etree.fromstring(document)))
