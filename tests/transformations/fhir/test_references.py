"""References are resolved inside the Bundle only, and never by a guess."""

import json

import pytest

from transformations.fhir import read_fhir_document

BASE = "https://example.org/fhir"
FULL = "urn:uuid:0f0e0d0c-0000-4000-8000-00000000abcd"


def document(*entries):
    first = [
        {
            "fullUrl": f"{BASE}/Composition/c",
            "resource": {"resourceType": "Composition"},
        },
        {
            "fullUrl": f"{BASE}/Patient/p",
            "resource": {"resourceType": "Patient", "id": "p"},
        },
    ]
    return read_fhir_document(
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "document",
                "entry": [*first, *({"fullUrl": u, "resource": r} for u, r in entries)],
            }
        ).encode()
    )


def medication(identity="m", **more):
    return {"resourceType": "Medication", "id": identity, **more}


def resolve(doc, reference, referring=0):
    found = doc.resolve(reference, doc.entries[referring])
    return found.path if found else None


@pytest.mark.spec("FHIR R4 2.36.4.1")
def test_an_exact_full_url_is_found():
    assert resolve(document((FULL, medication())), FULL) == "Bundle.entry[2].resource"


def test_a_uuid_is_compared_without_regard_to_case():
    doc = document((FULL, medication()))
    assert resolve(doc, FULL.upper().replace("URN:UUID", "urn:uuid"))


@pytest.mark.spec("FHIR R4 2.36.4.1")
def test_a_relative_reference_takes_the_base_of_who_refers():
    doc = document(
        (f"{BASE}/Medication/m", medication()),
        ("https://other.example/fhir/Medication/m", medication()),
    )
    assert resolve(doc, "Medication/m", 0) == "Bundle.entry[2].resource"
    assert resolve(doc, "Medication/m", 3) == "Bundle.entry[3].resource"


def test_a_version_in_a_reference_is_tolerated():
    doc = document((f"{BASE}/Medication/m", medication()))
    assert resolve(doc, "Medication/m/_history/2") == "Bundle.entry[2].resource"


def test_a_relative_reference_between_uuid_entries_finds_the_only_match():
    assert resolve(document((FULL, medication())), "Medication/m")


def test_two_resources_of_one_type_and_id_are_never_guessed_between():
    doc = document((FULL, medication()), (FULL[:-1] + "e", medication()))
    assert resolve(doc, "Medication/m") is None


def test_a_full_url_that_stands_twice_names_nothing():
    doc = document((FULL, medication("a")), (FULL, medication("b")))
    assert resolve(doc, FULL) is None


def test_an_absolute_reference_to_another_server_is_not_found_by_its_id():
    doc = document((f"{BASE}/Medication/m", medication()))
    assert resolve(doc, "https://elsewhere.example/Medication/m") is None


@pytest.mark.parametrize("reference", ["urn:uuid:", "", "Medication", "../etc/passwd"])
def test_what_is_no_reference_names_nothing(reference):
    assert resolve(document((FULL, medication())), reference) is None


def test_a_contained_resource_is_found_in_its_container_and_refers_from_there():
    inner = {"resourceType": "Substance", "id": "s"}
    doc = document((FULL, medication(contained=[inner, medication("x")])))
    found = doc.resolve("#s", doc.entries[2])
    assert found.path == "Bundle.entry[2].resource.contained[0]"
    sibling = doc.resolve("#x", found)
    assert sibling.path == "Bundle.entry[2].resource.contained[1]"
    assert doc.resolve("#", found).path == "Bundle.entry[2].resource"


def test_a_contained_id_that_stands_twice_names_nothing():
    doc = document((FULL, medication(contained=[medication("x"), medication("x")])))
    assert resolve(doc, "#x", 2) is None


def versioned(version, text):
    return medication(meta={"versionId": version}, status=text)


@pytest.mark.spec("FHIR R4 2.36.4.1")
def test_a_reference_to_a_version_finds_that_version_among_several():
    url = f"{BASE}/Medication/m"
    doc = document((url, versioned("1", "active")), (url, versioned("2", "inactive")))
    assert resolve(doc, "Medication/m/_history/2") == "Bundle.entry[3].resource"
    assert resolve(doc, f"{url}/_history/1") == "Bundle.entry[2].resource"
    assert resolve(doc, "Medication/m") is None


@pytest.mark.spec("FHIR R4 2.36.4.1")
def test_a_reference_to_another_version_than_is_there_names_nothing():
    doc = document((f"{BASE}/Medication/m", versioned("3", "active")))
    assert resolve(doc, "Medication/m/_history/3")
    assert resolve(doc, "Medication/m/_history/2") is None


def test_an_entry_that_stands_twice_word_for_word_is_one():
    doc = document((FULL, medication()), (FULL, medication()))
    assert resolve(doc, FULL) == "Bundle.entry[2].resource"
    assert resolve(doc, "Medication/m") == "Bundle.entry[2].resource"


def test_an_identifier_is_the_patients_if_system_and_value_are():
    doc = document()
    doc.patient.resource["identifier"] = [{"system": "urn:oid:2.999", "value": "1"}]
    assert doc.is_patient({"system": "urn:oid:2.999", "value": "1", "use": "official"})
    assert not doc.is_patient({"system": "urn:oid:2.999", "value": "2"})
    assert not doc.is_patient({"system": "urn:oid:2.999.1", "value": "1"})
    assert not doc.is_patient({"value": "1"})
    assert not doc.is_patient({})
    assert not doc.is_patient("1")
