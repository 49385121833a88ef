"""The strict form of SMP signatures, and that two engines agree on what it covers."""

from __future__ import annotations

import base64
import hashlib

import pytest
import signxml
from lxml import etree

from tests.trust.pki import certificate, ec_key, ec_seal, rsa_key, seal
from tests.trust.smp.directory import PUBLISHER, information, published
from trust.certificates import SigningKey
from trust.decision import Reason
from trust.namespaces import DS
from trust.smp import sealed_metadata
from trust.smp.namespaces import SMP
from trust.smp.signature import METADATA_LIMITS, as_document, verify_document
from trust.smp.signature_form import SIGNATURE
from trust.xml import parse_xml
from trust.xmlsignature import SignatureRefused, strong_certificate


def parsed(document: bytes) -> etree._Element:
    return parse_xml(document, METADATA_LIMITS)


def refusal(root: etree._Element) -> SignatureRefused:
    with pytest.raises(SignatureRefused) as refused:
        verify_document(root[-1], strong_certificate)
    return refused.value


@pytest.fixture
def root() -> etree._Element:
    return parsed(published())


def test_what_we_sign_verifies(root):
    assert verify_document(root[-1], strong_certificate) == PUBLISHER.certificate


@pytest.mark.parametrize("part", ["cover", "seal"])
def test_an_independent_library_verifies_both_of_our_signatures(root, part):
    document = root if part == "cover" else as_document(root[0])
    signature = root[-1] if part == "cover" else next(document.iter(SIGNATURE))
    shown = base64.b64decode(signature.findtext(f".//{{{DS}}}X509Certificate"))
    verifier = signxml.XMLVerifier()
    # lxml's inclusive form of a part deeper than the root needs this, see the sheet.
    verifier.excise_empty_xmlns_declarations = True
    place = (
        "" if part == "cover" else f"{{{SMP}}}ServiceInformation/{{{SMP}}}Extension/"
    )
    verified = verifier.verify(
        etree.tostring(document),
        x509_cert=strong_certificate(shown),
        expect_config=signxml.SignatureConfiguration(
            location=f"./{place}",
            signature_methods=frozenset({signxml.SignatureMethod.RSA_SHA256}),
            verification_time=strong_certificate(shown).not_valid_before_utc,
        ),
    )
    assert verified.signed_xml is not None


def test_the_signature_is_unprefixed_and_of_the_profile(root):
    text = etree.tostring(root[-1]).decode()
    assert '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"' in text
    assert "REC-xml-c14n-20010315" in text
    assert text.count("<Transform ") == 1


def test_an_altered_document_and_a_foreign_key_have_reasons_of_their_own(root):
    root[0].set("extra", "x")
    assert refusal(root).reason is Reason.DIGEST_MISMATCH
    root = parsed(published())
    value = root[-1].find(f"{{{DS}}}SignatureValue")
    assert value is not None
    flipped = bytearray(base64.b64decode(value.text or ""))
    flipped[5] ^= 1
    value.text = base64.b64encode(flipped).decode()
    assert refusal(root).reason is Reason.SIGNATURE_VALUE_INVALID


def test_a_certificate_with_another_kind_of_key_is_refused(root):
    der = certificate(ec_key("other")).public_bytes
    from cryptography.hazmat.primitives.serialization import Encoding

    shown = root[-1].find(f".//{{{DS}}}X509Certificate")
    shown.text = base64.b64encode(der(Encoding.DER)).decode()
    assert refusal(root).reason is Reason.SIGNATURE_ALGORITHM_REFUSED


EXTERNAL = ["file:///etc/passwd", "http://127.0.0.1/x", "#x", "#xpointer(/)", "cid:a"]


@pytest.mark.spec("fact sheet 02 7.2 row 13")
@pytest.mark.parametrize("uri", EXTERNAL)
def test_a_reference_to_anything_but_the_document_is_refused_unread(
    root, uri, tmp_path, monkeypatch
):
    import xmlsec

    def never(*_):
        raise AssertionError("the engine saw the signature")

    monkeypatch.setattr(xmlsec, "SignatureContext", never)
    root[-1].find(f".//{{{DS}}}Reference").set("URI", uri)
    assert refusal(root).reason is Reason.SIGNATURE_FORM_REFUSED


def without_uri(root):
    del root[-1].find(f".//{{{DS}}}Reference").attrib["URI"]


def xslt(root):
    transform = root[-1].find(f".//{{{DS}}}Transform")
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")


def second_transform(root):
    transforms = root[-1].find(f".//{{{DS}}}Transforms")
    etree.SubElement(
        transforms,
        f"{{{DS}}}Transform",
        Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )


def xpath_parameter(root):
    etree.SubElement(
        root[-1].find(f".//{{{DS}}}Transform"), f"{{{DS}}}XPath"
    ).text = "1"


def second_reference(root):
    reference = root[-1].find(f".//{{{DS}}}Reference")
    reference.getparent().append(as_document(reference))


def an_object(root):
    etree.SubElement(root[-1], f"{{{DS}}}Object")


def key_value(root):
    etree.SubElement(root[-1].find(f"{{{DS}}}KeyInfo"), f"{{{DS}}}KeyValue")


def second_certificate(root):
    data = root[-1].find(f".//{{{DS}}}X509Data")
    data.append(as_document(data[-1]))


def no_certificate(root):
    data = root[-1].find(f".//{{{DS}}}X509Data")
    data.remove(data[-1])


def hidden_text(root):
    root[-1][0].tail = "x"


def broken_base64(root):
    root[-1].find(f"{{{DS}}}SignatureValue").text = "***"


@pytest.mark.parametrize(
    "change",
    [
        without_uri,
        xslt,
        second_transform,
        xpath_parameter,
        second_reference,
        an_object,
        key_value,
        second_certificate,
        no_certificate,
        hidden_text,
        broken_base64,
    ],
    ids=lambda change: change.__name__,
)
@pytest.mark.spec("fact sheet 02 7.1")
def test_a_signature_of_another_form_is_refused_before_any_maths(root, change):
    change(root)
    assert refusal(root).reason is Reason.SIGNATURE_FORM_REFUSED


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        ("SignatureMethod", ""),
        ("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#"),
    ],
)
def test_an_algorithm_outside_the_profile_is_refused(root, name, algorithm):
    root[-1].find(f".//{{{DS}}}{name}").set("Algorithm", algorithm)
    assert refusal(root).reason is Reason.SIGNATURE_ALGORITHM_REFUSED


def test_the_digest_is_that_of_the_document_without_its_signature(root):
    claimed = root[-1].findtext(f".//{{{DS}}}DigestValue")
    root.remove(root[-1])
    digest = hashlib.sha256(etree.tostring(root, method="c14n")).digest()
    assert base64.b64decode(claimed or "") == digest


def test_a_seal_that_is_not_rsa_cannot_publish():
    with pytest.raises(ValueError, match="RSA"):
        sealed_metadata(information(), ec_seal("ec"))


def test_a_key_that_is_not_its_certificates_never_leaves_with_a_signature():
    wrong = SigningKey(rsa_key("another"), seal("dk").certificate)
    with pytest.raises(SignatureRefused):
        sealed_metadata(information(), wrong)
