"""Light nodes are written in the canonical form that libxml2 gives the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.xml import (
    SOAP_LIMITS,
    Element,
    Verbatim,
    exclusive_c14n,
    parse_xml,
    write_canonical,
    write_xml,
)

PREFIXES = {"urn:a": "a", "urn:b": "b", "urn:default": "", "urn:z": "z"}
XML = "http://www.w3.org/XML/1998/namespace"
TEXTS = st.one_of(
    st.sampled_from(["", " ", "x", "a&b", "<", ">", '"', "\t", "\n", "\r", "é", "😀"]),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"))
    ),
)
TAGS = st.sampled_from([f"{{{uri}}}{name}" for uri in PREFIXES for name in ("e", "f")])
NAMES = st.sampled_from(
    [
        *("plain", "Also", f"{{{XML}}}lang"),
        *(f"{{{uri}}}{name}" for uri in PREFIXES if PREFIXES[uri] for name in "pq"),
    ]
)
ATTRIBUTES = st.dictionaries(NAMES, TEXTS, max_size=4)
TREES = st.recursive(
    st.builds(Element, TAGS, ATTRIBUTES, st.lists(TEXTS, max_size=2)),
    lambda inner: st.builds(
        Element, TAGS, ATTRIBUTES, st.lists(st.one_of(TEXTS, inner), max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.spec("Exclusive XML Canonicalization 1.0 3")
@given(TREES)
def test_it_is_the_canonical_form_of_what_the_other_writer_writes(tree):
    written = parse_xml(write_xml(tree, PREFIXES), SOAP_LIMITS)
    assert write_canonical(tree, PREFIXES) == exclusive_c14n(written)


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (Element("{urn:c}e"), "no prefix for the namespace"),
        (Element("{urn:a}e", {"{urn:default}p": "x"}), "no prefix for the namespace"),
        (Element("e"), "has no namespace but the document has a default one"),
        (Element("{urn:a}e f"), "not an XML name"),
        (Element("{urn:a}e", {}, ["secret\0"]), r"U\+0000 in <a:e>"),
        (Element("{urn:a}e", {"p": "secret\ufffe"}), r"U\+FFFE in <a:e>"),
        (Element("{urn:a}e", {}, [Verbatim(b"<x/>")]), "bytes written by others"),
    ],
)
def test_what_cannot_be_written_is_refused_without_its_content(tree, says):
    with pytest.raises(ValueError, match=says) as caught:
        write_canonical(tree, PREFIXES)
    assert "secret" not in str(caught.value)


def test_one_prefix_for_two_namespaces_is_refused():
    with pytest.raises(ValueError, match="two namespaces"):
        write_canonical(Element("{urn:a}e"), {"urn:a": "a", "urn:b": "a"})


def test_without_a_default_namespace_there_may_be_names_without_one():
    assert write_canonical(Element("e", {"b": "2", "a": "1"}), {}) == (
        b'<e a="1" b="2"></e>'
    )


def test_a_namespace_may_hold_what_a_template_would_take_for_a_place():
    root = Element("{urn:a%s%%}A", {"b": "100%", "c": "%s"}, ["%d"])
    assert (
        write_canonical(root, {"urn:a%s%%": "p"})
        == b'<p:A xmlns:p="urn:a%s%%" b="100%" c="%s">%d</p:A>'
    )


def test_of_two_forbidden_characters_the_first_is_named():
    root = Element("A", {"b": "\x01"}, ["\x02", Element("B", {}, ["\x03"])])
    with pytest.raises(ValueError, match=r"U\+0001 in <A>"):
        write_canonical(root, {})
