"""A CDA that was read: how its nodes find their children."""

from __future__ import annotations

from transformations.cda.namespaces import CDA
from transformations.cda.source import read_cda

DOCUMENT = (
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><title>a</title>'
    b'<id root="1.2.4"/></ClinicalDocument>'
)
ID = f"{{{CDA}}}id"


def test_children_are_found_by_their_tag_in_order():
    root = read_cda(DOCUMENT).root
    assert [one.attributes["root"] for one in root.all_tagged(ID)] == ["1.2.3", "1.2.4"]
    assert root.tagged(ID) is root.first("id")
    assert root.tagged("id") is None


def test_children_that_are_put_out_of_sight_are_not_found():
    root = read_cda(DOCUMENT).root
    whole = root.children
    assert len(root.all_tagged(ID)) == 2
    root.children = whole[1:]
    assert [one.attributes["root"] for one in root.elements("id")] == ["1.2.4"]
    root.children = whole
    assert len(root.all_tagged(ID)) == 2
