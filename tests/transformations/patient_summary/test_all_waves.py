"""Documents of all waves and many countries become FHIR; each leaf is accounted for.

They are other people's and no part of this project: name the folder that holds them
with ``NCP_CDA_DOCUMENTS`` (``docs/how-to/read-documents-of-all-waves.md``).
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.capabilities import require_setting
from tests.transformations.patient_summary.cda_documents import ReadBack, leaves_of
from transformations.mapping import Fate
from transformations.patient_summary import NotCda

CAPABILITY = "CDA documents of all waves"
PATIENT_SUMMARY = b"60591-5"
ENOUGH = 50


@cache
def everything() -> list[tuple[str, ReadBack]]:
    """Read every patient summary below the folder, each content once."""
    folder = Path(require_setting("NCP_CDA_DOCUMENTS", CAPABILITY))
    found = {}
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        if PATIENT_SUMMARY in data and b"ClinicalDocument" in data:
            found.setdefault(data, path.name)
    read = []
    for data, name in found.items():
        try:
            read.append((name, ReadBack(data)))
        except NotCda:
            continue
    return read


def test_there_are_enough_of_them():
    assert len(everything()) >= ENOUGH


def test_every_leaf_of_every_document_stands_once_in_its_ledger():
    for name, one in everything():
        booked = sorted((entry.path, entry.value) for entry in one.entries)
        assert booked == sorted(leaves_of(one.parsed)), name
        assert one.result.ledger.leaves == len(booked), name


def test_every_bundle_is_accepted_by_fhir():
    for _, one in everything():
        Bundle.model_validate_json(one.result.document)


def test_every_patient_and_every_section_is_there():
    for name, one in everything():
        assert one.one("Patient").get("name") or one.one("Patient").get("identifier")
        found = one.parsed.xpath("count(//*[local-name()='section'])")
        assert found == count_sections(one.one("Composition")["section"]) or (
            one.of_type("DocumentReference")
        ), name


def count_sections(sections):
    return sum(1 + count_sections(one.get("section", [])) for one in sections)


def test_most_of_what_entries_say_is_carried():
    fates = Counter(
        entry.mark.fate
        for _, one in everything()
        for entry in one.entries
        if "/entry" in entry.path
    )
    assert fates[Fate.LOST] < sum(fates.values())


@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_a_loss_that_matters_has_a_reason(severity):
    for name, one in everything():
        for entry in one.entries:
            if entry.mark.fate is Fate.LOST and entry.mark.severity == severity:
                assert entry.mark.reason, (name, entry.path)
