"""Reads the elements of a signature: nothing stands where it should not.

Every form of signature we read is read by these, before any cryptography.

Spec: XML Signature 1.1 §4.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Set as AbstractSet
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.namespaces import DS
from trust.xmlsignature.canonical_form import MAXIMAL_BASE64
from trust.xmlsignature.refused import SignatureRefused

NOTHING: Final = frozenset[str]()
"""No attributes."""

# XML's own blanks; Java peers leave carriage returns in base64 as `&#xD;`.
_BLANKS: Final = " \t\r\n"
_WITHOUT_BLANKS: Final = str.maketrans("", "", _BLANKS)
_X509_DATA: Final = f"{{{DS}}}X509Data"
_X509_CERTIFICATE: Final = f"{{{DS}}}X509Certificate"
# They describe the certificate that stands beside them and are not read.
_X509_DESCRIPTIONS: Final = frozenset(
    f"{{{DS}}}{name}" for name in ("X509IssuerSerial", "X509SubjectName", "X509SKI")
)


def children_of(
    element: etree._Element, tags: tuple[str, ...], attributes: AbstractSet[str]
) -> list[etree._Element]:
    """Return the children, which must be exactly these, with nothing between them.

    Raises
    ------
    SignatureRefused
        There are others, text stands between them, or the element has an attribute
        that is none of ``attributes``.
    """
    children = _plain_children(element, attributes)
    if len(children) != len(tags):
        raise wrong_form(f"too few or too many children in {name_of(element)}")
    for child, tag in zip(children, tags, strict=True):
        if child.tag != tag:
            raise wrong_form(f"other children than it should in {name_of(element)}")
    return children


def only_certificate(key_info: etree._Element) -> bytes:
    """Return the one certificate that is shown, in DER.

    Raises
    ------
    SignatureRefused
        There is another number of them, or something else to take a key from.
    """
    (data,) = children_of(key_info, (_X509_DATA,), {"Id"})
    parts = _plain_children(data, NOTHING)
    certificates = [part for part in parts if part.tag == _X509_CERTIFICATE]
    others = {part.tag for part in parts} - {_X509_CERTIFICATE}
    if len(certificates) != 1 or not others <= _X509_DESCRIPTIONS:
        raise wrong_form("a KeyInfo with anything but exactly one X509Certificate")
    return base64_of(certificates[0], NOTHING)


def base64_of(element: etree._Element, attributes: AbstractSet[str]) -> bytes:
    """Return what an element holds as base64, of a bounded length.

    Raises
    ------
    SignatureRefused
        It holds none, or more than that.
    """
    if len(element) or not attributes >= set(element.keys()):
        raise wrong_form(f"children or attributes in {name_of(element)}")
    text = (element.text or "").translate(_WITHOUT_BLANKS)
    if not 0 < len(text) <= MAXIMAL_BASE64:
        raise wrong_form(f"no value, or one too long, in {name_of(element)}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_form(f"no base64 in {name_of(element)}") from None


def name_of(element: etree._Element) -> str:
    """Return the name of an element, for a sentence."""
    return etree.QName(element).localname


def wrong_form(what: str) -> SignatureRefused:
    """Return the refusal of a signature that has what it should not."""
    return SignatureRefused(
        Reason.SIGNATURE_FORM_REFUSED, f"the signature has {what}; it is not read"
    )


def _plain_children(
    element: etree._Element, attributes: AbstractSet[str]
) -> list[etree._Element]:
    if not attributes >= set(element.keys()):
        raise wrong_form(f"an attribute it should not have on {name_of(element)}")
    children = list(element)
    _refuse_text(element, element.text)
    for child in children:
        _refuse_text(element, child.tail)
    return children


def _refuse_text(element: etree._Element, text: str | None) -> None:
    if text and text.strip(_BLANKS):
        raise wrong_form(f"text between the children of {name_of(element)}")
