"""A leaf of CDA that is booked is used: proofs over every leaf of documents of ours."""

import copy
from functools import cache

import pytest
from lxml import etree

from tests.transformations.patient_summary import rich
from tests.transformations.patient_summary.cda_documents import ReadBack, leaves_of
from tests.transformations.patient_summary.summaries import carry
from transformations.mapping import Fate
from transformations.patient_summary import NotCda, patient_summary_to_fhir

SEED = "/ClinicalDocument/id"
USED = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Sections whose entries are read; a section joins when it has its way back.
READ = ("AllergyIntolerance", "Condition", "Procedure", "DeviceUseStatement")


@cache
def written(kind: str) -> bytes:
    """Return a CDA of ours that carries the rich resources of one type."""
    resources = [one for one in rich.RESOURCES if one["resourceType"] == kind]
    return carry(*resources).result.document


def places(element):
    """Yield every leaf as its element and an attribute, ``text`` or ``tail``."""
    for name in element.attrib:
        yield element, f"@{name}"
    if element.text and element.text.strip():
        yield element, "text"
    for child in element:
        if child.tail and child.tail.strip():
            yield child, "tail"
    for child in element:
        yield from places(child)


def changed(value: str) -> str:
    """Return another value of the same form, so that a codec can read it."""
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    if value[:4].isdigit():
        return f"1888{value[4:]}"
    return f"{value}x"


def with_change(root, index):
    """Return the document with one leaf changed, or nothing if it stays the same."""
    other = copy.deepcopy(root)
    element, name = list(places(other))[index]
    if name[0] == "@":
        element.set(name[1:], changed(element.get(name[1:])))
    else:
        setattr(element, name, changed(getattr(element, name)))
    return etree.tostring(other)


@pytest.mark.parametrize("kind", READ)
def test_a_used_leaf_of_an_entry_changes_the_bundle_and_another_does_not(kind):
    check_use(written(kind), lambda path: "/entry" in path)


def test_a_used_leaf_of_the_frame_changes_the_bundle_and_another_does_not():
    data = written("AllergyIntolerance")
    check_use(
        data, lambda path: "/entry" not in path and "/ClinicalDocument/id" not in path
    )


def check_use(data, is_asked):
    """Change one leaf at a time, and compare what comes of it with its fate."""
    before = ReadBack(data)
    wrong = []
    for index, entry in enumerate(before.entries):
        # A template says how to read what follows, which codes say too; and the status
        # of a problem says that it is refuted.
        if not is_asked(entry.path) or "/templateId" in entry.path:
            continue
        if entry.value == "refuted":
            continue
        try:
            after = patient_summary_to_fhir(with_change(before.parsed, index)).document
        except NotCda:
            continue
        if (after != before.result.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.value, entry.mark.fate, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("kind", READ)
def test_every_leaf_of_an_entry_of_ours_has_a_row(kind):
    result = ReadBack(written(kind))
    assert not result.unread("/entry")
    assert not result.unread("/ClinicalDocument/recordTarget")


@pytest.mark.parametrize("kind", READ)
def test_what_nobody_knows_of_is_never_counted_as_carried(kind):
    root = etree.fromstring(written(kind))
    for element in root.xpath("//c:entry//*", namespaces={"c": "urn:hl7-org:v3"}):
        element.set("unheardOf", "x")
    result = ReadBack(etree.tostring(root))
    fates = {
        entry.mark.fate
        for entry in result.entries
        if entry.path.endswith("/@unheardOf")
    }
    # Below an element that is lost or settled whole it has that element's fate.
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}
    assert len(leaves_of(root)) == len(result.entries)
