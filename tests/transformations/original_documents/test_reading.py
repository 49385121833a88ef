"""Envelopes of others: what is taken out is what was put in, or it is refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from lxml import etree

from tests.capabilities import require_data
from transformations.inspection import (
    STRIPPING,
    MediaType,
    OriginalRefused,
    inspect,
    sniff,
)
from transformations.original_documents import read_original, type_of
from trust.xml import DOCUMENT_LIMITS, parse_xml

SAMPLES = {
    "orcd-lab-w8.xml": ("11502-2", MediaType.PDF, "Laboratory Report"),
    "orcd-images-w8.xml": ("x-clinical-image", MediaType.PNG, "Medical Images"),
    "ep-l1-dk-2025-pdf.xml": ("57833-6", MediaType.PDF, None),
}


def envelope_with(text: str, **attributes: str) -> etree._Element:
    root = etree.fromstring(
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><code code="11502-2"/><component>'
        "<nonXMLBody><text/></nonXMLBody></component></ClinicalDocument>"
    )
    [node] = root.iter("{urn:hl7-org:v3}text")
    node.text = text
    for name, value in attributes.items():
        node.set(name, value)
    return root


@pytest.mark.parametrize("name", SAMPLES)
def test_real_envelopes_of_other_countries_give_up_what_they_hold(name):
    code, media_type, title = SAMPLES[name]
    data = (require_data("cda-dev") / name).read_bytes()
    envelope = read_original(parse_xml(data, DOCUMENT_LIMITS))
    assert envelope.facts.code == code
    assert envelope.declared is media_type
    assert sniff(envelope.content) is media_type
    assert title in {None, envelope.facts.title}
    assert envelope.facts.authors
    assert envelope.facts.custodian


@pytest.mark.parametrize("name", ["orcd-lab-w8.xml", "orcd-images-w8.xml"])
def test_real_originals_of_other_countries_may_be_shown(name):
    data = (require_data("cda-dev") / name).read_bytes()
    envelope = read_original(parse_xml(data, DOCUMENT_LIMITS))
    kind = type_of(envelope.facts.code)
    assert kind is not None
    inspected = inspect(envelope.content, envelope.declared, kind, STRIPPING)
    assert sniff(inspected.content) is envelope.declared


def test_base64_may_be_broken_into_lines():
    text = base64.encodebytes(b"%PDF-1.7 " * 30).decode()
    envelope = read_original(
        envelope_with(text, mediaType="application/pdf", representation="B64")
    )
    assert envelope.content == b"%PDF-1.7 " * 30


@pytest.mark.parametrize(
    ("text", "attributes", "rule"),
    [
        ("", {"representation": "B64"}, "embedded-not-base64"),
        ("not base64!", {"representation": "B64"}, "embedded-not-base64"),
        ("JVBERi0=", {}, "embedded-not-base64"),
        ("JVBERi0=", {"representation": "TXT"}, "embedded-not-base64"),
        (
            "JVBERi0=",
            {"representation": "B64", "compression": "DF"},
            "embedded-by-reference",
        ),
        (
            "JVBERi0=",
            {"representation": "B64", "integrityCheck": "AAAA"},
            "embedded-digest-mismatch",
        ),
    ],
)
def test_an_envelope_that_is_not_of_its_form_is_refused(text, attributes, rule):
    with pytest.raises(OriginalRefused) as refused:
        read_original(envelope_with(text, **attributes))
    assert refused.value.rule == rule


def test_a_reference_is_never_followed():
    root = envelope_with("", representation="B64")
    [node] = root.iter("{urn:hl7-org:v3}text")
    etree.SubElement(node, "{urn:hl7-org:v3}reference", value="https://192.0.2.1/x")
    with pytest.raises(OriginalRefused) as refused:
        read_original(root)
    assert refused.value.rule == "embedded-by-reference"


@pytest.mark.parametrize(
    ("algorithm", "name"), [(None, "sha1"), ("SHA-1", "sha1"), ("SHA-256", "sha256")]
)
def test_a_digest_that_fits_is_believed(algorithm, name):
    digest = base64.b64encode(hashlib.new(name, b"%PDF-").digest()).decode()
    extra = {} if algorithm is None else {"integrityCheckAlgorithm": algorithm}
    root = envelope_with(
        "JVBERi0=", representation="B64", integrityCheck=digest, **extra
    )
    assert read_original(root).content == b"%PDF-"


def test_a_document_with_sections_holds_no_original():
    root = etree.fromstring('<ClinicalDocument xmlns="urn:hl7-org:v3"/>')
    with pytest.raises(OriginalRefused, match="no embedded document"):
        read_original(root)
