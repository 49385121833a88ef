"""The page a person reads: allergies first, everything said, whose and of when."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from tests.capabilities import require_data, require_program
from tests.transformations.patient_summary.summaries import HEADER
from transformations.display.pdf import render_document
from transformations.display.pdf.rendering import page_of, told_time
from transformations.display.pdf.words import WORDS
from transformations.display.readable import Fact, read_readable
from transformations.fhir import read_fhir_document
from transformations.header import PATIENT_SUMMARY_L1
from transformations.inspection import REFUSING, MediaType, inspect
from transformations.patient_summary import patient_summary_to_cda

SAMPLES = Path("ncp/national/sample_country/patients")


def coded(name: str = "bergmann") -> etree._Element:
    data = (SAMPLES / f"{name}-summary.json").read_bytes()
    cda = patient_summary_to_cda(read_fhir_document(data), HEADER).document
    return etree.fromstring(cda)


@pytest.fixture(scope="module")
def document():
    return read_readable(coded())


@pytest.fixture(scope="module")
def pdf(document) -> bytes:
    return render_document(document)


def words_of(pdf: bytes, folder: Path, order: str = "-layout") -> str:
    program = require_program("pdftotext", "poppler")
    file = folder / "page.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        [program, order, str(file), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.mark.spec("ISO 19005-2 6.6.4")
def test_it_is_pdf_a_2b_with_its_fonts_inside(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        assert metadata.pdfa_status == "2B"
        assert opened.Root.OutputIntents
        fonts = [
            each
            for each in opened.objects
            if isinstance(each, pikepdf.Dictionary)
            and each.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all("/FontFile2" in f or "/FontFile3" in f for f in fonts)


def test_it_holds_nothing_that_acts_and_may_leave_the_country(pdf):
    inspected = inspect(pdf, MediaType.PDF, PATIENT_SUMMARY_L1, REFUSING)
    assert inspected.findings == ()


def test_the_same_document_gives_the_same_bytes(document, pdf):
    assert render_document(document) == pdf


def test_allergies_are_first_and_marked(document):
    assert document.sections[0].code == "48765-2"
    page = page_of(document)
    assert page["allergies"]["entries"][0][0]["value"] == "Pénicilline"
    assert "48765-2" not in {each.code for each in document.sections[1:]}


def test_every_fact_of_the_narrative_stands_on_the_page(document, pdf, tmp_path):
    def squeezed(text: str) -> str:
        # Words are hyphenated at the end of lines.
        return "".join(text.split()).replace("-", "").replace("\u00ad", "")

    page = squeezed(words_of(pdf, tmp_path, "-raw"))
    facts = [
        fact.value
        for section in document.sections
        for entry in section.entries
        for fact in entry
    ]
    assert len(facts) > 100
    assert [fact for fact in facts if squeezed(fact) not in page] == []


def test_each_page_says_whose_it_is_where_from_and_of_when(pdf, tmp_path):
    pages = words_of(pdf, tmp_path).split("\f")[:-1]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "Élise Marie Bergmann-Thill" in page
        assert "1957-03-04" in page
        assert "1957030451779" in page
        assert "Registre national de démonstration" in page
        assert "2026-01-19 10:42 +01:00" in page
        assert f"Page {number} sur {len(pages)}" in page
    assert "Restitution par le point de contact national" in pages[0]


@pytest.mark.parametrize("name", ["bergmann", "kremer", "lopes"])
def test_each_sample_patient_can_be_set(name):
    assert render_document(read_readable(coded(name))).startswith(b"%PDF-")


def test_a_document_without_allergies_says_that_it_says_nothing(tmp_path):
    root = coded()
    for section in list(root.iter("{urn:hl7-org:v3}section")):
        if section.find("{urn:hl7-org:v3}code").get("code") == "48765-2":
            holder = section.getparent()
            holder.getparent().remove(holder)
    told = words_of(render_document(read_readable(root)), tmp_path)
    assert WORDS["fr"]["no-allergies"] in " ".join(told.split())


def test_markup_in_a_value_is_shown_as_it_stands(tmp_path):
    root = coded()
    [*contents] = root.iter("{urn:hl7-org:v3}content")
    inner = next(each for each in contents if each.get("ID") == "alg-1-1")
    inner.text = '#panic("x") $a$ *b* <script> \\ `c` @ref'
    told = words_of(render_document(read_readable(root)), tmp_path)
    for word in ("#panic", "$a$", "*b*", "<script>", "`c`", "@ref"):
        assert word in told


@pytest.mark.parametrize("language", ["en", "fr", "de", "pt"])
def test_the_words_of_the_page_are_whole_in_each_language(language):
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert all(WORDS[language].values())


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("20260119104200+0100", "2026-01-19 10:42 +01:00"),
        ("202601191042", "2026-01-19 10:42"),
        ("20260119", "2026-01-19"),
        ("2026", "2026"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_a_time_is_told_as_finely_as_it_is_written(written, told):
    assert told_time(written) == told


def test_a_foreign_narrative_is_shown_as_it_stands():
    file = require_data("cda-dev") / "ps-l3-w8-full.xml"
    document = read_readable(etree.parse(str(file)).getroot())
    assert document.sections[0].code == "48765-2"
    assert any(section.tables for section in document.sections)
    assert render_document(document).startswith(b"%PDF-")


def test_an_item_without_labels_is_one_fact():
    root = etree.fromstring(
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody>'
        '<component><section><code code="1"/><title>T</title><text>'
        "<list><item>Plain words</item></list></text></section></component>"
        "</structuredBody></component></ClinicalDocument>"
    )
    [section] = read_readable(root).sections
    assert section.entries == ((Fact("", "Plain words"),),)
    json.dumps(page_of(read_readable(root)))
