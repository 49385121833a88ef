"""Forms: what is filled in reads back as it was, and is what the writer writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trust.xml.test_writer import XML_TEXT
from trust.xml import (
    INSIDE,
    SOAP_LIMITS,
    Blank,
    Element,
    Form,
    OptionalBlank,
    PrefixMissing,
    Written,
    only_with,
    parse_xml,
    write_xml,
    written_together,
)

A = "urn:a"
PREFIXES = {A: "a"}


def tag(name: str) -> str:
    return f"{{{A}}}{name}"


def form(*elements: Element) -> Form:
    return Form(*elements, prefixes=PREFIXES)


def document(*written: Written | None) -> bytes:
    kept = [each for each in written if each is not None]
    return write_xml(Element(tag("r"), {}, list(kept)), PREFIXES, declaration=False)


PERSON = form(
    Element(tag("p"), {"x": Blank("x"), "y": OptionalBlank("y")}, [Blank("text")]),
    only_with("z", Element(tag("z"), {}, [Blank("z"), Element(tag("same"))])),
)


@given(XML_TEXT, XML_TEXT, st.none() | XML_TEXT, st.none() | XML_TEXT)
def test_a_filled_form_is_what_the_writer_writes(text, x, y, z):
    by_form = document(PERSON.fill(x=x, y=y, text=text, z=z))
    attributes = {"x": x} | ({} if y is None else {"y": y})
    nodes = [Element(tag("p"), attributes, [text])]
    if z is not None:
        nodes.append(Element(tag("z"), {}, [z, Element(tag("same"))]))
    root = Element(tag("r"), {}, list(nodes))
    assert by_form == write_xml(root, PREFIXES, declaration=False)


@pytest.mark.spec("XML 1.0 2.4, 2.11, 3.3.3")
@given(XML_TEXT, XML_TEXT)
def test_what_is_filled_in_reads_back_as_it_was(text, value):
    filled = PERSON.fill(x=value, y=None, text=text, z=None)
    person = parse_xml(document(filled), SOAP_LIMITS)[0]
    assert (person.text or "", person.get("x")) == (text, value)


def test_a_value_cannot_become_markup():
    hostile = "</a:p><a:evil b='\"'>&amp;\r\n\t]]>"
    filled = PERSON.fill(x=hostile, y=hostile, text=hostile, z=hostile)
    root = parse_xml(document(filled), SOAP_LIMITS)
    assert [each.tag for each in root.iter()] == [
        tag(name) for name in ("r", "p", "z", "same")
    ]
    assert {root[0].text, root[0].get("x"), root[0].get("y"), root[1].text} == {hostile}


@pytest.mark.spec("XML 1.0 2.2")
@pytest.mark.parametrize("character", ["\0", "\x0b", "\ufffe", "\ud800"])
@pytest.mark.parametrize("place", ["x", "y", "text", "z"])
def test_a_character_that_xml_forbids_is_refused_without_repeating_the_value(
    character, place
):
    values = dict.fromkeys(("x", "y", "text", "z"), "good")
    values[place] = f"Jansen & {character}"
    with pytest.raises(ValueError, match=r"in <[pz]> is not allowed in XML") as refused:
        PERSON.fill(**values)
    assert "Jansen" not in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        {"x": "1"},
        {"x": None, "text": "1"},
        {"text": "1", "y": "1"},
        {"x": "1", "text": "1", "other": "1"},
    ],
)
def test_a_value_that_is_missing_or_has_no_place_is_refused(values):
    for _ in range(2):  # nothing is remembered of a form that could not be written
        with pytest.raises(ValueError, match="form"):
            PERSON.fill(**values)


def test_a_value_for_a_part_that_is_left_out_is_refused():
    parts = form(
        only_with("a", Element(tag("p"), {"a": Blank("a")}, [Blank("text")])),
        Element(tag("q")),
    )
    with pytest.raises(ValueError, match="no place for"):
        parts.fill(a=None, text="would be lost")


def test_elements_go_inside_in_the_order_of_their_places():
    leaf = form(Element(tag("l"), {}, [Blank("text")]))
    outer = form(Element(tag("o"), {}, [INSIDE, Element(tag("m")), INSIDE]))
    first, second = leaf.fill(text="1&"), leaf.fill(text="2")
    assert document(outer.fill(first, second)) == document(
        outer.fill(first, written_together([second]))
    )
    assert b"<a:l>1&amp;</a:l><a:m/><a:l>2</a:l>" in document(outer.fill(first, second))
    assert b"<a:o><a:m/><a:l>2</a:l></a:o>" in document(outer.fill(None, second))


def test_an_element_with_nothing_inside_is_empty():
    outer = form(Element(tag("o"), {}, [INSIDE]))
    assert written_together([]) is None
    assert b"<a:o/>" in document(outer.fill(written_together([])))


def test_elements_without_a_place_and_places_without_elements_are_refused():
    leaf = form(Element(tag("l"))).fill()
    with pytest.raises(ValueError, match="no place for elements"):
        form(Element(tag("o"))).fill(leaf)
    with pytest.raises(ValueError, match="lacks the elements"):
        form(Element(tag("o"), {}, [INSIDE])).fill()


def test_text_cannot_stand_where_elements_go_nor_elements_where_text_goes():
    leaf = form(Element(tag("l"), {}, [Blank("text")]))
    outer = form(Element(tag("o"), {}, [INSIDE]))
    with pytest.raises((TypeError, AttributeError)):
        outer.fill("<a:l/>")
    with pytest.raises((TypeError, AttributeError)):
        leaf.fill(text=leaf.fill(text="1"))


def test_a_form_of_other_prefixes_is_refused_by_a_document():
    filled = Form(Element(tag("p")), prefixes={A: "b"}).fill()
    with pytest.raises(PrefixMissing, match="another prefix"):
        document(filled)
    inside = form(Element(tag("o"), {}, [INSIDE])).fill(filled)
    with pytest.raises(PrefixMissing, match="another prefix"):
        document(inside)


def test_a_document_declares_what_its_forms_use():
    prefixes = {A: "a", "urn:b": "b", "urn:c": "c"}
    leaf = Form(Element("{urn:b}l"), prefixes=prefixes).fill()
    outer = Form(Element(tag("o"), {}, [INSIDE]), prefixes=prefixes).fill(leaf)
    root = Element(tag("r"), {}, [outer])
    assert write_xml(root, prefixes, declaration=False, only_used=True) == (
        b'<a:r xmlns:a="urn:a" xmlns:b="urn:b"><a:o><b:l/></a:o></a:r>'
    )


def test_a_form_without_a_namespace_is_refused():
    with pytest.raises(ValueError, match="no namespace"):
        form(Element("p")).fill()


def test_the_character_that_marks_blanks_is_refused_in_a_form_and_fine_in_a_value():
    with pytest.raises(ValueError, match="marks its blanks"):
        form(Element(tag("p"), {}, ["\ue000"])).fill()
    filled = PERSON.fill(x="\ue000", text="\ue000", y=None, z=None)
    person = parse_xml(document(filled), SOAP_LIMITS)[0]
    assert (person.get("x"), person.text) == ("\ue000", "\ue000")
