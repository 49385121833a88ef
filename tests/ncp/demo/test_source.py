"""The demo takes anybody's summary, says what it added, refuses the rest helpfully."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ncp.demo.processes import DemoError
from ncp.demo.source import HERO, SAMPLE_PATIENTS, read_source
from tests.capabilities import require_data
from tests.integration.corpus import document_bundles


def served(source, tmp_path: Path) -> dict[str, bytes]:
    source.fill(tmp_path / "data")
    return {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}


def test_without_a_file_our_own_patient_is_shown_unchanged(tmp_path):
    source = read_source(None)
    assert source.note is None
    assert source.served == source.original == (SAMPLE_PATIENTS / HERO).read_bytes()
    assert source.patient.root == "1.3.182.4.4"


def test_every_sample_document_can_be_shown():
    documents = document_bundles(require_data("fhir-dev"))
    assert len([path for path in documents if path.name.startswith("EPS")]) == 15
    for path in documents:
        source = read_source(path)
        assert source.original == path.read_bytes()


def test_a_patient_without_an_oid_identifier_gets_one_and_the_note_says_so(tmp_path):
    bundle = json.loads((SAMPLE_PATIENTS / HERO).read_bytes())
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            del entry["resource"]["identifier"]
    file = tmp_path / "no-identifier.json"
    file.write_text(json.dumps(bundle))
    source = read_source(file)
    assert "matricule" in source.note
    assert source.patient.extension.encode() in source.served
    assert source.patient.extension.encode() not in source.original


def test_who_is_shown_has_agreed_and_somebody_else_has_not(tmp_path):
    source = read_source(None)
    files = served(source, tmp_path)
    consents = {
        json.loads(data)["provision"]["type"]
        for name, data in files.items()
        if "consent" in name
    }
    assert consents == {"permit", "deny"}
    assert source.refusing is not None
    assert source.refusing != source.patient


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cda.xml", b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', "CDA document"),
        ("scan.pdf", b"%PDF-1.7", "PDF"),
        ("patient.json", b'{"resourceType": "Patient"}', "single Patient"),
        ("notes.txt", b"Dear colleague", "not JSON"),
        ("empty.json", b"", "empty"),
    ],
)
def test_what_is_no_fhir_document_is_named_for_what_it_is(
    tmp_path, name, content, words
):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DemoError, match=words):
        read_source(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DemoError, match="cannot be read"):
        read_source(tmp_path / "nowhere.json")
