"""Exclusive canonical form in the live tree."""

from __future__ import annotations

import pytest

from trust.xml import SOAP_LIMITS, exclusive_c14n, parse_xml

MESSAGE = (
    b'<E xmlns:xs="urn:xs" xmlns="urn:d"><a:A xmlns:a="urn:a" b="1" a="2">'
    b'<V t="xs:string">x&#13;</V></a:A>tail</E>'
)


@pytest.mark.spec("Exclusive XML Canonicalization 1.0 3")
def test_a_prefix_of_the_list_is_kept_though_only_an_ancestor_declares_it():
    element = parse_xml(MESSAGE, SOAP_LIMITS)[0]
    assert b'xmlns:xs="urn:xs"' not in exclusive_c14n(element)
    assert exclusive_c14n(element, ["xs"]).startswith(
        b'<a:A xmlns:a="urn:a" xmlns:xs="urn:xs" a="2" b="1"><V xmlns="urn:d"'
    )


def test_a_default_namespace_in_the_list_is_refused_rather_than_left_out():
    with pytest.raises(ValueError, match="#default"):
        exclusive_c14n(parse_xml(MESSAGE, SOAP_LIMITS)[0], ["#default"])


def test_the_text_behind_an_element_is_not_part_of_it():
    assert exclusive_c14n(parse_xml(MESSAGE, SOAP_LIMITS)[0]).endswith(b"</a:A>")
