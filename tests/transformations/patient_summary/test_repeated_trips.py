"""A document that goes to and fro says its words once, however often it goes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

import ncp.national.sample_country
from tests.transformations.patient_summary.summaries import HEADER
from transformations.fhir import read_fhir_document
from transformations.patient_summary import (
    patient_summary_to_cda,
    patient_summary_to_fhir,
)

PATIENTS = Path(ncp.national.sample_country.__file__).parent / "patients"
PROBLEMS = "11450-4"
OWN_WORDS = "Feels dizzy in the morning."
ENGLISH, FRENCH = "en-GB", "fr-FR"


def trips(data: bytes, *languages: str) -> list[bytes]:
    """Send a bundle to CDA and back, once for each language; return the CDAs."""
    made = []
    for language in languages:
        source = read_fhir_document(in_language(data, language))
        header = replace(HEADER, language=language)
        made.append(patient_summary_to_cda(source, header, is_strict=True).document)
        data = patient_summary_to_fhir(made[-1], is_strict=True).document
    return made


def in_language(data: bytes, language: str) -> bytes:
    document = json.loads(data)
    document["entry"][0]["resource"]["language"] = language
    document.pop("language", None)
    return json.dumps(document).encode()


def texts(document: bytes) -> list[str]:
    """Return the words of every section."""
    root = etree.fromstring(document)
    return [
        "".join(text.itertext())
        for text in root.iterfind(".//{*}structuredBody//{*}section/{*}text")
    ]


def bundle(name: str, problems: str | None = None) -> bytes:
    """Return a sample, with a text of its source beside the coded problems."""
    data = json.loads((PATIENTS / name).read_bytes())
    composition = data["entry"][0]["resource"]
    for section in composition["section"] if problems else ():
        if section["code"]["coding"][0]["code"] == PROBLEMS:
            div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{problems}</p></div>'
            section["text"] = {"status": "additional", "div": div}
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    "name", sorted(path.name for path in PATIENTS.glob("*-summary.json"))
)
@pytest.mark.parametrize("words", [None, OWN_WORDS])
def test_after_the_first_trip_the_texts_stay_as_they_are(name, words):
    _, second, third, fourth = trips(bundle(name, words), *[ENGLISH] * 4)
    assert texts(second) == texts(third) == texts(fourth)


def test_words_of_the_source_stand_once_beside_what_is_coded():
    for document in trips(bundle("bergmann-summary.json", OWN_WORDS), *[ENGLISH] * 3):
        assert document.decode().count(OWN_WORDS) == 1
        assert sum("Problem: " in text for text in texts(document)) > 0


def test_our_heading_of_another_language_is_not_quoted():
    heading = "In the words of the source, not coded:"
    first, second = trips(bundle("bergmann-summary.json", OWN_WORDS), ENGLISH, FRENCH)
    assert heading in first.decode()
    assert heading not in second.decode()
    assert second.decode().count(OWN_WORDS) == 1


def test_what_repeats_only_a_part_of_a_line_is_quoted():
    """A line is left out where it is said word for word, not where it resembles."""
    document = trips(bundle("bergmann-summary.json"), ENGLISH)[0]
    line = next(
        " ".join("".join(item.itertext()).split())
        for item in etree.fromstring(document).iter("{urn:hl7-org:v3}item")
        if "Problem: " in "".join(item.itertext())
    )
    more = f"{line}; but better"
    again = trips(bundle("bergmann-summary.json", more), ENGLISH)[0]
    assert any(more in text for text in texts(again))
    same = trips(bundle("bergmann-summary.json", line), ENGLISH)[0]
    assert sum(text.count(line) for text in texts(same)) == 1
