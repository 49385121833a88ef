"""The patient index over a FHIR server."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from ncp.national.fhir_server import FhirPatientIndex
from ncp.national.ports import PatientRecord
from tests.ncp.national.fhir_server.resources import ASKED, NATIONAL, OTHER, patient
from trust.identifiers import PatientId


@pytest.mark.spec("PDQm ITI-78")
def test_a_patient_is_found_by_identifier_and_read_whole(server, index):
    server.on_search("Patient", patient())
    (found,) = index.find([ASKED])
    assert parse_qs(server.requests[0].form) == {
        "identifier": ["urn:oid:1.3.182.4.4|1893120105732"]
    }
    assert found == PatientRecord(
        id=ASKED,
        identifiers=(PatientId(OTHER, "0001234567"), ASKED),
        family=("Müller-Straße",),
        given=("Élise", "Anne"),
        birth_date="1893-12-01",
        gender="female",
        address_lines=("1, rue A",),
        city="Wiltz",
        postal_code="9501",
        source="Patient/p1",
    )


def test_the_national_identifier_is_used_whichever_was_asked(server, index):
    server.on_search("Patient", patient())
    (found,) = index.find([PatientId(OTHER, "0001234567")])
    assert found.id == ASKED


def test_without_a_preference_the_identifier_that_was_asked_is_used(server, client):
    server.on_search("Patient", patient())
    asked = PatientId(OTHER, "0001234567")
    (found,) = FhirPatientIndex(client).find([asked])
    assert found.id == asked


def test_two_people_with_one_identifier_are_both_returned(server, index):
    server.on_search("Patient", patient(), patient(id="p2", birthDate="1950-01-01"))
    assert [found.source for found in index.find([ASKED])] == [
        "Patient/p1",
        "Patient/p2",
    ]


def test_the_same_resource_on_two_pages_is_one_person(server, index):
    server.on_search("Patient", patient(), patient())
    assert len(index.find([ASKED])) == 1


def test_everybody_a_careless_server_returns_is_compared(server, index):
    stranger = patient(id="p2", identifier=[{"system": NATIONAL.urn, "value": "2"}])
    same_number_elsewhere = patient(
        id="p3", identifier=[{"system": OTHER.urn, "value": ASKED.extension}]
    )
    server.on_search("Patient", stranger, same_number_elsewhere)
    assert index.find([ASKED]) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p9"}}]},
        {"identifier": [{"use": "old", "system": NATIONAL.urn, "value": "x"}]},
    ],
)
def test_a_record_that_is_no_longer_in_use_is_nobody(server, index, changes):
    for identifier in changes.get("identifier", []):
        identifier["value"] = ASKED.extension
    server.on_search("Patient", patient(**changes))
    assert index.find([ASKED]) == ()


def test_without_an_identifier_nobody_is_asked_for(server, index):
    assert index.find([], family=["Müller"]) == ()
    assert server.requests == []


def test_an_oid_without_its_prefix_is_the_same_system(server, index):
    plain = [{"system": str(NATIONAL), "value": ASKED.extension}]
    server.on_search("Patient", patient(identifier=plain))
    assert len(index.find([ASKED])) == 1


@pytest.mark.spec("FHIR R4 3.1.1.5.8")
def test_what_has_a_meaning_in_a_search_is_escaped(server, index):
    server.on_search("Patient")
    index.find([PatientId(OTHER, "a,b|c$d\\e"), ASKED])
    assert parse_qs(server.requests[0].form)["identifier"] == [
        f"{OTHER.urn}|a\\,b\\|c\\$d\\\\e,{NATIONAL.urn}|{ASKED.extension}"
    ]


@pytest.mark.parametrize(
    ("traits", "is_found"),
    [
        ({"family": ["MULLER-STRASSE"]}, True),
        ({"family": ["Müller"]}, True),
        ({"family": ["Schmit"]}, False),
        ({"given": ["elise"]}, True),
        ({"given": ["Paul"]}, False),
        ({"birth_date": "1893-12-01"}, True),
        ({"birth_date": "1893"}, True),
        ({"birth_date": "1893-12-02"}, False),
        ({"gender": "female"}, True),
        ({"gender": "male"}, False),
        ({"gender": "unknown"}, True),
    ],
)
def test_a_trait_that_contradicts_the_index_finds_nobody(
    server, index, traits, is_found
):
    server.on_search("Patient", patient())
    assert bool(index.find([ASKED], **traits)) is is_found


def test_what_the_index_does_not_know_contradicts_nothing(server, index):
    bare = patient(name=None, gender=None, birthDate=None, address=None)
    server.on_search("Patient", {k: v for k, v in bare.items() if v is not None})
    traits = {"family": ["X"], "birth_date": "2000-01-01", "gender": "male"}
    assert len(index.find([ASKED], **traits)) == 1


def test_a_record_shows_nothing_of_the_person_in_its_repr(server, index):
    server.on_search("Patient", patient())
    text = repr(index.find([ASKED]))
    for private in (ASKED.extension, "Müller", "Élise", "1893", "Wiltz", "p1"):
        assert private not in text
