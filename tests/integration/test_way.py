"""A summary crosses the border, and both sides have it on record."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.hospital import Hospital
from ncp.demo.kept import kept_exchanges, newest
from ncp.demo.source import HERO, SAMPLE_PATIENTS
from tests.capabilities import require_schemas
from tests.integration.memory import Memory
from transformations.fhir import json_leaves
from trust.identifiers import PatientId

HL7 = {"v3": "urn:hl7-org:v3"}


@pytest.fixture(scope="module")
def hospital(scene, tmp_path_factory):
    portugal = scene.portugal
    kept = tmp_path_factory.mktemp("hospital")
    opened = Hospital(portugal.national_door, portugal.tokens.professional, kept)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def handle(hospital, agreeing) -> str:
    [person] = hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]
    return str(person["handle"])


@pytest.fixture(scope="module")
def fetched(hospital, handle) -> bytes:
    assert not hospital.confirm(handle).is_refusal
    document, _pdf = hospital.documents(handle).json()["documents"]
    answer = hospital.fetch(handle, document["document"])
    assert not answer.is_refusal
    return answer.body


@pytest.mark.spec("ITI TF-2 3.55.4.2")
def test_the_patient_is_found_by_the_number_on_the_card(hospital, agreeing):
    [person] = hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]
    assert person["family"] == ["Bergmann-Thill"]
    assert person["birthDate"] == "1957-03-04"


def test_no_identifier_stands_in_a_handle(handle, agreeing):
    assert agreeing.extension not in handle


def test_documents_need_a_confirmed_treatment(hospital, agreeing):
    [person] = hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]
    answer = hospital.documents(person["handle"])
    assert answer.is_refusal
    assert "treatment-not-confirmed" in answer.json()["type"]


@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_the_summary_comes_as_a_clinical_document(fetched):
    root = etree.fromstring(fetched)
    assert root.tag == "{urn:hl7-org:v3}ClinicalDocument"
    codes = root.xpath("//v3:component/v3:section/v3:code/@code", namespaces=HL7)
    assert {"11450-4", "48765-2", "10160-0", "47519-4", "46264-8"} <= set(codes)


def test_its_id_is_the_listed_one(scene, envoy, agreeing, fetched):
    [request] = envoy.documents_of(agreeing)
    root = etree.fromstring(fetched)
    [identifier] = root.findall("v3:id", HL7)
    assert identifier.get("root") == request.document_unique_id


def test_it_passes_the_schema(fetched):
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(etree.fromstring(fetched))


def test_every_leaf_of_the_source_stands_once_in_the_ledger(scene, fetched):
    exchange = newest(scene.luxembourg.ground.exchanges, "ITI-39")
    ledger = json.loads(exchange.file("ledger.json"))
    source = json.loads((SAMPLE_PATIENTS / HERO).read_bytes())
    paths = Counter(entry["path"] for entry in ledger["entries"])
    leaves = [leaf.path for leaf in json_leaves(source, "Bundle")]
    assert paths == Counter(leaves)
    assert ledger["leaves"] == len(leaves)


def test_both_sides_recorded_all_three_transactions(scene, memory, fetched):
    theirs = Memory(scene.portugal.ground)
    try:
        for trail in (memory.trail(), theirs.trail()):
            succeeded = {entry.event for entry in trail if entry.outcome == 0}
            assert {"ITI-55", "ITI-38", "ITI-39"} <= succeeded
    finally:
        theirs.close()


def test_a_patient_who_refused_is_refused_with_a_sentence(hospital, refusing):
    answer = hospital.identify(LUXEMBOURG.code, refusing)
    assert answer.is_refusal
    assert answer.json()["detail"]
    assert refusing.extension not in answer.body.decode()


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_professionals_token_the_national_door_stays_shut(
    scene, agreeing, tmp_path, token
):
    stranger = Hospital(scene.portugal.national_door, token, tmp_path)
    answer = stranger.identify(LUXEMBOURG.code, agreeing)
    stranger.close()
    assert answer.status == 401


def test_logs_of_both_gateways_know_no_patient(scene, fetched, agreeing, refusing):
    words = ["Bergmann", "Élise", "1957-03-04", "19570304", "Figueira"]
    words += [person.extension for person in (agreeing, refusing)]
    for country in (scene.luxembourg, scene.portugal):
        log = Path(country.gateway.log).read_text(encoding="utf-8")
        assert [word for word in words if word in log] == []


def test_databases_hold_no_patient_in_clear(scene, fetched, agreeing):
    for country in (scene.luxembourg, scene.portugal):
        folder = country.ground.folder
        for file in folder.glob(f"{country.ground.database.name}*"):
            data = file.read_bytes()
            for word in (agreeing.extension, "Bergmann", "Figueira"):
                assert word.encode() not in data, f"{word} in {file.name}"


def test_kept_exchanges_are_private(scene, fetched):
    root = scene.luxembourg.ground.exchanges
    assert root.stat().st_mode & 0o077 == 0
    for exchange in kept_exchanges(root):
        for file in exchange.folder.iterdir():
            assert file.stat().st_mode & 0o077 == 0


def test_a_duplicate_is_answered_again(envoy, memory, agreeing: PatientId):
    from ncp.ihe.codes import Transaction

    payload, message_id = envoy.envelope(
        Transaction.ITI_55, envoy.identify_body(agreeing), [envoy.hcp()]
    )
    for _ in range(2):
        reply = envoy.post(Transaction.ITI_55, payload, message_id)
        assert len(reply.matches()) == 1
    sightings = [
        record.sighting
        for record in memory.messages()
        if record.message_id == message_id
    ]
    assert sightings == ["new", "duplicate"]


def test_the_same_message_id_with_another_body_is_refused(envoy, memory, agreeing):
    from ncp.errors import Refusal
    from ncp.ihe.codes import Transaction

    message_id = None
    for _ in range(2):
        payload, message_id = envoy.envelope(
            Transaction.ITI_55,
            envoy.identify_body(agreeing),
            [envoy.hcp()],
            message_id,
        )
        reply = envoy.post(Transaction.ITI_55, payload, message_id)
    assert memory.newest().condition == Refusal.MESSAGE_ID_REUSED
    assert b"Bergmann" not in reply.text
