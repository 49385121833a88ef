"""Forms of signature that must not be read: named changes to a good one."""

from __future__ import annotations

import base64
from typing import Final

from lxml import etree

from tests.trust import pki
from tests.trust.resign import (
    NS,
    Change,
    append,
    at,
    drop,
    drop_attribute,
    insert,
    set_attribute,
    set_text,
    twice,
)

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


FORMS: Final[dict[str, Change]] = {
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
