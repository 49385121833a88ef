"""Siblings verified together get the verdict that each gets by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.trust.assertions.cast import envelope, envelope_bytes, hcp_bytes, trc_bytes
from tests.trust.resign import resign
from tests.trust.xmlsignature.corpus import GOOD, typed
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML, WSSE
from trust.xml import SOAP_LIMITS, XmlRefused, parse_xml
from trust.xmlsignature import (
    Identifiers,
    SignatureRefused,
    SignedSiblings,
    strong_certificate,
    verify_enveloped,
)
from trust.xmlsignature.canonical_form import read_canonical_siblings

HCP, TRC = hcp_bytes(), trc_bytes()


def security_of(message: etree._Element) -> etree._Element:
    return next(message.iter(f"{{{WSSE}}}Security"))


def signed(message: etree._Element) -> SignedSiblings:
    return SignedSiblings(security_of(message), Identifiers(message))


def verdict(verify, element):
    try:
        verified = verify(element)
    except TrustRefused as refused:
        return refused.reason, refused.sentence
    assert verified.element is element
    return verified.signed, verified.certificate_der


def check_alike(data: bytes) -> list[object]:
    message = parse_xml(data, SOAP_LIMITS)
    siblings = signed(message)
    verdicts = [verdict(siblings.verify, each) for each in security_of(message)]
    assert verdicts == [
        verdict(verify_enveloped, each) for each in security_of(message)
    ]
    assert etree.tostring(message) == etree.tostring(parse_xml(data, SOAP_LIMITS))
    return verdicts


@pytest.mark.parametrize("name", GOOD)
def test_every_good_form_is_believed_as_by_itself(name):
    make, _ = GOOD[name]
    assert all(isinstance(each[0], bytes) for each in check_alike(make()))


def test_two_of_ours_are_read_off_one_canonical_form():
    message = envelope(HCP, TRC)
    seals = read_canonical_siblings(security_of(message))
    for seal, element in zip(seals, security_of(message), strict=True):
        assert seal is not None
        assert seal.signed == verify_enveloped(element).signed


def altered(assertion: bytes) -> bytes:
    return assertion.replace(b'Version="2.0"', b'Version="2.1"')


def test_the_one_that_was_altered_is_refused_and_the_other_is_not():
    for first, second in ((altered(HCP), TRC), (HCP, altered(TRC))):
        verdicts = check_alike(envelope_bytes(first, second))
        reasons = [each[0] for each in verdicts if isinstance(each[0], Reason)]
        assert reasons == [Reason.DIGEST_MISMATCH]


@pytest.mark.spec("Exclusive XML Canonicalization 1.0 3")
@pytest.mark.parametrize("attribute", [b'saml2:x="1"', b'ds:x="1"', b'xs:x="1"'])
def test_a_namespace_that_the_parent_uses_too_refuses_nothing(attribute):
    declared = (
        f' xmlns:saml2="{SAML}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    ).encode()
    data = envelope_bytes(resign(typed(HCP), prefix_list=["xs"]), TRC)
    start = b"<wsse:Security"
    assert start in data
    with_attribute = data.replace(start, start + declared + attribute, 1)
    assert all(isinstance(each[0], bytes) for each in check_alike(with_attribute))


@pytest.mark.parametrize(
    "lists", [(["xs"], ["xs"]), (["xs"], []), ([], ["xs"]), (["xs"], ["xsi"])]
)
def test_each_has_its_own_list_of_prefixes(lists):
    # A listed prefix that the envelope declares belongs to the form of each by itself.
    first, second = lists
    check_alike(
        envelope_bytes(
            resign(typed(HCP), prefix_list=first), resign(TRC, prefix_list=second)
        )
    )


@pytest.mark.parametrize(
    "between", [b" text ", b"\n", b"<!-- -->", b"<x/>", b"<wsse:x>&lt;</wsse:x>"]
)
def test_what_stands_between_them_changes_nothing(between):
    check_alike(envelope_bytes(HCP, TRC).replace(TRC, between + TRC + between))


def test_one_that_holds_an_element_of_its_own_name_is_read_by_itself():
    nested = HCP.replace(b"</saml2:Assertion>", b"<saml2:Assertion/></saml2:Assertion>")
    first, second = check_alike(envelope_bytes(nested, TRC))
    assert first[0] is Reason.DIGEST_MISMATCH
    assert isinstance(second[0], bytes)


def test_one_inside_another_is_never_taken_for_the_outer_one():
    # The sealed assertion whole, in the place of a forged one's content.
    forged = b'<saml2:Assertion xmlns:saml2="%b" ID="_x">%b</saml2:Assertion>'
    first, second = check_alike(envelope_bytes(forged % (SAML.encode(), HCP), TRC))
    assert first[0] is Reason.SIGNATURE_FORM_REFUSED
    assert isinstance(second[0], bytes)


@pytest.mark.parametrize("name", ["ID", "Id", "id", "wsse:id"])
def test_an_identifier_that_stands_elsewhere_too_is_refused(name):
    identifier = etree.fromstring(HCP).get("ID")
    data = envelope_bytes(HCP, TRC).replace(
        b"<hl7:Query", f'<hl7:Query {name}="{identifier}"'.encode()
    )
    first, _ = check_alike(data)
    expected = bytes if name == "wsse:id" else Reason
    assert isinstance(first[0], expected)


def test_the_judge_is_asked_once_for_each_believed_or_not():
    shown: list[bytes] = []

    def judge(der: bytes):
        shown.append(der)
        return strong_certificate(der)

    message = envelope(altered(HCP), TRC)
    siblings = signed(message)
    hcp, trc = security_of(message)
    with pytest.raises(SignatureRefused):
        siblings.verify(hcp, judge)
    assert len(shown) == 1
    siblings.verify(trc, judge)
    assert len(shown) == 2


ORIGINAL = envelope_bytes(HCP, TRC)


@settings(max_examples=250, deadline=None)
@given(
    st.integers(0, len(ORIGINAL) - 1),
    st.sampled_from(
        [b"x", b" ", b"<", b">", b'"', b"<!-- -->", b"<a/>", b' xmlns="urn:x"', b"&#9;"]
    ),
    st.integers(0, 1),
)
def test_whatever_is_put_in_or_replaced_the_verdicts_stay_alike(place, what, kept):
    data = ORIGINAL[:place] + what + ORIGINAL[place + 1 - kept :]
    try:
        message = parse_xml(data, SOAP_LIMITS)
    except XmlRefused:
        return
    if any(True for _ in message.iter(f"{{{WSSE}}}Security")):
        check_alike(data)
