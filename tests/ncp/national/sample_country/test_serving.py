"""The sample country over real HTTP, asked directly and through the adapter."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
import requests

from ncp.errors import ConfigurationError
from ncp.national.build import NationalConfiguration, build_national
from ncp.national.fhir_consent import ConsentDefault
from ncp.national.luxembourg.matricule import MatriculeRule, find_fault
from ncp.national.luxembourg.oids import MATRICULE
from ncp.national.ports import IDENTIFICATION, DocumentKind
from ncp.national.sample_country import (
    create_app,
    permitting_consent,
    prepare_document,
    read_folder,
    start,
)
from ncp.national.sample_country.attachments import read_attachment
from tests.capabilities import require_data
from trust.identifiers import CountryCode, PatientId

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
KIND = DocumentKind.PATIENT_SUMMARY
RICH, SPARSE, REFUSED = "1957030451779", "1989112326453", "1946081508368"


def _name(path):
    return path.name


class Now:
    def now(self):
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def ours():
    server = start(create_app(read_folder(OURS)))
    yield server.url
    server.stop()


def national(url, **changes):
    return build_national(NationalConfiguration(url, **changes), Now())


def matricule(value):
    return PatientId(MATRICULE, value)


def consent(ports, patient, service=KIND):
    return ports.consents.consent(
        patient, country=CountryCode("PT"), service=service, purpose="TREATMENT"
    ).is_given


# Our own three patients


@pytest.mark.parametrize(
    ("value", "file", "permits"),
    [
        (RICH, "bergmann-summary.json", True),
        (SPARSE, "lopes-summary.json", True),
        (REFUSED, "kremer-summary.json", False),
    ],
)
def test_our_patients_are_found_listed_read_and_asked_for_consent(
    ours, value, file, permits
):
    ports = national(ours, matricule=MatriculeRule.REFUSE)
    (patient,) = ports.patients.find([matricule(value)])
    (document,) = ports.documents.documents(patient, KIND)
    assert ports.documents.content(patient, document) == (OURS / file).read_bytes()
    assert document.version
    assert consent(ports, patient) is permits
    assert consent(ports, patient, IDENTIFICATION) is permits


def test_our_patients_have_valid_matricules_that_fit_their_birth_dates():
    for path in OURS.glob("*-summary.json"):
        prepared = prepare_document(path.read_bytes())
        assert prepared.note is None
        assert prepared.patient is not None
        assert find_fault(prepared.patient.extension) is None
        born = json.loads(path.read_bytes())["entry"][1]["resource"]["birthDate"]
        assert prepared.patient.extension.startswith(born.replace("-", ""))


@pytest.mark.parametrize(
    "path", sorted(OURS.glob("*-summary.json")), ids=lambda path: path.name
)
@pytest.mark.spec("EPS 1.0.0 Composition")
def test_our_summaries_hold_the_five_sections_and_resolve_in_themselves(path):
    bundle = json.loads(path.read_bytes())
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    composition = bundle["entry"][0]["resource"]
    codes = [section["code"]["coding"][0]["code"] for section in composition["section"]]
    assert {"11450-4", "48765-2", "10160-0", "47519-4", "46264-8"} <= set(codes)
    assert set(_references(bundle)) <= urls
    for section in composition["section"]:
        assert section["text"]["div"]
        assert section.get("entry") or section.get("emptyReason")


@pytest.mark.parametrize(
    "path", sorted(OURS.glob("*.json")), ids=lambda path: path.name
)
def test_our_files_have_the_structure_of_fhir(path):
    from fhir.resources.R4B import get_fhir_model_class

    resource = json.loads(path.read_bytes())
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


# Anybody's documents


def test_every_eps_document_of_the_test_data_is_served(tmp_path):
    sources = sorted(require_data("fhir-dev").glob("EPS-*.json"))
    assert sources
    _serve_and_compare(tmp_path, sources)


def test_every_ips_document_of_the_test_data_is_served(tmp_path):
    folder = require_data("fhir-dev/ips-examples")
    sources = [path for path in sorted(folder.glob("*.json")) if _is_document(path)]
    assert sources
    _serve_and_compare(tmp_path, sources)


def test_the_whole_folder_of_test_data_is_served_as_it_is():
    data = read_folder(require_data("fhir-dev"))
    assert len(data.documents) >= 35
    assert all("Bundle" not in why for why in data.left_out.values())


def _is_document(path):
    try:
        resource = json.loads(path.read_bytes())
    except ValueError:
        return False
    return resource.get("type") == "document"


def _serve_and_compare(folder, sources):
    """Prepare each, serve all, and get each back through the adapter."""
    prepared = {}
    for source in sources:
        document = prepare_document(source.read_bytes())
        (folder / source.name).write_bytes(document.body)
        prepared[source.name] = document
    server = start(create_app(read_folder(folder), page_size=2))
    try:
        ports = national(
            server.url, patient_root=MATRICULE, consent_default=ConsentDefault.PERMIT
        )
        for document in prepared.values():
            (patient,) = (
                found
                for found in ports.patients.find([document.patient])
                if _has(ports, found, document.body)
            )
            assert document.patient in patient.identifiers
            assert consent(ports, patient)
    finally:
        server.stop()


def _has(ports, patient, body):
    return any(
        ports.documents.content(patient, listed) == body
        for listed in ports.documents.documents(patient, KIND)
    )


def test_two_people_with_the_same_identifier_are_both_found(tmp_path):
    original = (OURS / "lopes-summary.json").read_text()
    (tmp_path / "a.json").write_text(original)
    (tmp_path / "b.json").write_text(original.replace("Tiago", "Paulo"))
    server = start(create_app(read_folder(tmp_path)))
    try:
        found = national(server.url).patients.find([matricule(SPARSE)])
        assert sorted(patient.given[0] for patient in found) == ["Paulo", "Tiago"]
    finally:
        server.stop()


def test_without_references_the_summary_operation_stands_in():
    server = start(create_app(read_folder(OURS), with_references=False))
    try:
        ports = national(server.url, summary_fallback=True)
        (patient,) = ports.patients.find([matricule(RICH)])
        (document,) = ports.documents.documents(patient, KIND)
        assert document.version is None
        body = ports.documents.content(patient, document)
        assert body == (OURS / "bergmann-summary.json").read_bytes()
    finally:
        server.stop()


def test_a_permitting_consent_beside_a_document_is_found(tmp_path):
    document = prepare_document((OURS / "kremer-summary.json").read_bytes())
    (tmp_path / "a.json").write_bytes(document.body)
    (tmp_path / "c.json").write_text(json.dumps(permitting_consent(document.patient)))
    server = start(create_app(read_folder(tmp_path)))
    try:
        ports = national(server.url)
        (patient,) = ports.patients.find([document.patient])
        assert consent(ports, patient)
        assert consent(ports, patient, IDENTIFICATION)
    finally:
        server.stop()


# The interface itself


def post(url, form, **headers):
    return requests.post(url, data=form, headers=headers, timeout=5)


def outcome_code(response):
    assert response.headers["Content-Type"] == "application/fhir+json"
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    return body["issue"][0]["code"]


def test_a_search_by_get_is_refused(ours):
    answer = requests.get(f"{ours}/Patient?identifier=x", timeout=5)
    assert (answer.status_code, outcome_code(answer)) == (405, "not-supported")


def test_a_search_that_is_no_form_is_refused(ours):
    answer = requests.post(f"{ours}/Patient/_search", json={}, timeout=5)
    assert (answer.status_code, outcome_code(answer)) == (415, "not-supported")


@pytest.mark.parametrize("form", ["nickname=x", "_count=0", "_count=x", "a;b"])
def test_a_search_that_is_not_understood_is_refused(ours, form):
    answer = post(
        f"{ours}/Patient/_search",
        form,
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, outcome_code(answer)) == (400, "invalid")


def test_a_form_that_is_too_large_is_refused(ours):
    answer = post(f"{ours}/Patient/_search", {"family": "x" * 70_000})
    assert (answer.status_code, outcome_code(answer)) == (413, "too-long")


@pytest.mark.parametrize(
    "path",
    [
        "Bundle/x",
        "Patient/x",
        "Observation/x",
        "Patient/x/$summary",
        "_page/x",
        "a/b/c",
    ],
)
def test_what_is_not_there_is_not_found(ours, path):
    answer = requests.get(f"{ours}/{path}", timeout=5)
    assert (answer.status_code, outcome_code(answer)) == (404, "not-found")


@pytest.mark.parametrize("system", ["urn:oid:1.3.182.4.4|", "1.3.182.4.4|", ""])
def test_an_identifier_is_found_with_and_without_prefix_and_system(ours, system):
    answer = post(f"{ours}/Patient/_search", {"identifier": f"{system}{RICH}"})
    assert len(answer.json()["entry"]) == 1


def test_an_identifier_under_another_system_is_not_found(ours):
    answer = post(f"{ours}/Patient/_search", {"identifier": f"urn:oid:1.2.3|{RICH}"})
    assert "entry" not in answer.json()


@pytest.mark.parametrize(
    ("form", "count"),
    [
        ({"family": "lopes"}, 1),
        ({"given": "Nicolas", "gender": "male"}, 1),
        ({"birthdate": "1957-03-04"}, 1),
        ({"birthdate": "1957-03-04", "gender": "male"}, 0),
        ({}, 3),
    ],
)
def test_people_are_found_by_their_traits(ours, form, count):
    answer = post(f"{ours}/Patient/_search", form or {"_count": "50"})
    assert len(answer.json().get("entry", [])) == count


def test_documents_are_found_by_the_patients_identifier(ours):
    form = {"patient.identifier": f"urn:oid:{MATRICULE}|{RICH}"}
    answer = post(f"{ours}/DocumentReference/_search", form)
    found = [each["resource"]["type"] for each in answer.json()["entry"]]
    assert {each["coding"][0]["code"] for each in found} == {
        "60591-5",
        "11502-2",
        "x-clinical-image",
    }


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (DocumentKind.LABORATORY_REPORT, b"%PDF-"),
        (DocumentKind.IMAGE, b"\x89PNG"),
    ],
)
def test_originals_are_set_and_drawn_by_us(ours, kind, begins):
    ports = national(ours)
    [patient] = ports.patients.find([matricule(RICH)])
    [document] = ports.documents.documents(patient, kind)
    original = ports.documents.original(patient, document)
    assert original.data.startswith(begins)
    assert ports.documents.original(patient, document) == original


def test_nobody_else_has_originals(ours):
    ports = national(ours)
    [patient] = ports.patients.find([matricule(SPARSE)])
    for kind in DocumentKind:
        assert not kind.is_original or not ports.documents.documents(patient, kind)


@pytest.mark.parametrize("name", ["no-such.typ", "../bergmann-laboratory.typ", ""])
def test_an_attachment_is_a_file_beside_its_reference(name):
    with pytest.raises(ConfigurationError, match="has no file"):
        read_attachment(OURS, name)


def test_pages_name_nothing_of_the_search(ours):
    answer = post(f"{ours}/Patient/_search", {"_count": "2", "gender": "male,female"})
    (link,) = answer.json()["link"]
    assert link["url"].startswith(f"{ours}/_page/")
    assert "male" not in link["url"]
    rest = requests.get(link["url"], timeout=5).json()
    assert (len(answer.json()["entry"]), len(rest["entry"])) == (2, 1)


def test_the_server_says_what_it_can(ours):
    statement = requests.get(f"{ours}/metadata", timeout=5).json()
    assert statement["fhirVersion"] == "4.0.1"


def test_it_runs_as_a_process_and_says_where():
    command = [sys.executable, "-m", "ncp.national.sample_country", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = json.loads(process.stdout.readline())
        assert requests.get(f"{line['url']}/metadata", timeout=5).ok
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in {0, -signal.SIGTERM}
    assert (line["patients"], line["documents"], line["consents"]) == (3, 3, 3)
    assert line["left_out"] == {}


def test_a_folder_that_is_not_there_is_told_with_a_remedy():
    command = [sys.executable, "-m", "ncp.national.sample_country", "--folder", "/none"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "Name a folder" in run.stderr
