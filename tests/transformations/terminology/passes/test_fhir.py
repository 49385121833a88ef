"""On FHIR: codings are added, names stand beside, nothing is taken away."""

import copy
import json

import pytest

from tests.capabilities import data_folder, require_data
from tests.transformations.terminology.passes.documents import (
    EDQM,
    NATIONAL,
    catalogue,
)
from transformations.terminology import fallback_chain
from transformations.terminology.passes import (
    TermRule,
    Unmapped,
    pivot_fhir,
    translate_fhir,
)

FRENCH = fallback_chain("fr-LU")
ICD_URI = "http://hl7.org/fhir/sid/icd-10"
SCT_URI = "http://snomed.info/sct"


@pytest.fixture
def terms(tmp_path):
    return catalogue(tmp_path)


def bundle(*resources):
    return {
        "resourceType": "Bundle",
        "entry": [{"resource": resource} for resource in resources],
    }


def condition(*codings):
    return {"resourceType": "Condition", "code": {"coding": list(codings)}}


def route(code, system, display):
    coding = {"system": system, "code": code, "display": display}
    return {
        "resourceType": "MedicationStatement",
        "dosage": [{"route": {"coding": [coding]}}],
    }


@pytest.mark.spec("FHIR R4 Coding.userSelected")
def test_the_european_coding_comes_after_the_national_one(terms):
    document = bundle(condition({"system": SCT_URI, "code": "195967001"}))
    account = pivot_fhir(document, terms)
    assert document["entry"][0]["resource"]["code"]["coding"] == [
        {"system": SCT_URI, "code": "195967001", "userSelected": True},
        {"system": ICD_URI, "code": "J45", "display": "Asthma", "userSelected": False},
    ]
    assert account.counts()["transcoded"] == 1


def test_a_concept_that_holds_a_european_code_is_kept(terms):
    document = bundle(
        condition({"system": SCT_URI, "code": "1"}, {"system": ICD_URI, "code": "J45"})
    )
    before = copy.deepcopy(document)
    assert pivot_fhir(document, terms).counts()["kept"] == 1
    assert document == before


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (Unmapped.NULL_FLAVOR, TermRule.NOT_TRANSCODED),
        (Unmapped.REFUSE, TermRule.REQUIRED_NOT_TRANSCODED),
    ],
)
def test_an_unmapped_concept_is_told_with_its_place(terms, policy, rule):
    document = bundle(condition({"system": f"urn:oid:{NATIONAL}", "code": "99"}))
    (finding,) = pivot_fhir(document, terms, policy).findings
    assert (finding.rule, finding.where) == (rule, "Bundle.entry[0].resource.code")


def test_a_name_stands_beside_the_display_as_an_extension(terms):
    document = bundle(route("20053000", f"urn:oid:{EDQM}", "Oral use"))
    account = translate_fhir(document, terms, FRENCH)
    coding = document["entry"][0]["resource"]["dosage"][0]["route"]["coding"][0]
    assert coding["display"] == "Oral use"
    (extension,) = coding["_display"]["extension"]
    assert extension == {
        "url": "http://hl7.org/fhir/StructureDefinition/translation",
        "extension": [
            {"url": "lang", "valueCode": "fr-FR"},
            {"url": "content", "valueString": "Voie orale"},
        ],
    }
    assert account.languages() == {"fr-FR": 1}


def test_a_language_stands_once_whoever_wrote_it(terms):
    document = bundle(route("20053000", f"urn:oid:{EDQM}", "Oral use"))
    coding = document["entry"][0]["resource"]["dosage"][0]["route"]["coding"][0]
    coding["_display"] = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/translation",
                "extension": [
                    {"url": "lang", "valueString": "fr-FR"},
                    {"url": "content", "valueString": "old"},
                ],
            }
        ]
    }
    translate_fhir(document, terms, FRENCH)
    translate_fhir(document, terms, FRENCH)
    assert len(coding["_display"]["extension"]) == 1
    assert "old" not in json.dumps(coding)


def test_the_european_coding_is_the_one_that_is_translated(terms):
    document = bundle(
        condition(
            {"system": SCT_URI, "code": "80146002", "userSelected": True},
            {"system": ICD_URI, "code": "J45", "userSelected": False},
        )
    )
    translate_fhir(document, terms, FRENCH)
    national, european = document["entry"][0]["resource"]["code"]["coding"]
    assert european["display"] == "Asthma"
    assert "display" not in national


def test_a_unit_is_named_beside_and_its_code_stays(terms):
    quantity = {
        "value": 5,
        "unit": "mg",
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    }
    document = bundle({"resourceType": "Observation", "valueQuantity": quantity})
    account = translate_fhir(document, terms, FRENCH)
    assert account.units == 1
    assert (quantity["unit"], quantity["code"]) == ("mg", "mg")
    assert "milligramme" in json.dumps(quantity["_unit"])


def test_a_concept_of_words_only_is_accounted_for(terms):
    document = bundle(
        {"resourceType": "Condition", "code": {"coding": [], "text": "x"}}
    )
    assert pivot_fhir(document, terms).counts()["missing"] == 1


def documents():
    return sorted((data_folder() / "fhir-dev").glob("*_Bundle-*.json")) or [None]


def without_what_is_added(value):
    if isinstance(value, list):
        return [without_what_is_added(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: without_what_is_added(one)
        for key, one in value.items()
        if key not in {"userSelected", "_display", "_unit"}
    }
    if isinstance(kept.get("coding"), list):
        kept["coding"] = [
            one
            for one, raw in zip(kept["coding"], value["coding"], strict=True)
            if raw.get("userSelected") is not False
        ]
    return kept


@pytest.mark.parametrize(
    "path", documents(), ids=lambda path: path.stem if path else "none"
)
def test_over_documents_of_others_nothing_is_lost(path, terms):
    if path is None:
        require_data("fhir-dev")
    document = json.loads(path.read_bytes())
    before = copy.deepcopy(document)
    account = pivot_fhir(document, terms)
    translate_fhir(document, terms, FRENCH)
    old, new = without_what_is_added(before), without_what_is_added(document)
    assert strip_displays(old) == strip_displays(new)
    ids = [id(place.element) for place in account.places]
    assert len(set(ids)) == len(ids)


def strip_displays(value):
    """A display that was absent may have been filled in."""
    if isinstance(value, list):
        return [strip_displays(one) for one in value]
    if isinstance(value, dict):
        return {k: strip_displays(v) for k, v in value.items() if k != "display"}
    return value
