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
    drop,
    resign,
    set_attribute,
    set_text,
    sign_in_place,
    unsigned,
)
from tests.trust.xmlsignature.forms import (
    ALGORITHM,
    C14N,
    DIGEST_METHOD,
    FORMS,
    METHOD,
    REFERENCE,
    SIGNATURE,
    X509_DATA,
    prefixes,
)
from trust.certificates import SigningKey
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML
from trust.xml import SOAP_LIMITS, Element, parse_xml
from trust.xmlsignature import SignatureRefused, sign_enveloped, verify_enveloped


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
