"""Whatever is done to signed bytes: they are refused, or nothing read differs."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.trust.assertions.cast import (
    decide,
    envelope,
    envelope_bytes,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.resign import resign
from trust.assertions import SecurityBelief
from trust.namespaces import DS, SAML
from trust.xml import SOAP_LIMITS, XmlRefused, exclusive_c14n, parse_xml

ASSERTION = f"{{{SAML}}}Assertion"


@cache
def original() -> bytes:
    # One assertion signed by another implementation, with a PrefixList.
    return envelope_bytes(resign(hcp_bytes(), prefix_list=("saml2",)), trc_bytes())


@cache
def original_values() -> tuple[object, ...]:
    return values_of(decide(original()))


@cache
def original_forms() -> list[bytes]:
    return forms_of(parse_xml(original(), SOAP_LIMITS))


def values_of(belief: SecurityBelief) -> tuple[object, ...]:
    assert belief.hcp is not None
    assert belief.trc is not None
    return tuple(
        getattr(each, field.name)
        for each in (belief.hcp, belief.trc)
        for field in fields(each)
    )


def forms_of(message: etree._Element) -> list[bytes]:
    """The canonical form of what is signed: assertions without signature."""
    forms = []
    for assertion in message.iter(ASSERTION):
        signature = assertion.find(f"{{{DS}}}Signature")
        if signature is None:
            continue
        previous = signature.getprevious()
        tail = signature.tail or ""
        assertion.remove(signature)
        previous.tail = (previous.tail or "") + tail
        forms.append(exclusive_c14n(assertion, ("saml2",)))
    return forms


def check(mutated: bytes) -> None:
    try:
        message = parse_xml(mutated, SOAP_LIMITS)
    except XmlRefused:
        return
    belief = decide(message)
    if belief.decision.is_accepted:
        assert values_of(belief) == original_values()
        assert forms_of(message) == original_forms()


def test_the_original_is_believed():
    assert decide(original()).decision.is_accepted


# Deferred: the message is signed when the first test needs it, not at collection.
positions = st.deferred(lambda: st.integers(0, len(original()) - 1))


@settings(max_examples=300, deadline=None)
@given(positions, st.integers(min_value=0, max_value=255))
def test_any_byte_replaced(position, byte):
    data = bytearray(original())
    data[position] = byte
    check(bytes(data))


@settings(max_examples=120, deadline=None)
@given(positions, st.integers(min_value=1, max_value=40))
def test_any_bytes_left_out(position, count):
    check(original()[:position] + original()[position + count :])


SNIPPETS = [
    b" ",
    b"\n",
    b"x",
    b"<!-- -->",
    b"<?pi?>",
    b"<a/>",
    b"&#65;",
    b"<![CDATA[x]]>",
    b' xmlns="urn:x"',
    b' ID="_x"',
    b"&amp;",
    b"\0",
    b"\xc2\xa0",
]


@settings(max_examples=250, deadline=None)
@given(positions, st.sampled_from(SNIPPETS))
def test_anything_put_in(position, snippet):
    check(original()[:position] + snippet + original()[position:])


@settings(max_examples=80, deadline=None)
@given(positions, positions, st.integers(min_value=1, max_value=600))
def test_any_part_moved_or_copied(source, target, length):
    part = original()[source : source + length]
    check(original()[:target] + part + original()[target:])


def test_every_element_taken_out_twice_or_renamed():
    """Not by chance: each element of the message once, in each of three ways."""
    count = sum(1 for _ in parse_xml(original(), SOAP_LIMITS).iter())
    for number in range(1, count):
        for change in (_remove, _double, _rename):
            message = parse_xml(original(), SOAP_LIMITS)
            change(list(message.iter())[number])
            check(etree.tostring(message))


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _double(element: etree._Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))


def _rename(element: etree._Element) -> None:
    element.tag = f"{{{etree.QName(element).namespace}}}Renamed"


def test_another_quote_style_and_blanks_between_attributes_change_nothing():
    data = original().replace(b' Version="2.0"', b"\n   Version = '2.0'")
    belief = decide(data)
    assert belief.decision.is_accepted
    assert values_of(belief) == original_values()


def test_another_prefix_of_a_visibly_used_name_is_refused():
    data = envelope_bytes(hcp_bytes(), trc_bytes())
    renamed = data.replace(b"saml2:", b"other:").replace(b":saml2=", b":other=")
    assert not decide(renamed).decision.is_accepted


def test_nothing_is_believed_of_an_empty_message():
    assert not decide(envelope()).decision.is_accepted
