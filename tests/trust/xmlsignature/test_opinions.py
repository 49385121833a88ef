"""One corpus, three verdicts: the strict verifier, xmlsec, signxml.

The libraries are asked as they are; each difference has its reason here. The second
engine, which judges the form before it asks xmlsec, may not differ at all.
"""

from __future__ import annotations

import sys
from typing import Final

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import SignXMLException

from tests.trust import pki
from tests.trust.resign import NS
from tests.trust.xmlsignature.corpus import BAD, GOOD, judged
from trust.certificates import SigningKey
from trust.decision import Reason, TrustRefused
from trust.xml import SOAP_LIMITS, XmlRefused, exclusive_c14n, parse_xml
from trust.xmlsignature import (
    ENGINES,
    VerifiedElement,
    canonical_form,
    verify_enveloped,
    with_xmlsec,
)
from trust.xmlsignature.canonical_form import read_canonical_form
from trust.xmlsignature.verify import read_step_by_step
from trust.xmlsignature.with_xmlsec import EngineMissingError, verify_with_xmlsec

BESIDE: Final = "it looks only at what the signature needs, and lets the rest stand"
ANYWHERE: Final = "it believes a signature wherever it stands, if its element is named"
WRAPPED: Final = (
    "the signature holds for the hidden original: the library says so and leaves it to "
    "the caller to read that one and not the forged one"
)
GIVEN_KEY: Final = "it has been given the key and does not look at the one shown"
OLD_HASH: Final = "it still knows SHA-1"

# Where a library accepts what is refused here, and why that is no second opinion.
XMLSEC_ACCEPTS: Final = {
    "form: an object in it": BESIDE,
    "form: an unknown attribute": BESIDE,
    "form: an element in the value": BESIDE,
    "form: no key info": GIVEN_KEY,
    "form: a key value": GIVEN_KEY,
    "form: a key name": GIVEN_KEY,
    "form: a retrieval method": GIVEN_KEY,
    "form: two X509Data": GIVEN_KEY,
    "form: no certificate": GIVEN_KEY,
    "form: two certificates": GIVEN_KEY,
    "form: a revocation list": GIVEN_KEY,
    "form: text between": BESIDE,
    "form: not behind Issuer": ANYWHERE,
    "form: before Issuer": ANYWHERE,
    "method: RSA over SHA-1": OLD_HASH,
    "signed: the ID as Id too": ANYWHERE,
    "signed: eleven prefixes": BESIDE,
    "signed: the ID once more": ANYWHERE,
    "wrapped: beside": WRAPPED,
    "wrapped: in Advice": WRAPPED,
    "wrapped: in a value": WRAPPED,
    "wrapped: in the Subject": WRAPPED,
    "wrapped: in the Issuer": WRAPPED,
}
SIGNXML_ACCEPTS: Final = {
    "form: an object in it": BESIDE,
    "form: no key info": GIVEN_KEY,
    "form: a key name": GIVEN_KEY,
    "form: a retrieval method": GIVEN_KEY,
    "form: two X509Data": GIVEN_KEY,
    "form: two certificates": GIVEN_KEY,
    "form: a revocation list": GIVEN_KEY,
    "form: not behind Issuer": ANYWHERE,
    "form: before Issuer": ANYWHERE,
    "signed: the ID as Id too": ANYWHERE,
    "signed: eleven prefixes": BESIDE,
    "signed: the ID once more": ANYWHERE,
    "wrapped: in Advice": WRAPPED,
    "wrapped: in ds:Object": WRAPPED,
    "wrapped: in KeyInfo": WRAPPED,
    "wrapped: in a value": WRAPPED,
    "wrapped: in the Subject": WRAPPED,
    "wrapped: in the Issuer": WRAPPED,
}
# xmlsec follows the address of a reference: it is not let near these.
NOT_FOR_XMLSEC: Final = {"form: a file", "form: an address"}


def key_named(name: str) -> SigningKey:
    return pki.ec_seal("ec") if name == "ec" else pki.seal("seal")


def xmlsec_believes(element: etree._Element, key: SigningKey) -> bool:
    xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        key.private_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        xmlsec.constants.KeyDataFormatPem,
    )
    signature = element.find("ds:Signature", NS)
    if signature is None:
        return False
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def signxml_believes(element: etree._Element, key: SigningKey) -> bool:
    try:
        XMLVerifier().verify(
            etree.tostring(element, with_tail=False),
            x509_cert=key.certificate,
            id_attribute="ID",
            expect_config=SignatureConfiguration(
                location="./", verification_time=pki.NOW
            ),
        )
    except (SignXMLException, etree.DocumentInvalid, ValueError):
        return False
    return True


def reason_of(element: etree._Element) -> Reason | None:
    try:
        verify_enveloped(element)
    except TrustRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.spec("XML Signature 1.1 3.2")
def test_all_three_and_the_second_engine_believe_a_good_signature(name):
    case, key_name = GOOD[name]
    message, key = case(), key_named(key_name)
    for verify in ENGINES.values():
        element = judged(message)
        verified = verify(element)
        assert verified == VerifiedElement(
            element, pki.der(key.certificate), key.certificate
        )
    assert xmlsec_believes(judged(message), key)
    assert signxml_believes(judged(message), key)


@pytest.mark.parametrize("name", BAD)
def test_a_library_that_believes_a_bad_signature_does_so_for_a_known_reason(name):
    message, key = BAD[name](), pki.seal("seal")
    assert reason_of(judged(message)) is not None
    if name not in NOT_FOR_XMLSEC:
        assert xmlsec_believes(judged(message), key) == (name in XMLSEC_ACCEPTS)
    assert signxml_believes(judged(message), key) == (name in SIGNXML_ACCEPTS)


@pytest.mark.parametrize("name", BAD)
def test_the_second_engine_refuses_what_the_first_refuses(name):
    message = BAD[name]()
    first = reason_of(judged(message))
    with pytest.raises(TrustRefused) as caught:
        verify_with_xmlsec(judged(message))
    # xmlsec does not tell a wrong digest from a wrong value.
    told_as = {Reason.DIGEST_MISMATCH: Reason.SIGNATURE_VALUE_INVALID}
    assert caught.value.reason is told_as.get(first, first)


def test_every_difference_belongs_to_a_case():
    named = {*XMLSEC_ACCEPTS, *SIGNXML_ACCEPTS, *NOT_FOR_XMLSEC}
    assert named <= set(BAD)


def test_the_second_engine_asks_the_judge_before_it_uses_the_key():
    def judge(der: bytes):
        raise TrustRefused(Reason.SIGNER_NOT_PINNED, "not known")

    with pytest.raises(TrustRefused) as caught:
        verify_with_xmlsec(judged(BAD["content: another name"]()), judge)
    assert caught.value.reason is Reason.SIGNER_NOT_PINNED


def test_a_second_engine_that_cannot_be_loaded_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "xmlsec", None)
    element = judged(GOOD["ours"][0]())
    with pytest.raises(EngineMissingError, match=r"xmlsec cannot be loaded.*libxml2"):
        with_xmlsec.verify_with_xmlsec(element)
    verify_enveloped(element)  # the first one needs none


def test_a_key_serves_the_certificate_it_was_taken_from_and_no_other():
    message = GOOD["ours"][0]()
    verify_enveloped(judged(message))
    with pytest.raises(TrustRefused) as caught:
        verify_enveloped(judged(message), lambda der: pki.seal("evil").certificate)
    assert caught.value.reason is Reason.SIGNATURE_VALUE_INVALID


STEP_BY_STEP: Final = {
    # The signature inherits its own declaration.
    "a PrefixList that names the prefix of the signature",
    # Its frame is too long to be remembered.
    "endless blanks in the signature",
    # It is not that of the transform.
    "a PrefixList among the values",
}


# The reading off canonical bytes, against the reading step by step.


def agree(element: etree._Element) -> bool:
    """Whether the bytes alone told; what they told must be what the steps tell."""
    before = etree.tostring(element)
    seal = read_canonical_form(element)
    assert etree.tostring(element) == before
    if seal is not None:
        assert seal == read_step_by_step(element)
    return seal is not None


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.spec("Exclusive XML Canonicalization 1.0 3")
def test_a_good_form_is_read_off_the_canonical_bytes(name):
    # The rare ones are read step by step.
    assert agree(judged(GOOD[name][0]())) == (name not in STEP_BY_STEP)


@pytest.mark.parametrize("name", BAD)
def test_no_bad_form_is_read_off_the_canonical_bytes(name):
    assert agree(judged(BAD[name]())) == (
        name.startswith(("content:", "key: another"))
        or name == "wrapped: beside, same ID"
    )


@pytest.mark.parametrize("name", ['urn:"', "urn:<", "urn:>", "urn:<ds:Signature "])
def test_no_namespace_can_look_like_markup_in_canonical_bytes(name):
    # libxml2 does not escape the names of namespaces in canonical form.
    written = name.replace("<", "&lt;").replace('"', "&quot;")
    with pytest.raises(XmlRefused):
        parse_xml(f'<a xmlns:x="{written}"/>'.encode(), SOAP_LIMITS)
    with pytest.raises(ValueError, match="Invalid namespace URI"):
        etree.Element(f"{{{name}}}a")


@pytest.mark.parametrize(
    ("declared", "instead"),
    [
        (b"<ds:Signature xmlns:ds=", b"<ds:Signature xmlns:x="),
        (b"<ds:Signature xmlns:ds=", b"<ds:Signature xmlns="),
        (b"InclusiveNamespaces xmlns=", b"InclusiveNamespaces xmlns:x="),
    ],
)
def test_a_frame_whose_prefix_is_another_than_the_declared_one_is_not_read(
    declared, instead
):
    canonical = exclusive_c14n(judged(GOOD["a PrefixList for xsi:type"][0]()), ["xs"])
    start = canonical.index(b"<ds:Signature")
    frame = canonical_form._take_apart(canonical, start).frame
    assert canonical_form._judge_frame(frame) is not None
    assert declared in frame
    assert canonical_form._judge_frame(frame.replace(declared, instead)) is None


BASES: Final = ("ours", "a PrefixList for xsi:type", "a Signature without prefix")
SNIPPETS: Final = [
    *(b"<a/>", b"<!-- -->", b"<?pi?>", b"<![CDATA[x]]>", b"&#13;", b"&#0;", b"&lt;"),
    *(b' xmlns="urn:x"', b' xmlns:ds="urn:x"', b' xmlns:xs="urn:x"', b' Id="x"'),
    *(b" ", b"\n", b"=", b"A", b'"', b">", b"ds:", b"x", b"/>", b"\xc2\xa0", b"#"),
    b' xmlns:d="http://www.w3.org/2000/09/xmldsig#"',
    b'<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/>',
    b'<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(BASES),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(SNIPPETS),
    st.integers(0, 3),
)
def test_both_readings_agree_whatever_is_put_into_the_signature(
    base, place, snippet, removed
):
    message = GOOD[base][0]()
    start = message.index(b"Assertion")
    end = message.index(b"</", message.index(b"X509Certificate>", start)) + 80
    position = start + int(place * (end - start))
    changed = message[:position] + snippet + message[position + removed :]
    try:
        element = judged_anyhow(changed)
    except XmlRefused:
        return
    if element is not None:
        agree(element)


def judged_anyhow(message: bytes) -> etree._Element | None:
    root = parse_xml(message, SOAP_LIMITS)
    return next(root.iter(f"{{{NS['s']}}}Assertion"), None)
