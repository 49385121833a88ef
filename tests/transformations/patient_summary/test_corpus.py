"""Every document of the test data becomes a valid CDA with a complete account."""

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.capabilities import data_folder, require_data, require_schemas
from tests.transformations.patient_summary.summaries import HEADER, NS
from transformations.fhir import NotFhir, leaves, read_fhir_document
from transformations.mapping import Fate
from transformations.patient_summary.document import patient_summary_to_cda

REQUIRED = ("10160-0", "48765-2", "47519-4", "11450-4", "46264-8")


def documents():
    folder = data_folder() / "fhir-dev"
    found = sorted([*folder.glob("EPS-*.json"), *folder.glob("ips-examples/*.json")])
    return [path for path in found if _is_document(path)] or [None]


def _is_document(path):
    try:
        read_fhir_document(path.read_bytes())
    except NotFhir:
        return False
    return True


@cache
def carried(path: Path):
    source = read_fhir_document(path.read_bytes())
    return source, patient_summary_to_cda(source, HEADER, is_strict=True)


@cache
def schema():
    return etree.XMLSchema(etree.parse(require_schemas() / "CDA_Pharma.xsd"))


@pytest.fixture(params=documents(), ids=lambda path: path.stem if path else "none")
def summary(request):
    if request.param is None:
        require_data("fhir-dev/documents")
    return carried(request.param)


def test_the_test_data_holds_the_documents_it_is_known_for():
    require_data("fhir-dev")
    names = [path.name for path in documents() if path]
    assert sum(name.startswith("EPS-") for name in names) == 15
    assert len(names) >= 25


@pytest.mark.spec("CDA_Pharma.xsd")
def test_the_cda_is_valid(summary):
    tree = etree.fromstring(summary[1].document)
    assert schema().validate(tree), [error.message for error in schema().error_log]


def test_every_leaf_stands_exactly_once_in_the_ledger(summary):
    source, result = summary
    counted = [(leaf.path, leaf.value) for leaf in leaves(source)]
    booked = [(entry.path, entry.value) for entry in result.ledger.entries()]
    assert len({path for path, _ in booked}) == len(booked)
    assert sorted(booked, key=str) == sorted(counted, key=str)
    assert sum(result.ledger.counts().values()) == len(counted)


def test_no_leaf_is_without_a_row(summary):
    assert not summary[1].ledger.unmapped()


def test_the_five_required_sections_are_there_with_entries(summary):
    cda = etree.fromstring(summary[1].document)
    for code in REQUIRED:
        path = f"//c:section[c:code/@code='{code}']"
        assert len(cda.xpath(path, namespaces=NS)) == 1
        assert cda.xpath(f"{path}/c:entry", namespaces=NS)


def test_every_pointer_into_the_narrative_arrives(summary):
    cda = etree.fromstring(summary[1].document)
    anchors = cda.xpath("//c:text//@ID", namespaces=NS)
    assert len(set(anchors)) == len(anchors)
    pointers = cda.xpath("//c:reference/@value", namespaces=NS)
    assert {pointer[1:] for pointer in pointers} <= set(anchors)


def test_every_loss_has_a_reason(summary):
    for entry in summary[1].ledger.entries():
        if entry.mark.fate is Fate.LOST:
            assert entry.mark.reason


def test_the_same_document_gives_the_same_bytes(summary):
    source, result = summary
    again = patient_summary_to_cda(source, HEADER, is_strict=True)
    assert again.document == result.document
