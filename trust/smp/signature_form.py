"""The one form of signature that service metadata carries, checked before all maths.

The standard leaves nothing to choose: the whole document, enveloped, inclusive
canonical form, RSA with SHA-256, the certificate shown. A general library would follow
a reference to a file and run a stylesheet; it is never shown a signature that is not of
this form.

Spec: OASIS BDX SMP 1.0 §3.6.2 (signature profile) / XML Signature 1.1 §4 / fact sheet
02 §7.1.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.namespaces import DS
from trust.xmlsignature import SignatureRefused
from trust.xmlsignature.algorithms import ENVELOPED_SIGNATURE, RSA_SHA_256, SHA_256

INCLUSIVE_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SIGNATURE: Final = f"{{{DS}}}Signature"
MAXIMAL_BASE64: Final = 32_768
# XML's own blanks; Java publishers leave carriage returns in base64 as `&#13;`.
_BLANKS: Final = " \t\r\n"
_WITHOUT_BLANKS: Final = str.maketrans("", "", _BLANKS)
# They describe the certificate that stands beside them and are not read.
_DESCRIPTIONS: Final = frozenset(
    f"{{{DS}}}{name}" for name in ("X509IssuerSerial", "X509SubjectName", "X509SKI")
)


@dataclass(frozen=True, slots=True)
class MetadataSignature:
    """A signature whose form was accepted; nothing in it has been believed yet."""

    element: etree._Element
    digest_value: bytes
    certificate_der: bytes


def read_signature(element: etree._Element) -> MetadataSignature:
    """Read a ``ds:Signature``, or refuse its form.

    Raises
    ------
    SignatureRefused
        With the first rule that is broken.
    """
    signed_info, value, key_info = _children(
        element, ("SignedInfo", "SignatureValue", "KeyInfo"), {"Id"}
    )
    c14n, method, reference = _children(
        signed_info,
        ("CanonicalizationMethod", "SignatureMethod", "Reference"),
        {"Id"},
    )
    _algorithm(c14n, INCLUSIVE_C14N)
    _algorithm(method, RSA_SHA_256)
    transforms, digest_method, digest_value = _children(
        reference, ("Transforms", "DigestMethod", "DigestValue"), {"Id", "URI"}
    )
    if reference.get("URI") != "":
        raise _form("a Reference to something other than the whole document")
    (transform,) = _children(transforms, ("Transform",), set())
    _algorithm(transform, ENVELOPED_SIGNATURE, Reason.SIGNATURE_FORM_REFUSED)
    _algorithm(digest_method, SHA_256)
    _base64(value, {"Id"})
    return MetadataSignature(
        element, _base64(digest_value, set()), _only_certificate(key_info)
    )


def _algorithm(
    method: etree._Element,
    accepted: str,
    reason: Reason = Reason.SIGNATURE_ALGORITHM_REFUSED,
) -> None:
    # Parameters (XPath, stylesheets, HMACOutputLength) would be children.
    _children(method, (), {"Algorithm"})
    if method.get("Algorithm") != accepted:
        raise SignatureRefused(
            reason,
            f"the {_name(method)} of the signature is not the one of the profile",
        )


def _only_certificate(key_info: etree._Element) -> bytes:
    (data,) = _children(key_info, ("X509Data",), {"Id"})
    parts = _plain_children(data, set())
    shown = [part for part in parts if part.tag == f"{{{DS}}}X509Certificate"]
    others = {part.tag for part in parts} - {f"{{{DS}}}X509Certificate"}
    if len(shown) != 1 or not others <= _DESCRIPTIONS:
        raise _form("a KeyInfo with anything but exactly one X509Certificate")
    return _base64(shown[0], set())


def _children(
    element: etree._Element, names: tuple[str, ...], attributes: set[str]
) -> list[etree._Element]:
    children = _plain_children(element, attributes)
    if [child.tag for child in children] != [f"{{{DS}}}{name}" for name in names]:
        raise _form(f"other children than it should in {_name(element)}")
    return children


def _plain_children(
    element: etree._Element, attributes: set[str]
) -> list[etree._Element]:
    if not attributes.issuperset(element.keys()):
        raise _form(f"an attribute it should not have on {_name(element)}")
    children = list(element)
    texts = [element.text, *(child.tail for child in children)]
    if any(text and text.strip(_BLANKS) for text in texts):
        raise _form(f"text between the children of {_name(element)}")
    return children


def _base64(element: etree._Element, attributes: set[str]) -> bytes:
    if len(element) or not attributes.issuperset(element.keys()):
        raise _form(f"children or attributes in {_name(element)}")
    text = (element.text or "").translate(_WITHOUT_BLANKS)
    if not 0 < len(text) <= MAXIMAL_BASE64:
        raise _form(f"no value, or one too long, in {_name(element)}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _form(f"no base64 in {_name(element)}") from None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _form(what: str) -> SignatureRefused:
    return SignatureRefused(
        Reason.SIGNATURE_FORM_REFUSED, f"the signature has {what}; it is not read"
    )
