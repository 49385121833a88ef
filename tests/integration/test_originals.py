"""A Portuguese doctor reads a Luxembourg report, an image, and a summary as PDF."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from lxml import etree
from PIL import Image

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.hospital import Hospital
from ncp.demo.kept import newest
from ncp.demo.source import SAMPLE_PATIENTS
from ncp.exchange import HttpPayload
from ncp.ihe.document_list import Transform, read_document_query_response
from ncp.ihe.soap import read_response
from ncp.national.sample_country.attachments import read_attachment
from tests.capabilities import require_schemas

HL7 = {"v3": "urn:hl7-org:v3"}
REPORT, IMAGE = "11502-2", "x-clinical-image"


@pytest.fixture(scope="module")
def hospital(scene, tmp_path_factory):
    portugal = scene.portugal
    kept = tmp_path_factory.mktemp("hospital-of-originals")
    opened = Hospital(portugal.national_door, portugal.tokens.professional, kept)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def handle(hospital, agreeing) -> str:
    [person] = hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]
    handle = str(person["handle"])
    assert not hospital.confirm(handle).is_refusal
    return handle


@pytest.fixture(scope="module")
def listed(hospital, handle) -> dict[str, dict]:
    answer = hospital.documents(handle, REPORT, IMAGE)
    assert not answer.is_refusal
    return {each["kind"]: each for each in answer.json()["documents"]}


@pytest.fixture(scope="module")
def summaries(hospital, handle) -> dict[str, dict]:
    documents = hospital.documents(handle).json()["documents"]
    return {each["form"]: each for each in documents}


def received(scene) -> tuple[bytes, etree._Element]:
    """The document of the last retrieve, as Portugal kept it."""
    data = newest(scene.portugal.ground.exchanges, "ITI-39").file("document.xml")
    return data, etree.fromstring(data)


def last_list(scene):
    exchange = newest(scene.portugal.ground.exchanges, "ITI-38")
    body = exchange.file("response.bin")
    kind = "multipart/related" if body.startswith(b"--") else "application/soap+xml"
    return read_document_query_response(read_response(HttpPayload(kind, body)).body)


@pytest.mark.spec("eHDSI XCA Profile, metadata of original clinical documents")
def test_the_list_says_what_each_is_who_wrote_it_and_since_when(listed):
    report, image = listed[REPORT], listed[IMAGE]
    assert (report["form"], image["form"]) == ("pdf", "png")
    assert report["description"] == "Rapport de laboratoire du 12 janvier 2026"
    assert report["authors"] == ["Anne Muller"]
    assert report["serviceStart"] == "2026-01-12T06:45:00+00:00"
    assert report["created"] == "2026-01-13T14:20:00+00:00"
    assert report["language"] == "fr-LU"
    assert image["authors"] == ["Hôpital de démonstration"]
    assert report["size"] > 40_000


def test_the_report_is_the_laboratorys_own_pdf(hospital, handle, listed):
    answer = hospital.show(handle, listed[REPORT]["document"])
    assert answer.content_type == "application/pdf"
    assert answer.body == read_attachment(SAMPLE_PATIENTS, "bergmann-laboratory.typ")
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        assert len(pdf.pages) == 1


def test_the_image_is_the_hospitals_own_picture(hospital, handle, listed):
    answer = hospital.show(handle, listed[IMAGE]["document"])
    assert answer.content_type == "image/png"
    assert answer.body == read_attachment(SAMPLE_PATIENTS, "drawn-wrist.png")
    with Image.open(io.BytesIO(answer.body)) as picture:
        assert picture.size == (720, 960)


@pytest.mark.spec("ITI TF-3 4.2.3.2.10", "ITI TF-3 4.2.3.2.22")
@pytest.mark.parametrize("kind", [REPORT, IMAGE])
def test_size_and_hash_of_the_list_hold_for_what_comes(
    scene, hospital, handle, listed, kind
):
    entries = {
        entry.class_code: entry
        for entry in last_list_of_originals(scene, hospital, handle)
    }
    hospital.show(handle, listed[kind]["document"])
    data, root = received(scene)
    assert entries[kind].size == len(data) == listed[kind]["size"]
    assert entries[kind].hash == hashlib.sha1(data).hexdigest()
    assert root.find("v3:id", HL7).get("root") == entries[kind].unique_id


def last_list_of_originals(scene, hospital, handle):
    assert not hospital.documents(handle, REPORT, IMAGE).is_refusal
    return last_list(scene).entries


@pytest.mark.parametrize("kind", [REPORT, IMAGE])
def test_what_comes_is_a_cda_that_passes_the_schema_and_names_the_patient(
    scene, hospital, handle, listed, kind, agreeing
):
    hospital.show(handle, listed[kind]["document"])
    _, root = received(scene)
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(root)
    assert root.find("v3:code", HL7).get("code") == kind
    ids = root.findall("v3:recordTarget/v3:patientRole/v3:id", HL7)
    assert agreeing.extension in {each.get("extension") for each in ids}


def test_the_document_can_be_had_again_as_it_was_received(
    scene, hospital, handle, listed
):
    document = listed[REPORT]["document"]
    hospital.show(handle, document)
    data, _ = received(scene)
    asked = len(list(scene.portugal.ground.exchanges.iterdir()))
    again = hospital.received(handle, document)
    assert again.body == data
    assert len(list(scene.portugal.ground.exchanges.iterdir())) == asked


@pytest.mark.spec("ITI TF-3 4.2.2 XFRM")
def test_the_summary_comes_coded_and_as_pdf_of_the_same(
    scene, hospital, handle, summaries
):
    coded, pdf = summaries["coded"], summaries["pdf"]
    assert pdf["codedForm"] == coded["document"]
    hospital.documents(handle)
    answer = last_list(scene)
    first, second = answer.entries
    assert answer.transforms == (Transform(second.entry_id, first.entry_id),)
    page = hospital.show(handle, pdf["document"])
    assert page.content_type == "application/pdf"
    with pikepdf.open(io.BytesIO(page.body)) as opened:
        assert opened.open_metadata().pdfa_status == "2B"
    _, root = received(scene)
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(root)
    sections = hospital.fetch(handle, coded["document"])
    assert b"structuredBody" in sections.body


def test_a_coded_summary_has_nothing_inside_to_show(hospital, handle, summaries):
    answer = hospital.show(handle, summaries["coded"]["document"])
    assert answer.is_refusal
    assert "document-unfit" in answer.json()["type"]


def test_the_originals_are_on_record_under_their_kind(memory, hospital, handle, listed):
    hospital.show(handle, listed[IMAGE]["document"])
    kinds = {entry.document_kind for entry in memory.trail() if entry.event == "ITI-39"}
    assert IMAGE in kinds


def test_kept_bytes_stand_nowhere_in_clear(scene, hospital, handle, listed):
    for kind in (REPORT, IMAGE):
        hospital.show(handle, listed[kind]["document"])
    data, _ = received(scene)
    sample = data[len(data) // 2 :][:120]
    for country in (scene.luxembourg, scene.portugal):
        for file in country.ground.folder.glob(f"{country.ground.database.name}*"):
            stored = file.read_bytes()
            assert sample not in stored
            assert b"nonXMLBody" not in stored
