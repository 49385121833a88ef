"""Markup written from the inside out: it reads back as it was meant."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.trust.xml.test_writer import XML_TEXT
from trust.xml import (
    SOAP_LIMITS,
    Element,
    element_markup,
    joined_markup,
    parse_xml,
    text_markup,
    write_xml,
)

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@given(XML_TEXT, XML_TEXT)
def test_it_is_what_the_writer_of_trees_writes(text, value):
    inside = joined_markup([text_markup(text, "p"), element_markup("br", {}, EMPTY)])
    made = element_markup("p", {"id": value, LANGUAGE: "lb"}, inside, "urn:a")
    attributes = {"id": value, LANGUAGE: "lb"}
    tree = Element("{urn:a}p", attributes, [text, Element("{urn:a}br")])
    expected = write_xml(tree, {"urn:a": ""}, declaration=False).decode()
    assert made == expected
    root = parse_xml(made.encode(), SOAP_LIMITS)
    assert (root.text or "", root.get("id")) == (text, value)


EMPTY = text_markup("", "br")


@pytest.mark.parametrize("text", ["\0", "\n\x1c", "\t\x0b\n", "\ud800"])
def test_a_character_that_xml_forbids_is_refused(text):
    with pytest.raises(ValueError, match="not allowed in XML"):
        text_markup(text, "p")
    with pytest.raises(ValueError, match="not allowed in XML"):
        element_markup("p", {"id": text}, EMPTY)


@pytest.mark.parametrize("name", ["p q", "p>", "", "{urn:b}p", '"'])
def test_what_is_no_local_name_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        element_markup(name, {}, EMPTY)
    with pytest.raises(ValueError, match="name"):
        element_markup("p", {name: "a"}, EMPTY)
