"""Signed messages, good and bad, built when the tests run; each has a name.

The element to be judged is always the first assertion of the security header: it is
found by its place, as the gateway finds it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Final

import xmlsec
from lxml import etree
from signxml.algorithms import SignatureMethod

from tests.trust import pki
from tests.trust.assertions.cast import HCP_ID, envelope_bytes, hcp_bytes, trc_bytes
from tests.trust.resign import (
    NS,
    Change,
    add_template,
    at,
    resign,
    set_attribute,
    set_text,
    sign_in_place,
    sign_template,
    signxml_signed,
    unsigned,
)
from tests.trust.xmlsignature.forms import FORMS, METHOD, SIGNATURE
from trust.namespaces import SAML, WSSE
from trust.xml import SOAP_LIMITS, parse_xml

XS: Final = "http://www.w3.org/2001/XMLSchema"
XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
ASSERTION: Final = f"{{{SAML}}}Assertion"
SHA_1: Final = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
HMAC: Final = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"

Case = Callable[[], bytes]


def judged(message: bytes) -> etree._Element:
    """Parse a message of the corpus and find the assertion to be judged."""
    root = parse_xml(message, SOAP_LIMITS)
    return root[0].find(f"{{{WSSE}}}Security")[0]


def _inside(make: Case) -> Case:
    return lambda: envelope_bytes(make(), trc_bytes())


def typed(data: bytes) -> bytes:
    """Give the values ``xsi:type``, with its prefixes on the assertion (OpenNCP)."""
    declared = (
        b'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    data = data.replace(b" ID=", b" " + declared + b" ID=", 1)
    plain = b"<saml2:AttributeValue>Rigs"
    return data.replace(plain, b'<saml2:AttributeValue xsi:type="xs:string">Rigs')


def a_list_in_a_value(root: etree._Element) -> None:
    """Put what looks like a PrefixList where it is none."""
    value = next(root.iter(f"{{{SAML}}}AttributeValue"))
    name = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
    etree.SubElement(value, name, PrefixList="xs")


def prefixed(data: bytes) -> bytes:
    """Declare the prefix of the signature on the assertion already."""
    return data.replace(b" ID=", f' xmlns:ds="{NS["ds"]}" ID='.encode(), 1)


def prefixes_on_the_envelope() -> bytes:
    """Only the Envelope declares the prefixes of ``xsi:type`` and of the PrefixList."""
    message = parse_xml(envelope_bytes(hcp_bytes(), trc_bytes()), SOAP_LIMITS)
    assertion = next(message.iter(ASSERTION))
    assertion.remove(assertion[1])
    for value in assertion.iter(f"{{{SAML}}}AttributeValue"):
        value.set(XSI_TYPE, "xs:string")
    sign_in_place(assertion, prefix_list=["xs"])
    return etree.tostring(message)


def without_prefix() -> bytes:
    """A Signature in the default namespace, as some products write it."""
    unfinished = unsigned(hcp_bytes())
    add_template(unfinished)
    data = re.sub(rb"(</?)ds:", rb"\1", etree.tostring(unfinished))
    root = etree.fromstring(data.replace(b"<Signature xmlns:ds=", b"<Signature xmlns="))
    assert root[1].prefix is None
    sign_template(root)
    return etree.tostring(root)


def returns_in_base64() -> bytes:
    """Java's base64 with carriage returns, which become character references."""
    root = etree.fromstring(hcp_bytes())
    for name in ("SignatureValue", "X509Certificate"):
        node = next(root.iter(f"{{{NS['ds']}}}{name}"))
        text = node.text or ""
        node.text = "\r\n".join(text[n : n + 76] for n in range(0, len(text), 76))
    data = etree.tostring(root)
    assert data.count(b"&#13;") > 10
    return data


def returns_in_a_value() -> bytes:
    """A carriage return in what is signed."""
    return resign(
        hcp_bytes(), set_text(f"{ATTRIBUTE}[1]/s:AttributeValue", "one\r\ntwo")
    )


ATTRIBUTE: Final = "//s:Attribute[s:AttributeValue[not(*)]]"

GOOD: Final[dict[str, tuple[Case, str]]] = {
    name: (case, key)
    for name, case, key in (
        ("ours", _inside(hcp_bytes), "rsa"),
        ("ours on P-256", _inside(lambda: hcp_bytes(key=pki.ec_seal("ec"))), "ec"),
        ("xmlsec", _inside(lambda: resign(hcp_bytes())), "rsa"),
        (
            "a PrefixList for xsi:type",
            _inside(lambda: resign(typed(hcp_bytes()), prefix_list=["xs"])),
            "rsa",
        ),
        (
            "a PrefixList of three",
            _inside(lambda: resign(typed(hcp_bytes()), prefix_list=["xs", "a", "xsi"])),
            "rsa",
        ),
        (
            "a PrefixList that names the prefix of the signature",
            _inside(lambda: resign(prefixed(hcp_bytes()), prefix_list=["ds"])),
            "rsa",
        ),
        (
            "a PrefixList among the values",
            _inside(lambda: resign(typed(hcp_bytes()), a_list_in_a_value)),
            "rsa",
        ),
        ("prefixes on the Envelope", prefixes_on_the_envelope, "rsa"),
        ("a Signature without prefix", _inside(without_prefix), "rsa"),
        (
            "endless blanks in the signature",
            _inside(
                lambda: hcp_bytes().replace(
                    b"<ds:KeyInfo>", b"<ds:KeyInfo>" + b" " * 5_000
                )
            ),
            "rsa",
        ),
        ("carriage returns in base64", _inside(returns_in_base64), "rsa"),
        ("carriage returns in a value", _inside(returns_in_a_value), "rsa"),
        (
            "signxml with RSA-PSS",
            _inside(
                lambda: signxml_signed(
                    hcp_bytes(), pki.seal("seal"), SignatureMethod.SHA256_RSA_MGF1
                )
            ),
            "rsa",
        ),
        (
            "signxml with SHA-512",
            _inside(
                lambda: signxml_signed(
                    hcp_bytes(), pki.seal("seal"), SignatureMethod.RSA_SHA512
                )
            ),
            "rsa",
        ),
    )
}


def _changed(change: Change) -> Case:
    def make() -> bytes:
        root = etree.fromstring(hcp_bytes())
        change(root)
        return etree.tostring(root)

    return _inside(make)


def _signed_with(change: Change) -> Case:
    """What whoever holds the key could sign: the change is covered by the signature."""
    return _inside(lambda: resign(hcp_bytes(), change))


_MARK: Final = b"<mark/>"


def _wrapped(place: Change, *, identifier: str = "_evil") -> Case:
    """A forged assertion with the original's signature; the original hidden in it.

    Bytes are put together, for a tree that is put together changes prefixes.
    """

    def make() -> bytes:
        data = hcp_bytes()
        evil = etree.fromstring(data)
        evil.set("ID", identifier)
        set_text("//s:NameID", "dr-evil")(evil)
        place(evil)
        before, _, rest = data.partition(b"<ds:Signature ")
        original = before + rest.partition(b"</ds:Signature>")[2]
        forged = etree.tostring(evil)
        if _MARK in forged:
            return envelope_bytes(forged.replace(_MARK, original), trc_bytes())
        return envelope_bytes(forged, original, trc_bytes())

    return make


def _in(path: str) -> Change:
    return lambda evil: evil.xpath(path, namespaces=NS)[0].append(etree.Element("mark"))


def _in_advice(evil: etree._Element) -> None:
    advice = etree.Element(f"{{{SAML}}}Advice")
    at("s:Conditions")(evil).addnext(advice)
    advice.append(etree.Element("mark"))


def _in_object(evil: etree._Element) -> None:
    etree.SubElement(etree.SubElement(evil[1], f"{{{NS['ds']}}}Object"), "mark")


def _beside(evil: etree._Element) -> None:
    """Leave the original where it is, behind the forged one."""


def hmac_with_the_certificate() -> bytes:
    """HMAC keyed with what everybody knows: the public certificate."""
    root = etree.fromstring(hcp_bytes())
    set_attribute(METHOD, "Algorithm", HMAC)(root)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_binary_data(
        xmlsec.constants.KeyDataHmac, pki.pem(pki.seal("seal").certificate)
    )
    xmlsec.tree.add_ids(root, ["ID"])
    context.sign(root[1])
    return etree.tostring(root)


def sha_1() -> bytes:
    """RSA over SHA-1: signed for real, and no longer believed."""
    root = unsigned(hcp_bytes())
    sign_in_place(root, method=xmlsec.Transform.RSA_SHA1)
    return etree.tostring(root)


def in_the_issuer() -> bytes:
    """Signed for real, but the signature is the second child of the Issuer."""
    root = unsigned(hcp_bytes())
    add_template(root)
    signature = root[1]
    etree.SubElement(root[0], "x")
    root[0].append(signature)
    sign_template(root, signature=signature)
    return etree.tostring(root)


def another_key() -> bytes:
    """Signed with one key, showing the certificate of another."""
    root = etree.fromstring(hcp_bytes(key=pki.seal("evil")))
    shown = base64.b64encode(pki.der(pki.seal("seal").certificate)).decode()
    set_text("//ds:X509Certificate", shown)(root)
    return etree.tostring(root)


BAD: Final[dict[str, Case]] = {
    **{
        f"form: {name}": _changed(change)
        for name, change in FORMS.items()
        # Neither gets past the parser: one is dropped, the other refused.
        if name not in {"a comment in a value", "an instruction in a value"}
    },
    "content: another name": _changed(set_text("//s:NameID", "dr-2")),
    "content: a longer life": _changed(
        set_attribute("//s:Conditions", "NotOnOrAfter", "2099-01-01T00:00:00Z")
    ),
    "content: a blank more": _changed(lambda r: setattr(r[1], "tail", " ")),
    "key: another one": _inside(another_key),
    "key: HMAC with the certificate": _inside(hmac_with_the_certificate),
    "method: RSA over SHA-1": _inside(sha_1),
    "signed: the ID as Id too": _signed_with(lambda r: r.set("Id", r.get("ID", ""))),
    "signed: eleven prefixes": _inside(
        lambda: resign(hcp_bytes(), prefix_list=[f"p{n}" for n in range(11)])
    ),
    "signed: in the Issuer": _inside(in_the_issuer),
    "signed: the ID once more": _signed_with(
        lambda r: at("//s:Subject")(r).set("Id", r.get("ID", ""))
    ),
    "wrapped: beside": _wrapped(_beside),
    "wrapped: beside, same ID": _wrapped(_beside, identifier=f"_{HCP_ID}"),
    "wrapped: in Advice": _wrapped(_in_advice),
    "wrapped: in ds:Object": _wrapped(_in_object),
    "wrapped: in KeyInfo": _wrapped(_in("ds:Signature/ds:KeyInfo")),
    "wrapped: in a value": _wrapped(_in("//s:AttributeValue")),
    "wrapped: in the Subject": _wrapped(_in("s:Subject")),
    "wrapped: in the Issuer": _wrapped(_in("s:Issuer")),
    "stripped": _changed(lambda r: r.remove(at(SIGNATURE)(r))),
}
