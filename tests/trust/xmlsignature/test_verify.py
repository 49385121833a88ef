"""The strict verifier: one form of signature, everything else refused with a reason."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from tests.trust import pki
from tests.trust.assertions.cast import envelope, hcp_bytes, trc_bytes
from tests.trust.resign import (
    NS,
    append,
    at,
    drop,
    drop_attribute,
    insert,
    resign,
    set_attribute,
    set_text,
    sign_in_place,
    twice,
    unsigned,
)
from trust.certificates import SigningKey
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML
from trust.xml import SOAP_LIMITS, Element, parse_xml
from trust.xmlsignature import SignatureRefused, sign_enveloped, verify_enveloped

SIGNATURE = "/s:Assertion/ds:Signature"
SIGNED_INFO = f"{SIGNATURE}/ds:SignedInfo"
C14N = f"{SIGNED_INFO}/ds:CanonicalizationMethod"
METHOD = f"{SIGNED_INFO}/ds:SignatureMethod"
REFERENCE = f"{SIGNED_INFO}/ds:Reference"
TRANSFORMS = f"{REFERENCE}/ds:Transforms"
DIGEST_METHOD = f"{REFERENCE}/ds:DigestMethod"
X509_DATA = f"{SIGNATURE}/ds:KeyInfo/ds:X509Data"
ALGORITHM = "Algorithm"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
CERTIFICATE = base64.b64encode(pki.der(pki.seal("evil").certificate)).decode()


def prefixes(*tokens: str) -> str:
    listed = " ".join(tokens)
    return f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="{listed}"/>'


def refused(data: bytes | etree._Element) -> Reason:
    root = parse_xml(data, SOAP_LIMITS) if isinstance(data, bytes) else data
    before = etree.tostring(root)
    with pytest.raises(TrustRefused) as caught:
        verify_enveloped(root)
    assert etree.tostring(root) == before, "a refusal leaves the message as it was"
    assert "dr-1" not in caught.value.sentence
    return caught.value.reason


def changed(change, data: bytes | None = None) -> bytes:
    root = etree.fromstring(data or hcp_bytes())
    change(root)
    return etree.tostring(root)


def test_an_intact_signature_holds_and_the_element_is_the_one_that_was_given():
    root = parse_xml(hcp_bytes(), SOAP_LIMITS)
    before = etree.tostring(root)
    verified = verify_enveloped(root)
    assert verified.element is root
    assert verified.certificate == pki.seal("seal").certificate
    assert etree.tostring(root) == before


FORMS = {
    "an object in it": append(SIGNATURE, "<ds:Object/>"),
    "a manifest in it": append(SIGNATURE, "<ds:Manifest/>"),
    "an unknown attribute": set_attribute(SIGNATURE, "x", ""),
    "no signed info": drop(SIGNED_INFO),
    "signed info twice": twice(SIGNED_INFO),
    "no value": drop(f"{SIGNATURE}/ds:SignatureValue"),
    "an empty value": set_text(f"{SIGNATURE}/ds:SignatureValue", " "),
    "a value that is no base64": set_text(f"{SIGNATURE}/ds:SignatureValue", "a!=="),
    "a value in other letters": set_text(f"{SIGNATURE}/ds:SignatureValue", "ｱｱｱｱ"),
    "an endless value": set_text(f"{SIGNATURE}/ds:SignatureValue", "A" * 40_000),
    "an element in the value": append(f"{SIGNATURE}/ds:SignatureValue", "<ds:X/>"),
    "no key info": drop(f"{SIGNATURE}/ds:KeyInfo"),
    "a key value": append(f"{SIGNATURE}/ds:KeyInfo", "<ds:KeyValue/>"),
    "a key name": insert(f"{SIGNATURE}/ds:KeyInfo", 0, "<ds:KeyName>x</ds:KeyName>"),
    "a retrieval method": append(
        f"{SIGNATURE}/ds:KeyInfo", '<ds:RetrievalMethod URI="#x"/>'
    ),
    "two X509Data": twice(X509_DATA),
    "no certificate": drop(f"{X509_DATA}/ds:X509Certificate"),
    "two certificates": append(
        X509_DATA, f"<ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate>"
    ),
    "a revocation list": append(X509_DATA, "<ds:X509CRL>AAAA</ds:X509CRL>"),
    "text between": set_text(X509_DATA, "x"),
    "two references": twice(REFERENCE),
    "no reference": drop(REFERENCE),
    "an empty URI": set_attribute(REFERENCE, "URI", ""),
    "no URI": drop_attribute(REFERENCE, "URI"),
    "another element": set_attribute(REFERENCE, "URI", "#other"),
    "a file": set_attribute(REFERENCE, "URI", "file:///etc/passwd"),
    "an address": set_attribute(REFERENCE, "URI", "http://127.0.0.1/"),
    "an xpointer": set_attribute(
        REFERENCE, "URI", "#xpointer(id('_11111111-2222-4333-8444-555555555555'))"
    ),
    "a reference type": set_attribute(REFERENCE, "Type", "urn:x"),
    "no transforms": drop(TRANSFORMS),
    "only enveloped": drop(f"{TRANSFORMS}/ds:Transform[2]"),
    "only canonical": drop(f"{TRANSFORMS}/ds:Transform[1]"),
    "the other order": lambda r: at(TRANSFORMS)(r).append(at(TRANSFORMS)(r)[0]),
    "enveloped twice": insert(
        TRANSFORMS, 0, f'<ds:Transform Algorithm="{NS["ds"]}enveloped-signature"/>'
    ),
    "an XSLT": append(
        TRANSFORMS,
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    ),
    "an XPath instead": set_attribute(
        f"{TRANSFORMS}/ds:Transform[1]",
        ALGORITHM,
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
    ),
    "an XPath inside": append(
        f"{TRANSFORMS}/ds:Transform[1]", "<ds:XPath>true()</ds:XPath>"
    ),
    "inclusive canonical form": set_attribute(
        C14N, ALGORITHM, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    ),
    "canonical form with comments": set_attribute(
        C14N, ALGORITHM, f"{EXCLUSIVE}WithComments"
    ),
    "inclusive transform": set_attribute(
        f"{TRANSFORMS}/ds:Transform[2]",
        ALGORITHM,
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ),
    "too many prefixes": append(C14N, prefixes(*(f"p{n}" for n in range(11)))),
    "no prefixes but others": append(C14N, prefixes("xs:string")),
    "the default prefix": append(C14N, prefixes("#default")),
    "two prefix lists": lambda r: (
        append(C14N, prefixes("a"))(r),
        append(C14N, prefixes("b"))(r),
    ),
    "an HMAC length": append(METHOD, "<ds:HMACOutputLength>1</ds:HMACOutputLength>"),
    "a digest parameter": append(DIGEST_METHOD, "<ds:X/>"),
    "a comment in a value": lambda r: at("//s:NameID")(r).append(etree.Comment("x")),
    "an instruction in a value": lambda r: at("//s:NameID")(r).append(etree.PI("x")),
    "not behind Issuer": lambda r: r.append(at(SIGNATURE)(r)),
    "before Issuer": lambda r: r.insert(0, at(SIGNATURE)(r)),
    "two signatures": twice(SIGNATURE),
    "a second one deeper": append("//s:Subject", "<ds:Signature/>"),
    "only deeper": lambda r: at("//s:Subject")(r).append(at(SIGNATURE)(r)),
    "no ID": drop_attribute("/s:Assertion", "ID"),
    "an ID that is no name": lambda r: (
        r.set("ID", "urn:uuid:1"),
        at(REFERENCE)(r).set("URI", "#urn:uuid:1"),
    ),
}


@pytest.mark.spec("SAML 2.0 Core 5.4")
@pytest.mark.parametrize("form", FORMS)
def test_any_other_form_is_refused_before_any_cryptography(form):
    root = etree.fromstring(hcp_bytes())
    FORMS[form](root)
    assert refused(root) is Reason.SIGNATURE_FORM_REFUSED


def test_an_element_without_signature_is_refused():
    assert refused(changed(drop(SIGNATURE))) is Reason.SIGNATURE_ABSENT


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "none",
        "",
    ],
)
def test_a_signature_method_that_is_not_listed_is_refused(algorithm):
    data = changed(set_attribute(METHOD, ALGORITHM, algorithm))
    assert refused(data) is Reason.SIGNATURE_ALGORITHM_REFUSED


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "",
    ],
)
def test_a_digest_method_that_is_not_listed_is_refused(algorithm):
    data = changed(set_attribute(DIGEST_METHOD, ALGORITHM, algorithm))
    assert refused(data) is Reason.SIGNATURE_ALGORITHM_REFUSED


@pytest.mark.parametrize(
    "change",
    [
        set_text("//s:NameID", "dr-2"),
        set_attribute("//s:Conditions", "NotOnOrAfter", "2099-01-01T00:00:00Z"),
        append("//s:AttributeStatement", "<s:Attribute Name='x'/>"),
        drop("//s:Audience"),
        set_text(f"{REFERENCE}/ds:DigestValue", "AAAA"),
        lambda r: setattr(r[1], "tail", "x"),
        lambda r: setattr(r[0], "tail", " "),
    ],
)
@pytest.mark.spec("XML Signature 1.1 3.2.1")
def test_an_altered_element_is_refused(change):
    assert refused(changed(change)) is Reason.DIGEST_MISMATCH


def other_key(data: bytes, other: SigningKey) -> bytes:
    der = base64.b64encode(pki.der(other.certificate)).decode()
    return changed(set_text(f"{X509_DATA}/ds:X509Certificate", der), data)


@pytest.mark.parametrize(
    ("signer", "shown"),
    [
        (pki.seal("seal"), pki.seal("evil")),
        (pki.seal("seal"), pki.ec_seal("seal-ec")),
        (pki.ec_seal("seal-ec"), pki.seal("seal")),
        (pki.ec_seal("seal-ec"), pki.ec_seal("seal-ec-2")),
        (pki.ec_seal("seal-ec"), pki.ec_seal("seal-384", "secp384r1")),
    ],
)
@pytest.mark.spec("XML Signature 1.1 3.2.2")
def test_a_signature_of_another_key_than_the_one_shown_is_refused(signer, shown):
    data = other_key(hcp_bytes(key=signer), shown)
    assert refused(data) is Reason.SIGNATURE_VALUE_INVALID


def test_changed_signed_info_is_refused():
    data = changed(append(C14N, prefixes("saml2")))
    assert refused(data) is Reason.SIGNATURE_VALUE_INVALID


def test_a_signature_value_of_zero_length_numbers_is_refused():
    data = hcp_bytes(key=pki.ec_seal("seal-ec"))
    for value in (bytes(64), b"\xff" * 64, bytes(63)):
        text = base64.b64encode(value).decode()
        data = changed(set_text(f"{SIGNATURE}/ds:SignatureValue", text), data)
        assert refused(data) is Reason.SIGNATURE_VALUE_INVALID


def test_a_certificate_that_cannot_be_read_is_refused():
    data = changed(set_text(f"{X509_DATA}/ds:X509Certificate", "AAAA"))
    assert refused(data) is Reason.CERTIFICATE_UNREADABLE


def test_descriptions_of_the_certificate_are_tolerated_and_not_read():
    issuer_serial = (
        "<ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName>"
        "<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>"
    )
    change = append(X509_DATA, issuer_serial)
    verify_enveloped(parse_xml(changed(change), SOAP_LIMITS))


def test_a_weak_key_is_refused_though_its_signature_holds():
    weak = pki.rsa_key("weak", 1024)
    key = SigningKey(weak, pki.certificate(weak))
    element = Element("{urn:a}a", {"ID": "_1"}, [Element("{urn:a}Issuer")])
    data = sign_enveloped(element, key, {"urn:a": "a", NS["ds"]: "ds"})
    assert refused(data) is Reason.CERTIFICATE_WEAK


def test_the_judge_decides_before_the_key_is_used():
    calls = []

    def judge(der: bytes):
        calls.append(der)
        raise TrustRefused(Reason.SIGNER_NOT_PINNED, "not known")

    root = etree.fromstring(changed(set_text("//s:NameID", "dr-2")))
    with pytest.raises(TrustRefused) as caught:
        verify_enveloped(root, judge)
    assert caught.value.reason is Reason.SIGNER_NOT_PINNED
    assert calls == [pki.der(pki.seal("seal").certificate)]


@pytest.mark.parametrize(
    "name", ["ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"]
)
def test_an_id_that_stands_twice_in_the_message_is_refused(name):
    message = envelope(hcp_bytes(), trc_bytes())
    assertion = next(message.iter(f"{{{SAML}}}Assertion"))
    message[1].set(name, assertion.get("ID", ""))
    with pytest.raises(SignatureRefused) as caught:
        verify_enveloped(assertion)
    assert caught.value.reason is Reason.ID_NOT_UNIQUE


def test_what_has_no_canonical_form_is_refused():
    data = resign(hcp_bytes()).replace(b" ID=", b' xmlns:rel="relative" ID=', 1)
    assert refused(data) is Reason.SIGNATURE_FORM_REFUSED


def test_only_an_element_with_an_id_and_a_first_child_can_be_signed():
    for element in (Element("a", {"ID": "_1"}), Element("a", {}, [Element("b")])):
        with pytest.raises(ValueError, match="ID and a first child"):
            sign_enveloped(element, pki.seal("seal"), {})


def test_signing_in_an_envelope_and_moving_out_of_it_needs_no_rewriting():
    root = unsigned(hcp_bytes())
    sign_in_place(root)
    moved = etree.fromstring(etree.tostring(root))
    verify_enveloped(moved)
