"""What the sample country makes of a folder of files."""

from __future__ import annotations

import json
import os

import pytest

from ncp.errors import ConfigurationError
from ncp.national.sample_country import read_folder


def document(name="A", value="1", made="2026-01-01T00:00:00Z", **patient):
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.3.182.4.4", "value": value}],
        "name": [{"family": name}],
        "birthDate": "1950-01-01",
        **patient,
    }
    return {
        "resourceType": "Bundle",
        "type": "document",
        "timestamp": made,
        "entry": [
            {
                "resource": {
                    "resourceType": "Composition",
                    "type": {
                        "coding": [{"system": "http://loinc.org", "code": "60591-5"}]
                    },
                    "subject": {"reference": "urn:uuid:p"},
                    "title": "Summary",
                }
            },
            {"fullUrl": "urn:uuid:p", "resource": person},
        ],
    }


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text)
        return tmp_path

    return _write


def test_documents_of_one_person_are_gathered(write):
    write("a.json", document())
    data = read_folder(write("below/b.json", document()))
    assert (len(data.patients), len(data.documents)) == (1, 2)


@pytest.mark.parametrize("other", [{"name": "B"}, {"birthDate": "1951-01-01"}])
def test_people_who_share_only_an_identifier_stay_two(write, other):
    write("a.json", document())
    data = read_folder(write("b.json", document(**other)))
    assert len(data.patients) == 2


def test_people_without_identifier_are_never_one(write):
    write("a.json", document(identifier=[]))
    data = read_folder(write("b.json", document(identifier=[])))
    assert len(data.patients) == 2


def test_what_is_no_document_is_left_out_with_a_note(write):
    write("a.json", document())
    write("b.json", "{broken")
    write("c.json", {"resourceType": "Patient"})
    write("d.json", {"name": "package"})
    write("e.json", {"resourceType": "Bundle", "type": "document", "entry": []})
    data = read_folder(write("f.json", document() | {"entry": document()["entry"][:1]}))
    assert list(data.left_out) == ["b.json", "c.json", "d.json", "e.json", "f.json"]
    assert len(data.documents) == 1


def test_ids_are_the_same_at_every_start_and_say_nothing(write):
    folder = write("a.json", document(value="1893120105732"))
    first, second = read_folder(folder), read_folder(folder)
    assert list(first.patients) == list(second.patients)
    assert list(first.documents) == list(second.documents)
    assert "1893120105732" not in "".join([*first.patients, *first.documents])


def test_an_edited_file_is_a_new_version_of_the_same_document(write):
    before = read_folder(write("a.json", document()))
    after = read_folder(write("a.json", document(gender="male")))
    (old,), (new,) = before.documents.values(), after.documents.values()
    assert old.id == new.id
    assert old.reference["meta"]["versionId"] != new.reference["meta"]["versionId"]


def test_a_touched_file_is_the_same_version(write):
    folder = write("a.json", document())
    before = read_folder(folder)
    os.utime(folder / "a.json", (0, 0))
    after = read_folder(folder)
    (old,), (new,) = before.documents.values(), after.documents.values()
    assert old.reference["meta"]["versionId"] == new.reference["meta"]["versionId"]


def test_a_consent_is_bound_to_the_bearer_of_its_identifier(write):
    identifier = {"system": "urn:oid:1.3.182.4.4", "value": "1"}
    write("a.json", document())
    data = read_folder(
        write(
            "c.json",
            {"resourceType": "Consent", "patient": {"identifier": identifier}},
        )
    )
    (patient,) = data.patients
    assert data.consents[0]["patient"] == {"reference": f"Patient/{patient}"}


def test_a_consent_of_an_ambiguous_identifier_is_bound_to_nobody(write):
    identifier = {"system": "urn:oid:1.3.182.4.4", "value": "1"}
    write("a.json", document())
    write("b.json", document(name="B"))
    data = read_folder(
        write(
            "c.json",
            {"resourceType": "Consent", "patient": {"identifier": identifier}},
        )
    )
    assert "reference" not in data.consents[0]["patient"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError):
        read_folder(tmp_path / "none")
