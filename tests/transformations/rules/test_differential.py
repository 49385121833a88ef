"""Ours and the official rules of Wave 8 agree in every error, save for a reasoned list.

An error is a place and a template: sentences are compared nowhere. The documents are
those of others (``cda-dev``), everything our writer makes of the FHIR samples, the
documents of a folder named with ``NCP_PUBLIC_DOCUMENTS``, and spoilt ones.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.capabilities import TEST_DATA, data_folder, missing, require_data
from tests.transformations.patient_summary.test_corpus import carried
from tests.transformations.patient_summary.test_corpus import documents as summaries
from tests.transformations.rules.mutations import chosen, shortened
from tests.transformations.rules.official import (
    SCHEMAS,
    STOPPED,
    OfficialRules,
    official_rules,
)
from tests.transformations.rules.samples import summary
from transformations.cda.template_ids import expand
from transformations.rules import Severity, validate_cda

# An answer of the official rules takes seconds where it is not remembered.
pytestmark = pytest.mark.timeout(3600)

MUTANTS_OF_EACH = 60
BASES = (
    "derived/ep-l3-schematron-clean.xml",
    "derived/ps-known-absence-schematron-clean.xml",
    "ed-l3-pl-2025.xml",
    "ep-l3-fi-w7-combipack-part.xml",
    "ps-l3-w8-full.xml",
    "orcd-lab-w8.xml",
    "ep-l1-dk-2025-pdf.xml",
)
_LISTED = Path(__file__).with_name("differences.toml")
_OTHER = re.compile(r"pharm:|\{[^}]*\}")

Where = tuple[str, str]


@pytest.fixture(scope="module")
def official() -> OfficialRules:
    return official_rules()


@cache
def listed():
    return tomllib.loads(_LISTED.read_text("utf-8"))["difference"]


def is_listed(only: str, where: Where, said: str) -> bool:
    at, template = where
    return any(
        row["only"] == only
        and re.search(rf"{row['template']}$", template)
        and re.fullmatch(row["at"], at)
        and re.match(row["rule"], said)
        for row in listed()
    )


def differences(official: OfficialRules, name: str, document: bytes) -> list[str]:
    """Return what one of both says and the other does not, each as a line."""
    report = validate_cda(etree.fromstring(document), official.value_sets)
    if not _has_rules(document):
        return [] if report.errors else [f"{name}: taken without a template"]
    complaints = official.complaints(document)
    if any(one.role == STOPPED for one in complaints):
        return [] if report.errors else [f"{name}: the official rules stopped"]
    theirs = {
        (one.at, one.template): one.text for one in complaints if one.role == "error"
    }
    ours = {
        (_OTHER.sub("", one.location).lstrip("/"), expand(one.template)): one.rule
        for one in report.findings
        if one.severity is Severity.ERROR
    }
    found = [
        f"{name}: only official {where} {theirs[where]}"
        for where in theirs.keys() - ours.keys()
        if not is_listed("official", where, theirs[where])
    ]
    return found + [
        f"{name}: only ours {where} {ours[where]}"
        for where in ours.keys() - theirs.keys()
        if not is_listed("ours", where, ours[where])
    ]


def _has_rules(document: bytes) -> bool:
    try:
        root = etree.fromstring(document)
    except etree.XMLSyntaxError:
        return False
    return any(
        each.get("root") in SCHEMAS
        for each in root.findall("{urn:hl7-org:v3}templateId")
    )


@pytest.mark.spec("eHDSI CDA 8.0.0")
def test_on_the_documents_of_others(official):
    folder = require_data("cda-dev")
    found = []
    for path in sorted(folder.rglob("*.xml")):
        found += differences(official, path.name, path.read_bytes())
    assert found == []


@pytest.mark.spec("eHDSI CDA 8.0.0")
def test_on_everything_made_of_the_fhir_samples(official):
    require_data("fhir-dev")
    found = []
    for path in summaries():
        found += differences(official, path.name, carried(path)[1].document)
    assert found == []


@pytest.mark.spec("eHDSI CDA 8.0.0")
def test_on_public_documents(official):
    named = os.environ.get("NCP_PUBLIC_DOCUMENTS")
    if not named:
        missing(TEST_DATA, "set NCP_PUBLIC_DOCUMENTS to a folder of CDA documents")
    found = []
    judged = 0
    for path in sorted(Path(named).rglob("*.xml")):
        document = path.read_bytes()
        if _has_rules(document):
            judged += 1
            found += differences(official, path.name, document)
    assert judged > 100
    assert found == []


@pytest.mark.spec("eHDSI CDA 8.0.0")
@pytest.mark.parametrize("base", BASES)
def test_on_spoilt_documents_of_others(official, base):
    require_data("cda-dev")
    document = shortened((data_folder() / "cda-dev" / base).read_bytes())
    spoilt = chosen(base, document, MUTANTS_OF_EACH)
    assert len(spoilt) >= MUTANTS_OF_EACH // 2
    assert _disagreements(official, spoilt) == []


@pytest.mark.spec("eHDSI CDA 8.0.0")
def test_on_our_own_summary_spoilt(official):
    document = shortened(etree.tostring(summary()))
    assert differences(official, "summary", document) == []
    spoilt = chosen("summary", document, 2 * MUTANTS_OF_EACH)
    assert _disagreements(official, spoilt) == []


def _disagreements(official, spoilt):
    return [
        line
        for mutant in spoilt
        for line in differences(official, mutant.name, mutant.document)
    ]


def test_every_listed_difference_says_why():
    for row in listed():
        assert row["only"] in {"official", "ours"}
        assert len(row["because"]) > 40
