"""A CDA becomes a FHIR document, and every leaf of it stands in the ledger once."""

from functools import cache
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.capabilities import require_data
from tests.transformations.patient_summary.cda_documents import (
    ReadBack,
    leaves_of,
    summaries,
)
from tests.transformations.patient_summary.documents import everybody
from transformations.cda.source import NotCda
from transformations.fhir import read_fhir_document
from transformations.mapping import Fate
from transformations.patient_summary import (
    patient_summary_to_cda,
    patient_summary_to_fhir,
)


@cache
def read(path: Path) -> ReadBack:
    return ReadBack(path.read_bytes())


@pytest.fixture(params=summaries(), ids=lambda path: path.stem if path else "none")
def summary(request) -> ReadBack:
    if request.param is None:
        require_data("cda-dev/summaries")
    return read(request.param)


def test_every_leaf_of_the_cda_stands_exactly_once_in_the_ledger(summary):
    booked = [(entry.path, entry.value) for entry in summary.entries]
    assert len({path for path, _ in booked}) == len(booked)
    assert sorted(booked) == sorted(
        (path, value) for path, value in leaves_of(summary.parsed)
    )
    assert sum(summary.result.ledger.counts().values()) == len(booked)


def test_every_loss_has_a_reason(summary):
    for entry in summary.entries:
        if entry.mark.fate is Fate.LOST:
            assert entry.mark.reason


@pytest.mark.spec("FHIR R4 §3.3 Documents")
def test_the_bundle_is_a_document_that_fhir_accepts(summary):
    Bundle.model_validate_json(summary.result.document)
    document = read_fhir_document(summary.result.document)
    assert document.composition.type == "Composition"
    assert document.patient.type == "Patient"


def test_every_reference_arrives(summary):
    urls = [entry["fullUrl"] for entry in summary.bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert set(references(summary.bundle)) <= set(urls)


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for child in value.values():
            yield from references(child)
    elif isinstance(value, list):
        for child in value:
            yield from references(child)


def test_the_same_document_gives_the_same_bytes(summary):
    again = patient_summary_to_fhir(summary.data)
    assert again.document == summary.result.document


def test_there_is_a_section_for_each_section_with_its_words(summary):
    codes = summary.parsed.xpath(
        "//c:section/c:code/@code", namespaces={"c": "urn:hl7-org:v3"}
    )
    sections = summary.one("Composition")["section"]
    assert [one["code"]["coding"][0]["code"] for one in sections] == codes
    for section in sections:
        assert section["text"]["div"].startswith("<div xmlns=")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b"<a/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><ClinicalDocument/>",
    ],
)
def test_what_is_no_cda_is_refused_in_a_sentence(data):
    with pytest.raises(NotCda):
        patient_summary_to_fhir(data)


def test_a_cda_without_anything_is_read_and_reported():
    result = ReadBack(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')
    assert {"patient-not-one", "document-date-missing"} <= result.rules()


@pytest.mark.parametrize("path", [None])
def test_what_we_write_we_read(path):
    from tests.transformations.patient_summary.documents import HEADER

    for source in everybody():
        document = read_fhir_document(source.read_bytes())
        written = patient_summary_to_cda(document, HEADER, is_strict=True)
        back = ReadBack(written.document)
        Bundle.model_validate_json(back.result.document)
