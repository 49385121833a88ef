"""Documents of others made fit for the sample country."""

from __future__ import annotations

import json

import pytest

from ncp.errors import NationalError
from ncp.national.luxembourg.matricule import find_fault
from ncp.national.luxembourg.oids import MATRICULE
from ncp.national.sample_country import prepare_bundle, prepare_document


def bundle(**patient):
    person = {"resourceType": "Patient", "birthDate": "1972-05-01", **patient}
    return {
        "resourceType": "Bundle",
        "type": "document",
        "entry": [{"resource": {"resourceType": "Composition"}}, {"resource": person}],
    }


def test_a_patient_without_identifier_gets_a_valid_matricule_and_a_note():
    given = bundle()
    prepared, note = prepare_bundle(given)
    (identifier,) = prepared["entry"][1]["resource"]["identifier"]
    assert identifier["system"] == MATRICULE.urn
    assert identifier["value"].startswith("19720501")
    assert find_fault(identifier["value"]) is None
    assert "matricule" in note
    assert "identifier" not in given["entry"][1]["resource"]


def test_the_other_identifiers_stay_behind_it():
    other = {"system": "http://x.example", "value": "7"}
    prepared, _ = prepare_bundle(bundle(identifier=[other]))
    assert prepared["entry"][1]["resource"]["identifier"][1] == other


def test_the_matricule_is_the_same_at_each_run_and_another_for_another_person():
    first, _ = prepare_bundle(bundle(name=[{"family": "A"}]))
    again, _ = prepare_bundle(bundle(name=[{"family": "A"}]))
    other, _ = prepare_bundle(bundle(name=[{"family": "B"}]))
    assert first == again
    assert (
        first["entry"][1]["resource"]["identifier"]
        != (other["entry"][1]["resource"]["identifier"])
    )


@pytest.mark.parametrize("system", ["urn:oid:2.16.840.1.113883.2.4.6.3", "1.2.3"])
def test_a_document_that_has_an_identifier_is_left_to_the_byte(system):
    given = bundle(identifier=[{"system": system, "value": "574687583"}])
    data = json.dumps(given, indent=7).encode()
    prepared = prepare_document(data)
    assert prepared.body is data
    assert prepared.note is None
    assert prepared.patient.extension == "574687583"


@pytest.mark.parametrize(
    ("born", "starts"),
    [
        ("1972-05", "19720000"),
        ("1972", "19720000"),
        (None, "19000000"),
        ("x", "19000000"),
    ],
)
def test_an_unknown_birth_date_leaves_zeros(born, starts):
    prepared, _ = prepare_bundle(bundle(birthDate=born))
    (identifier,) = prepared["entry"][1]["resource"]["identifier"]
    assert identifier["value"].startswith(starts)
    assert find_fault(identifier["value"]) is None


def test_digits_stay_as_they_were():
    given = json.dumps(bundle()).replace('"document"', '"document","x":[5.10,0.000,1]')
    assert b"[5.10, 0.000, 1]" in prepare_document(given.encode()).body


def test_a_document_without_patient_is_left_alone():
    prepared = prepare_document(b'{"resourceType":"Bundle","type":"document"}')
    assert (prepared.patient, prepared.note) == (None, None)


def test_what_is_no_fhir_is_refused():
    with pytest.raises(NationalError):
        prepare_document(b"<ClinicalDocument/>")
