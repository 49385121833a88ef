"""Sources as they come: each form is read, or refused, and always accounted for."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.capabilities import require_data
from tests.transformations.patient_summary.documents import (
    own_bundle,
    schema,
    transform,
    tree,
)
from transformations.fhir import NotFhir, check_structure, read_fhir_document
from transformations.mapping import Fate, Severity
from transformations.patient_summary import MalformedSource, Transformed
from transformations.transformed import refuse_malformed

PATIENT_NUMBER = {"system": "urn:oid:1.3.182.4.4", "value": "1979010112345"}
UNKNOWN = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}
FOREIGN = [{"url": "https://example.lu/an-extension", "valueString": "x"}]


def part(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the first resource of a type."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == kind
    )


def with_stray(**resource: Any) -> dict[str, Any]:
    """Return our document with one resource that no section lists, as entry 6."""
    bundle = own_bundle()
    kind = resource["resourceType"]
    url = f"https://example.lu/fhir/{kind}/z"
    bundle["entry"].append({"fullUrl": url, "resource": {**resource, "id": "z"}})
    return bundle


def losses(made: Transformed, below: str) -> set[tuple[str, str]]:
    """Return reasons and severities of what is lost below a place."""
    return {
        (entry.mark.reason, entry.mark.severity.value)
        for entry in made.ledger.entries()
        if entry.path.startswith(below) and entry.mark.fate is Fate.LOST
    }


def rules(made: Transformed) -> dict[str, Severity]:
    return {finding.rule: finding.severity for finding in made.findings}


def translated(bundle: dict[str, Any]) -> Transformed:
    """Translate; whatever the source, the CDA is valid and no leaf without a row."""
    made = transform(bundle)
    assert schema().validate(tree(made)), schema().error_log[0]
    assert not made.ledger.unmapped()
    return made


# --- references ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        "Condition/a",
        "https://example.lu/fhir/Condition/a",
        "Condition/a/_history/4",
        "https://example.lu/fhir/Condition/a/_history/4",
    ],
)
def test_every_form_of_a_reference_leads_to_the_same_document(reference):
    bundle = own_bundle()
    expected = translated(bundle).document
    part(bundle, "Composition")["section"][0]["entry"] = [{"reference": reference}]
    assert translated(bundle).document == expected


def test_entries_without_full_url_are_found_by_type_and_id():
    bundle = own_bundle()
    for entry in bundle["entry"]:
        del entry["fullUrl"]
    assert b"J45" in translated(bundle).document


def test_a_patient_named_by_identifier_is_the_documents_patient():
    bundle = own_bundle()
    part(bundle, "Condition")["subject"] = {"identifier": PATIENT_NUMBER}
    part(bundle, "Composition")["subject"] = {"identifier": PATIENT_NUMBER}
    made = translated(bundle)
    assert b"J45" in made.document
    assert Severity.CRITICAL not in rules(made).values()


@pytest.mark.parametrize(
    "subject",
    [
        {"identifier": {**PATIENT_NUMBER, "value": "1950010112345"}},
        {"identifier": {"value": PATIENT_NUMBER["value"]}},
        {"display": "Anne Weber"},
        {"reference": "Patient/elsewhere"},
    ],
)
def test_an_entry_about_somebody_else_or_nobody_known_is_refused(subject):
    bundle = own_bundle()
    part(bundle, "Condition")["subject"] = subject
    made = translated(bundle)
    assert b"J45" not in made.document
    assert rules(made)["subject-of-another-patient"] is Severity.CRITICAL
    assert {severity for _, severity in losses(made, "Bundle.entry[5]")} == {"critical"}


def test_a_composition_about_somebody_else_is_a_critical_finding():
    bundle = own_bundle()
    other = {**PATIENT_NUMBER, "value": "1950010112345"}
    part(bundle, "Composition")["subject"] = {"identifier": other}
    made = translated(bundle)
    assert rules(made)["subject-of-another-patient"] is Severity.CRITICAL


@pytest.mark.parametrize("role", ["author", "custodian", "generalPractitioner"])
def test_a_role_named_only_is_lost_with_the_reason(role):
    bundle = own_bundle()
    named = {"identifier": {"system": "urn:oid:2.999", "value": "9"}, "display": "X"}
    holder = part(bundle, "Patient" if role == "generalPractitioner" else "Composition")
    holder[role] = named if role == "custodian" else [named]
    made = translated(bundle)
    at = 1 if role == "generalPractitioner" else 0
    assert ("it is named only, and not in this document", "warning") in losses(
        made, f"Bundle.entry[{at}].resource.{role}"
    )


def test_an_entry_named_only_is_told_by_its_name():
    bundle = own_bundle()
    named = {"identifier": {"system": "urn:oid:2.999", "value": "9"}, "display": "Gout"}
    part(bundle, "Composition")["section"][0]["entry"] = [named]
    made = translated(bundle)
    assert "Gout" in made.document.decode()
    assert rules(made)["entry-not-in-document"] is Severity.WARNING


def test_an_entry_that_stands_twice_word_for_word_is_written_once():
    bundle = own_bundle()
    expected = translated(bundle).document
    bundle["entry"].append(copy.deepcopy(bundle["entry"][5]))
    made = translated(bundle)
    assert made.document == expected
    assert losses(made, "Bundle.entry[6]") == {
        ("it repeats another entry word for word", "information")
    }


def test_two_resources_under_one_full_url_are_never_chosen_between():
    bundle = own_bundle()
    bundle["entry"].append(copy.deepcopy(bundle["entry"][5]))
    bundle["entry"][6]["resource"]["code"]["coding"][0]["code"] = "I10"
    made = translated(bundle)
    assert rules(made)["entry-not-in-document"] is Severity.CRITICAL
    assert b"J45" not in made.document
    assert b"I10" not in made.document


# --- contained resources -------------------------------------------------------------


def test_a_contained_author_is_written():
    bundle = own_bundle()
    composition = part(bundle, "Composition")
    composition["contained"] = [
        {"resourceType": "Organization", "id": "o", "name": "N"}
    ]
    composition["author"] = [{"reference": "#o"}]
    assert b">N<" in translated(bundle).document


def test_a_contained_resource_that_nothing_carried_names_is_lost_with_the_reason():
    bundle = own_bundle()
    condition = part(bundle, "Condition")
    condition["contained"] = [{"resourceType": "Practitioner", "id": "r"}]
    condition["recorder"] = {"reference": "#r"}
    made = translated(bundle)
    assert losses(made, "Bundle.entry[5].resource.contained") == {
        ("nothing that is carried refers to it", "warning")
    }


# --- what no section lists -----------------------------------------------------------


@pytest.mark.parametrize(
    ("stray", "severity"),
    [
        ({"resourceType": "Condition", "code": {"text": "Gout"}}, Severity.WARNING),
        ({"resourceType": "Basic"}, Severity.WARNING),
        ({"resourceType": "Banana", "colour": "yellow"}, Severity.WARNING),
        ({"resourceType": "Bundle", "type": "collection"}, Severity.WARNING),
        ({"resourceType": "Provenance", "recorded": "2024"}, Severity.INFORMATION),
    ],
    ids=lambda value: value["resourceType"] if isinstance(value, dict) else "",
)
def test_a_resource_that_no_section_lists_is_reported_with_its_place(stray, severity):
    made = translated(with_stray(**stray))
    (found,) = [f for f in made.findings if f.rule == "resource-outside-sections"]
    assert found.where.startswith("Bundle.entry[6].resource")
    assert stray["resourceType"] in found.sentence
    assert found.severity is severity
    assert losses(made, "Bundle.entry[6]") == {
        ("nothing that is carried refers to it", "warning")
    }


@pytest.mark.parametrize("kind", ["Banana", "MedicationAdministration", None])
def test_a_listed_resource_that_its_section_has_no_rows_for_is_critical(kind):
    bundle = with_stray(resourceType=kind or "Basic")
    if kind is None:
        del bundle["entry"][6]["resource"]["resourceType"]
    url = bundle["entry"][6]["fullUrl"]
    part(bundle, "Composition")["section"][0]["entry"].append({"reference": url})
    made = translated(bundle)
    assert rules(made)["resource-type-not-carried"] is Severity.CRITICAL
    assert {severity for _, severity in losses(made, "Bundle.entry[6]")} == {"critical"}


def test_a_listed_resource_of_which_nothing_is_written_is_reported():
    bundle = own_bundle()
    bundle["entry"][5]["resource"] = {
        "resourceType": "Condition",
        "id": "a",
        "subject": {"reference": "Patient/p"},
        "onsetString": "as a child",
    }
    made = translated(bundle)
    assert rules(made)["entry-says-nothing"] is Severity.WARNING
    assert losses(made, "Bundle.entry[5]") == {
        ("nothing that the resource says could be written; it is lost", "warning")
    }


def test_a_medicine_without_any_name_is_unknown_and_accounted_for():
    bundle = with_stray(
        resourceType="MedicationStatement",
        status="active",
        subject={"reference": "Patient/p"},
        contained=[{"resourceType": "Medication", "id": "m"}],
        medicationReference={"reference": "#m"},
    )
    section = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "10160-0"}]},
        "entry": [{"reference": "MedicationStatement/z"}],
    }
    part(bundle, "Composition")["section"].append(section)
    made = translated(bundle)
    assert "medication-unknown" in rules(made)
    reason = ("it names no medicine that could be written", "warning")
    assert reason in losses(made, "Bundle.entry[6].resource.contained")
    assert reason in losses(made, "Bundle.entry[6].resource.medicationReference")


def test_an_entry_without_a_resource_is_accounted_for():
    bundle = own_bundle()
    bundle["entry"].append({"fullUrl": "urn:uuid:4e6c8a35-7ad1-4d70-8d4b-2f9c4c4b1e01"})
    made = translated(bundle)
    assert losses(made, "Bundle.entry[6]") == {
        ("an entry without a resource", "warning")
    }


def test_what_tells_of_the_transport_is_lost_without_a_warning():
    bundle = own_bundle()
    bundle["link"] = [{"relation": "self", "url": "https://example.lu"}]
    bundle["entry"][5]["search"] = {"mode": "match"}
    made = translated(bundle)
    for place in ("Bundle.link", "Bundle.entry[5].search"):
        assert losses(made, place) == {
            ("it tells how the document was found or sent", "information")
        }


# --- words, absence, extensions ------------------------------------------------------


def test_a_code_in_words_only_is_written_in_words():
    bundle = own_bundle()
    part(bundle, "Condition")["code"] = {"text": "Rare thing"}
    made = translated(bundle)
    (value,) = [
        node
        for node in tree(made).iter("{urn:hl7-org:v3}value")
        if node.get("nullFlavor") == "OTH"
    ]
    assert value.find("{urn:hl7-org:v3}originalText") is not None
    assert "Rare thing" in made.document.decode()


@pytest.mark.parametrize("name", ["birthDate", "gender"])
def test_a_fact_of_the_patient_that_is_said_to_be_absent_is_a_critical_finding(name):
    bundle = own_bundle()
    patient = part(bundle, "Patient")
    patient[f"_{name}"] = UNKNOWN
    del patient[name]
    assert Severity.CRITICAL in rules(translated(bundle)).values()


def test_a_given_name_with_a_companion_for_one_part_is_written():
    bundle = own_bundle()
    part(bundle, "Patient")["name"] = [
        {"family": "W", "given": ["A", None], "_given": [None, UNKNOWN]}
    ]
    assert b"<given>A</given>" in translated(bundle).document


def test_a_summary_without_any_narrative_is_written():
    bundle = own_bundle()
    assert not any("text" in entry["resource"] for entry in bundle["entry"])
    assert b"<text>" in translated(bundle).document


def holders(value: Any):
    """Yield every object of a document that may carry an extension."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from holders(child)
    elif isinstance(value, list):
        for child in value:
            yield from holders(child)


def test_an_unknown_extension_anywhere_changes_nothing_and_is_accounted_for():
    bundle = own_bundle()
    expected = transform(bundle)
    critical = expected.ledger.severities[Severity.CRITICAL]
    for entry in bundle["entry"]:
        for holder in list(holders(entry["resource"])):
            holder["extension"] = copy.deepcopy(FOREIGN)
            made = transform(bundle)
            del holder["extension"]
            assert made.document == expected.document
            assert not made.ledger.unmapped()
            assert made.ledger.severities[Severity.CRITICAL] == critical
            assert len(list(made.ledger.entries())) == expected.ledger.leaves + 2


@pytest.mark.spec("FHIR R4 2.4.3 modifierExtension")
@pytest.mark.parametrize(
    "kind",
    ["Composition", "Patient", "PractitionerRole", "Practitioner", "Organization"],
)
def test_a_modifier_extension_of_what_cannot_be_withheld_is_critical(kind):
    bundle = own_bundle()
    part(bundle, kind)["modifierExtension"] = FOREIGN
    made = translated(bundle)
    assert rules(made)["modifier-extension"] is Severity.CRITICAL


def test_a_modifier_extension_of_a_section_is_critical():
    bundle = own_bundle()
    part(bundle, "Composition")["section"][0]["modifierExtension"] = FOREIGN
    assert rules(translated(bundle))["modifier-extension"] is Severity.CRITICAL


# --- what is no document, and what is no FHIR ----------------------------------------


def test_the_answer_to_a_search_is_refused_in_words_that_help():
    bundle = own_bundle()
    bundle["type"] = "searchset"
    with pytest.raises(NotFhir, match="answer to a search: fetch the document it list"):
        transform(bundle)


def test_a_search_that_found_one_document_says_where_it_is():
    found = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": own_bundle()}],
    }
    with pytest.raises(NotFhir, match=r"Bundle\.entry\[0\]\.resource is the document"):
        transform(found)


INVALID = {
    "1-3-json-array-invalid": ("name", "has not the shape of FHIR R4"),
    "1-4-json-booleans-quoted": ("active", "has not the shape of FHIR R4"),
    "1-5-cardinality-wrong": ("communication[0].language", "R4 demands this element"),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_resource_of_others_is_told_with_its_place(name):
    folder = require_data("fhir-dev/ips-examples")
    patient = json.loads((folder / f"{name}.json").read_bytes())
    with pytest.raises(NotFhir, match="a single Patient, not a document"):
        read_fhir_document(json.dumps(patient).encode())
    bundle = own_bundle()
    bundle["entry"][1]["resource"] = {**patient, "id": "p"}
    place, sentence = INVALID[name]
    assert f"Bundle.entry[1].resource.{place}" in refusal_of(bundle)
    assert sentence in refusal_of(bundle)


def refusal_of(bundle: dict[str, Any]) -> str:
    """Return what a check of the structure has to say."""
    document = read_fhir_document(json.dumps(bundle).encode())
    try:
        refuse_malformed(document)
    except MalformedSource as refusal:
        return str(refusal)
    problems = check_structure(document)
    return "\n".join(f"{problem.path}: {problem.sentence}" for problem in problems)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("ips-minimal-err-patnobirthdate", "patient-birth-date-missing"),
        ("4-3-minimal-ips-nobirthdate", "patient-birth-date-missing"),
    ],
)
def test_a_summary_of_others_without_birth_date_is_valid_and_says_so(name, rule):
    path = require_data("fhir-dev/ips-examples") / f"{name}.json"
    made = transform(json.loads(path.read_bytes()))
    assert schema().validate(tree(made))
    (found,) = [finding for finding in made.findings if finding.rule == rule]
    assert found.severity is Severity.CRITICAL
    assert "birthDate" in found.where


def test_a_summary_of_others_without_a_section_states_no_information():
    folder = require_data("fhir-dev/ips-examples")
    path = folder / "ips-minimal-err-missingmedsection.json"
    made = transform(json.loads(path.read_bytes()))
    assert b"no-medication-info" in made.document
    assert schema().validate(tree(made))
