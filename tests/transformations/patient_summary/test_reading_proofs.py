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

USED = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Sections whose entries are read; a section joins when it has its way back.
READ = ("AllergyIntolerance",)


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
def test_a_used_leaf_changes_the_bundle_and_another_does_not(kind):
    data = written(kind)
    before = ReadBack(data)
    root = before.parsed
    wrong = []
    for index in range(len(before.entries)):
        entry = before.entries[index]
        if entry.path.startswith("/ClinicalDocument/id") or "/templateId" in entry.path:
            # The seed of every id; and how to read what follows, which codes say too.
            continue
        fate = entry.mark.fate
        try:
            after = patient_summary_to_fhir(with_change(root, index)).document
        except NotCda:
            continue
        if (after != before.result.document) is not (fate in USED):
            wrong.append((entry.path, entry.value, fate.value, entry.mark.rule))
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
