"""Three implementations agree: what one signs the others verify."""

from __future__ import annotations

import pytest
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.algorithms import SignatureMethod

from tests.trust import pki
from tests.trust.assertions.cast import envelope, envelope_bytes, hcp_bytes, trc_bytes
from tests.trust.resign import (
    resign,
    sign_in_place,
    signxml_signed,
    unsigned,
    xmlsec_verifies,
)
from trust.namespaces import SAML
from trust.xml import SOAP_LIMITS, parse_xml
from trust.xmlsignature import verify_enveloped

ASSERTION = f"{{{SAML}}}Assertion"
XS_TYPED = (
    b'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def typed(data: bytes) -> bytes:
    """The same assertion with ``xsi:type`` on a value, as OpenNCP writes it."""
    data = data.replace(b" ID=", b" " + XS_TYPED + b" ID=", 1)
    return data.replace(
        b"<saml2:AttributeValue>Rigs",
        b'<saml2:AttributeValue xsi:type="xs:string">Rigs',
    )


@pytest.mark.spec("SAML 2.0 Core 5.4")
@pytest.mark.parametrize("make", [hcp_bytes, trc_bytes])
def test_xmlsec_verifies_what_we_sign_alone_and_inside_an_envelope(make):
    xmlsec_verifies(etree.fromstring(make()))
    inside = envelope(hcp_bytes(), trc_bytes()).iter(ASSERTION)
    for assertion in inside:
        xmlsec_verifies(assertion)


@pytest.mark.parametrize("key", [pki.seal("seal"), pki.ec_seal("seal-ec")])
def test_signxml_verifies_what_we_sign(key):
    data = hcp_bytes(key=key)
    result = XMLVerifier().verify(
        data,
        x509_cert=key.certificate,
        id_attribute="ID",
        expect_config=SignatureConfiguration(location="./", verification_time=pki.NOW),
    )
    assert result.signed_xml.get("ID") == etree.fromstring(data).get("ID")


@pytest.mark.parametrize("prefix_list", [(), ("xs",), ("xs", "xsi", "unknown")])
def test_we_verify_what_xmlsec_signs(prefix_list):
    data = resign(typed(hcp_bytes()), prefix_list=prefix_list)
    verify_enveloped(parse_xml(data, SOAP_LIMITS))
    inside = next(envelope(data).iter(ASSERTION))
    assert verify_enveloped(inside).element is inside


def test_we_verify_what_xmlsec_signed_inside_an_envelope_that_declares_prefixes():
    # The prefix of xsi:type and of the PrefixList is declared on the envelope alone.
    message = parse_xml(envelope_bytes(hcp_bytes()), SOAP_LIMITS)
    assertion = next(message.iter(ASSERTION))
    assertion.remove(assertion[1])
    for value in assertion.iter(f"{{{SAML}}}AttributeValue"):
        value.set("{http://www.w3.org/2001/XMLSchema-instance}type", "xs:string")
    sign_in_place(assertion, prefix_list=["xs"])
    reparsed = parse_xml(etree.tostring(message), SOAP_LIMITS)
    verify_enveloped(next(reparsed.iter(ASSERTION)))


@pytest.mark.parametrize(
    ("key", "method"),
    [
        (pki.seal("seal"), SignatureMethod.RSA_SHA256),
        (pki.seal("seal"), SignatureMethod.RSA_SHA384),
        (pki.seal("seal"), SignatureMethod.RSA_SHA512),
        (pki.seal("seal"), SignatureMethod.SHA256_RSA_MGF1),
        (pki.ec_seal("seal-ec"), SignatureMethod.ECDSA_SHA256),
        (pki.ec_seal("seal-384", "secp384r1"), SignatureMethod.ECDSA_SHA384),
    ],
)
def test_we_verify_what_signxml_signs(key, method):
    data = signxml_signed(hcp_bytes(), key, method)
    verified = verify_enveloped(parse_xml(data, SOAP_LIMITS))
    assert verified.certificate == key.certificate
    assert verified.certificate_der == pki.der(key.certificate)
    assert verified.references_checked == 1


def test_carriage_returns_in_base64_do_not_matter():
    # Java peers leave them as character references.
    root = etree.fromstring(hcp_bytes())
    for name in ("SignatureValue", "X509Certificate"):
        node = next(root.iter(f"{{http://www.w3.org/2000/09/xmldsig#}}{name}"))
        text = node.text or ""
        node.text = "\r\n".join(text[n : n + 76] for n in range(0, len(text), 76))
    data = etree.tostring(root)
    assert b"&#13;" in data
    verify_enveloped(parse_xml(data, SOAP_LIMITS))


def test_blanks_around_the_signature_belong_to_the_signed_text():
    root = unsigned(hcp_bytes())
    root[0].tail = "\n  \n "
    sign_in_place(root)
    # The same canonical text, now on both sides of the signature.
    root[0].tail, root[1].tail = "\n  ", "\n "
    data = etree.tostring(root)
    message = parse_xml(data, SOAP_LIMITS)
    xmlsec_verifies(message)
    verify_enveloped(message)
    assert etree.tostring(message) == data
