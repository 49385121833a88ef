"""A CDA that was read: how its nodes find their children."""

from __future__ import annotations

import pytest

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


NARRATED = (
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><component>'
    b'<structuredBody><component><section><text ID="t"><list><item ID="a">x '
    b'<content ID="a">y</content></item></list></text></section></component>'
    b"</structuredBody></component></ClinicalDocument>"
)


def test_elements_are_numbered_in_the_order_of_the_document():
    source = read_cda(NARRATED)
    assert [node.number for node in source.nodes] == list(range(len(source.nodes)))
    assert [node.name for node in source.nodes[-4:]] == [
        "text",
        "list",
        "item",
        "content",
    ]
    for node, above in zip(source.nodes[1:], source.above[1:], strict=True):
        assert any(child is node for child in source.nodes[above].children)


def test_an_anchor_is_the_first_element_of_that_name():
    source = read_cda(NARRATED)
    assert {name: node.name for name, node in source.anchors.items()} == {
        "t": "text",
        "a": "item",
    }


def test_elements_of_the_narrative_are_found_by_their_tag():
    item = read_cda(NARRATED).anchors["a"]
    assert [one.children for one in item.all_tagged(f"{{{CDA}}}content")] == [["y"]]


def test_an_element_without_children_shares_nothing_that_can_be_changed():
    leaf = read_cda(NARRATED).root.first("id")
    with pytest.raises(TypeError):
        leaf.index["x"] = []
    assert leaf.children is not read_cda(NARRATED).root.first("id").children
