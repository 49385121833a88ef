"""Each rule of FHIR documents finds what it is there for."""

import json
from pathlib import Path

import pytest

from transformations.fhir import read_fhir_document
from transformations.rules import Severity, validate_fhir

SAMPLE = (
    Path(__file__).parents[3]
    / "ncp/national/sample_country/patients/bergmann-summary.json"
)


def spoilt(change):
    bundle = json.loads(SAMPLE.read_bytes())
    resources = {each["resource"]["resourceType"]: each for each in bundle["entry"]}
    change(bundle, bundle["entry"][0]["resource"], resources["Patient"]["resource"])
    return validate_fhir(read_fhir_document(json.dumps(bundle).encode()))


def test_the_sample_is_valid():
    assert spoilt(lambda *_: None).findings == ()


CHANGES = {
    "document#bundle-identity": lambda bundle, *_: bundle.pop("identifier"),
    "document#full-url-missing": lambda bundle, *_: bundle["entry"][-1].pop("fullUrl"),
    "document#full-url-repeated": lambda bundle, *_: bundle["entry"][-1].update(
        fullUrl=bundle["entry"][-2]["fullUrl"]
    ),
    "document#composition": lambda _, composition, *__: composition.pop("title"),
    "summary#section-missing": lambda _, composition, *__: composition["section"].pop(
        0
    ),
    "summary#section-empty": lambda _, composition, *__: composition["section"][0].pop(
        "entry"
    ),
    "summary#section-text": lambda _, composition, *__: composition["section"][0].pop(
        "text"
    ),
    "summary#section-title": lambda _, composition, *__: composition["section"][0].pop(
        "title"
    ),
    "summary#entry-unresolved": lambda _, composition, *__: composition["section"][0][
        "entry"
    ][0].update(reference="urn:uuid:00000000-0000-0000-0000-000000000000"),
    "summary#patient": lambda _, __, patient: patient.pop("birthDate"),
    "summary#patient-gender": lambda _, __, patient: patient.pop("gender"),
    "summary#patient-identifier": lambda _, __, patient: patient.pop("identifier"),
    "summary#custodian": lambda _, composition, *__: composition.pop("custodian"),
}


@pytest.mark.spec("IPS 2.0.1")
@pytest.mark.parametrize("rule", CHANGES)
def test_a_rule_finds(rule):
    report = spoilt(CHANGES[rule])
    assert rule in {finding.rule for finding in report.findings}
    found = next(one for one in report.findings if one.rule == rule)
    assert found.location
    assert found.remedy
    assert report.is_valid == (found.severity is not Severity.ERROR)


def test_a_document_that_is_no_summary_needs_no_sections_of_one():
    def other(_, composition, __):
        composition["type"]["coding"][0]["code"] = "34105-7"
        composition["section"] = composition["section"][:1]

    assert spoilt(other).is_valid
