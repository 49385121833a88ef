"""Prescriptions of Luxembourg cross the border, and come back dispensed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import simplejson

from ncp.national.luxembourg.dispensations import dispensation_from_mpd
from ncp.national.luxembourg.prescriptions import prescription_to_mpd
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from tests.corpus.prescriptions.luxembourg import LUXEMBOURG, NUMBER
from tests.transformations.edispensation.prepared import HEADER, ITEM, RECORDED, Written
from tests.transformations.patient_summary.documents import schema
from tests.transformations.rules.official import STOPPED, official_rules
from transformations.edispensation import (
    edispensation_to_fhir,
    prepare_dispensation,
    read_dispensation_facts,
)
from transformations.eprescription import PRESCRIPTION_L3, eprescription_to_cda, items
from transformations.fhir import read_fhir_bundle
from transformations.mapping import Severity
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("simplifier.net/eprescriptionlux")
PROFILES = LuxembourgProfiles(header=HeaderForm.CARE_PLAN)
# A medicine in words has no package that could be counted: it stays at home.
LEAVING = [case for case in LUXEMBOURG if case.name != "not-of-the-list"]
by_case = pytest.mark.parametrize("case", LEAVING, ids=lambda case: case.name)


def of_luxembourg(case):
    """Return the Bundle of MPD that comes of one of Luxembourg."""
    made = prescription_to_mpd(case.bundle(), PROFILES).bundle
    return read_fhir_bundle(simplejson.dumps(made, use_decimal=True).encode())


def written(case):
    """Yield the ePrescription of each line."""
    bundle = of_luxembourg(case)
    header = replace(HEADER, type=PRESCRIPTION_L3)
    for item in items(bundle):
        yield eprescription_to_cda(bundle, item, header, is_strict=True)


@by_case
def test_each_line_becomes_an_eprescription_that_keeps_the_rules(case):
    made = list(written(case))
    assert len(made) == case.items
    for one in made:
        critical = [f.rule for f in one.findings if f.severity is Severity.CRITICAL]
        assert not critical
        root = parse_xml(one.document, DOCUMENT_LIMITS)
        assert schema().validate(root), schema().error_log
        report = validate_cda(root)
        assert not [f for f in report.findings if f.severity.value == "error"]


@pytest.mark.timeout(3600)
@pytest.mark.spec("eHDSI Wave 8 Schematron")
@by_case
def test_the_official_rules_agree(case):
    official = official_rules()
    for one in written(case):
        found = official.complaints(one.document)
        assert not [each for each in found if each.role in {"error", STOPPED}]


@by_case
def test_a_dispensation_abroad_is_written_to_the_national_system(case):
    bundle = of_luxembourg(case)
    for item in items(bundle):
        received = Written(prepare_dispensation(bundle, item, ITEM, RECORDED))
        facts = read_dispensation_facts(received.result.document)
        assert item.id.value in facts.item_id
        came = edispensation_to_fhir(received.result.document)
        national = dispensation_from_mpd(json.loads(came.document), PROFILES)
        line = next(
            entry["resource"]
            for entry in national.bundle["entry"]
            if entry["resource"]["resourceType"] == "MedicationDispense"
        )
        assert line["meta"]["profile"][0].endswith("/EPMedDispenseLine")
        assert line["quantity"]["value"] == ITEM.packages


def test_the_number_of_the_prescription_is_that_of_its_header():
    case = next(one for one in LUXEMBOURG if one.name == "lines-under-a-header")
    bundle = of_luxembourg(case)
    assert {item.prescription_id.value for item in items(bundle)} == {NUMBER["value"]}
