"""Over and back again: no fact of a document is lost in silence.

The whole is written as ``reports/patient-summary-round-trips.md``.
"""

import json
from functools import cache

import pytest

from tests.capabilities import REPOSITORY, require_data
from tests.transformations.patient_summary.cda_documents import ReadBack, summaries
from tests.transformations.patient_summary.documents import HEADER
from tests.transformations.patient_summary.round_trips import (
    Trip,
    lost_values,
    over_cda,
    over_fhir,
)
from tests.transformations.patient_summary.test_corpus import documents
from transformations.fhir import read_fhir_document
from transformations.patient_summary import (
    patient_summary_to_cda,
    patient_summary_to_fhir,
)

# Resources whose sections have their way back, and those of the header.
READ = frozenset(
    {
        "AllergyIntolerance",
        "Condition",
        "Procedure",
        "DeviceUseStatement",
        "Device",
        "Observation",
        "DiagnosticReport",
        "MedicationStatement",
        "MedicationRequest",
        "Medication",
        "Immunization",
        "Composition",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
    }
)
REPORT = REPOSITORY / "reports" / "patient-summary-round-trips.md"
HEAD = (
    "| document | facts | kept | in other words or places | lost aloud | silent |",
    "|---|---|---|---|---|---|",
)


@cache
def trips() -> dict[str, list[Trip]]:
    """Send every document over and back, and write the report."""
    found = {
        "FHIR to CDA to FHIR": [
            over_cda(path.stem, path.read_bytes(), READ) for path in documents() if path
        ],
        "CDA to FHIR to CDA": [
            over_fhir(path.stem, path.read_bytes()) for path in summaries() if path
        ],
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(report(found)), encoding="utf-8")
    return found


def report(found: dict[str, list[Trip]]) -> list[str]:
    lines = ["# Patient summaries, over and back again", ""]
    for way, of_way in found.items():
        lines += [f"## {way}", "", *HEAD, *(trip.line() for trip in of_way), ""]
        places = sorted(
            {(one.kind, one.place) for trip in of_way for one in trip.lost_aloud}
        )
        lines += ["Lost aloud:", "", *(f"- {kind} {place}" for kind, place in places)]
        lines.append("")
    return lines


@pytest.mark.parametrize("way", ["FHIR to CDA to FHIR", "CDA to FHIR to CDA"])
def test_no_fact_is_lost_in_silence(way):
    require_data("cda-dev")
    of_way = trips()[way]
    assert sum(trip.kept for trip in of_way) > 90
    silent = [(trip.name, fact) for trip in of_way for fact in trip.silent]
    assert not silent, silent


def test_what_came_back_goes_over_as_the_same_facts():
    """The second time over changes nothing more: a fixpoint of coded facts."""
    require_data("cda-dev")
    for path in summaries():
        first = patient_summary_to_fhir(path.read_bytes())
        written = patient_summary_to_cda(read_fhir_document(first.document), HEADER)
        second = patient_summary_to_fhir(written.document)
        missing = coded(first.document) - coded(second.document)
        told_or_lost = lost_values(written)
        assert not {code for _, _, code in missing} - told_or_lost, missing


def coded(document: bytes) -> set[tuple[str, str, str]]:
    """Return the codes of the clinical resources of a Bundle."""
    found = set()
    for entry in json.loads(document)["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] in READ - {"Composition"}:
            found |= {
                (resource["resourceType"], system, code)
                for system, code in codings_in(resource)
            }
    return found


def codings_in(value):
    if isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value["system"], value["code"]
        for child in value.values():
            yield from codings_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from codings_in(child)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("no-known-allergies", "AllergyIntolerance"), ("no-allergy-info", "")],
)
def test_a_statement_of_absence_comes_back_as_one(code, expected):
    require_data("cda-dev")
    text = (summaries()[-1]).read_text(encoding="utf-8")
    text = text.replace('code="no-known-allergies"', f'code="{code}"')
    back = ReadBack(text.encode())
    section = next(
        one
        for one in back.one("Composition")["section"]
        if one["code"]["coding"][0]["code"] == "48765-2"
    )
    assert [one["resourceType"] for one in back.of_type("AllergyIntolerance")] == (
        [expected] if expected else []
    )
    assert ("emptyReason" in section) is not bool(expected)
