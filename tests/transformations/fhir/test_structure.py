"""The structural check tells place and rule and carries no value."""

import json

from transformations.fhir import check_structure, read_fhir_document


def document(patient):
    return read_fhir_document(
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "document",
                "entry": [
                    {
                        "resource": {
                            "resourceType": "Composition",
                            "status": "final",
                            "type": {"text": "t"},
                            "date": "2024-01-01",
                            "author": [{"display": "a"}],
                            "title": "t",
                        }
                    },
                    {"resource": {"resourceType": "Patient", **patient}},
                ],
            }
        ).encode()
    )


def test_a_well_structured_document_has_no_problems():
    assert check_structure(document({"gender": "female"})) == ()


def test_an_unknown_element_is_told_by_place_without_its_value():
    problems = check_structure(document({"gendr": "Schmit"}))
    assert any("gendr" in problem.path for problem in problems)
    assert "Schmit" not in repr(problems)


def test_an_unknown_resource_type_is_a_problem_and_no_crash():
    doc = document({})
    doc.patient.resource["resourceType"] = "Banana"
    assert check_structure(doc)


def test_the_check_leaves_the_document_as_it_is():
    doc = document({"gender": "female"})
    before = json.dumps(doc.bundle)
    check_structure(doc)
    assert json.dumps(doc.bundle) == before


def vaccination(**occurrence):
    doc = document({})
    doc.bundle["entry"].append(
        {
            "resource": {
                "resourceType": "Immunization",
                "status": "completed",
                "patient": {"reference": "Patient/p"},
                "vaccineCode": {"text": "v"},
                **occurrence,
            }
        }
    )
    return check_structure(doc)


ABSENT = {"extension": [{"url": "http://example.lu", "valueCode": "unknown"}]}


def test_a_demanded_choice_may_be_said_to_be_absent():
    assert vaccination(_occurrenceDateTime=ABSENT) == ()
    assert vaccination(occurrenceDateTime="2020") == ()


def test_a_demanded_choice_is_there_once():
    for wrong in ({}, {"occurrenceDateTime": "2020", "occurrenceString": "x"}):
        (problem,) = vaccination(**wrong)
        assert problem.path == "Bundle.entry[2].resource"
        assert "one member of a choice" in problem.sentence


def test_every_unknown_type_is_told_with_its_place_and_the_rest_checked():
    doc = document({"gendr": "x"})
    doc.bundle["entry"].append({"resource": {"resourceType": "Banana"}})
    found = {problem.path: problem.sentence for problem in check_structure(doc)}
    assert "knows no resource" in found["Bundle.entry[2].resource"]
    assert "no such element" in found["Bundle.entry[1].resource.gendr"]
