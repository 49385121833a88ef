"""The escaping writer: whatever is written reads back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.xml import (
    SOAP_LIMITS,
    Element,
    PrefixMissing,
    Verbatim,
    parse_xml,
    write_xml,
)

XML_TEXT = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\ufffe\uffff",
        include_characters="\t\n\r<>&\"'",
    )
)


@given(XML_TEXT, XML_TEXT)
def test_any_text_and_attribute_reads_back_as_written(text, value):
    data = write_xml(Element("{urn:a}a", {"b": value}, [text]), {"urn:a": "a"})
    root = parse_xml(data, SOAP_LIMITS)
    assert (root.text or "") == text
    assert root.get("b") == value


@pytest.mark.parametrize("text", ["\0", "\x0b", "\ufffe", "\ud800"])
def test_a_character_that_xml_forbids_is_refused_without_repeating_the_text(text):
    for element in (Element("a", {}, ["Jansen" + text]), Element("a", {"b": text})):
        with pytest.raises(ValueError, match="not allowed in XML") as refused:
            write_xml(element, {})
        assert "Jansen" not in str(refused.value)


@pytest.mark.parametrize(
    ("element", "prefixes"),
    [
        (Element("{urn:b}b"), {"urn:a": "a"}),
        (Element("b c"), {}),
        (Element("b", {"c d": ""}), {}),
        (Element("b"), {"urn:a": ""}),
        (Element("{urn:a}b", {"{urn:a}c": ""}), {"urn:a": ""}),
        (Element("b><c"), {}),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(element, prefixes):
    with pytest.raises(ValueError, match="name"):
        write_xml(element, prefixes)


@pytest.mark.spec("Namespaces in XML 1.0 3")
def test_only_what_names_use_is_declared_where_that_is_asked():
    prefixes = {"urn:c": "c", "urn:b": "b", "urn:a": "a"}
    root = Element("{urn:b}r", {"{urn:a}x": ""}, [Element("{urn:b}s", {"y": ""})])
    used = write_xml(root, prefixes, declaration=False, only_used=True)
    declared = b'<b:r xmlns:a="urn:a" xmlns:b="urn:b" a:x=""><b:s y=""/></b:r>'
    assert used == declared
    assert b'xmlns:c="urn:c"' in write_xml(root, prefixes)


def test_a_name_without_a_prefix_is_told_apart():
    with pytest.raises(PrefixMissing, match="urn:b"):
        write_xml(Element("a", {}, [Element("{urn:b}b")]), {})


def test_verbatim_bytes_are_embedded_as_they_are():
    signed = b"<s  a='1'>&#x41;</s>"
    assert signed in write_xml(Element("a", {}, [Verbatim(signed)]), {})


def test_verbatim_bytes_that_are_no_utf_8_are_embedded_as_they_are():
    signed = b"<x>\xe9\xff\xed\xa0\x80</x>"
    assert signed in write_xml(Element("a", {}, [Verbatim(signed)]), {})


def test_a_byte_cannot_get_in_as_text():
    with pytest.raises(ValueError, match="U\\+DCE9"):
        write_xml(Element("a", {}, ["\udce9"]), {})
