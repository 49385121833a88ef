"""Summaries in the templates of a country are read as those that mean the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import ncp.national.sample_country
from tests.transformations.patient_summary.summaries import HEADER
from transformations.cda.template_ids import expand
from transformations.fhir import read_fhir_document
from transformations.patient_summary import (
    patient_summary_to_cda,
    patient_summary_to_fhir,
)

TEMPLATE = "{urn:hl7-org:v3}templateId"
PATIENTS = Path(ncp.national.sample_country.__file__).parent / "patients"
LUXEMBOURG = {
    "EH.3.19": "LU.3.1",
    "EH.3.7": "LU.3.2",
    "EH.3.11": "LU.3.3",
    "EH.3.17": "LU.3.4",
    "EH.3.16": "LU.3.5",
    "EH.3.8": "LU.3.6",
    "EH.3.24": "LU.3.9",
    "EH.3.5": "LU.3.10",
    "EH.3.15": "LU.3.11",
    "EH.3.4": "LU.3.12",
    "EH.3.26": "LU.3.13",
}


def written() -> bytes:
    source = read_fhir_document((PATIENTS / "bergmann-summary.json").read_bytes())
    return patient_summary_to_cda(source, HEADER).document


def retold(data: bytes, names: dict[str, str]) -> tuple[bytes, int]:
    """Leave of the templates of each element the national one alone; how many."""
    national = {expand(ours): expand(theirs) for ours, theirs in names.items()}
    root = etree.fromstring(data)
    told = 0
    for template in list(root.iter(TEMPLATE)):
        theirs = national.get(template.get("root"))
        if theirs is None:
            continue
        parent = template.getparent()
        for other in parent.findall(TEMPLATE):
            if other is not template:
                parent.remove(other)
        template.set("root", theirs)
        told += 1
    return etree.tostring(root), told


def bundle_of(data: bytes) -> Any:
    return json.loads(patient_summary_to_fhir(data, is_strict=True).document)


@pytest.mark.spec("eHDSI Patient Summary")
def test_the_templates_of_luxembourg_alone_are_read_as_ours():
    data = written()
    national, told = retold(data, LUXEMBOURG)
    assert told >= len(LUXEMBOURG)
    assert bundle_of(national) == bundle_of(data)


@pytest.mark.parametrize("name", ["EH.3.16", "EH.3.15", "EH.3.26", "EH.3.5"])
def test_templates_that_nobody_knows_lose_their_entries(name):
    """The proof that templates decide: otherwise the test above shows nothing."""
    data = written()
    unknown, _ = retold(data, {name: "1.3.182.11.10.3.99"})
    assert len(bundle_of(unknown)["entry"]) < len(bundle_of(data)["entry"])
