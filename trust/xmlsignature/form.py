"""The one form of signature we read, checked before any cryptography.

Everything a general XML Signature library would interpret and a trick could use
(further references, objects, other transforms, key values, HMAC lengths, addresses) is
refused here: a signature that passes has no choice left in it.

Spec: XML Signature 1.1 §4 / SAML 2.0 Core §5.4 (one reference to the assertion's ID,
enveloped then exclusive canonicalization) / Exclusive XML Canonicalization 1.0 §4.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.namespaces import DS, EXC_C14N
from trust.xmlsignature.algorithms import (
    DIGESTS,
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    SIGNATURE_METHODS,
)
from trust.xmlsignature.canonical_form import MAXIMAL_BASE64, MAXIMAL_PREFIXES
from trust.xmlsignature.refused import SignatureRefused

_NC_NAME: Final = re.compile(r"[^\W\d][\w.\-]*")
# XML's own blanks; Java peers leave carriage returns in base64 as `&#xD;`.
_BLANKS: Final = " \t\r\n"
_WITHOUT_BLANKS: Final = str.maketrans("", "", _BLANKS)

_SIGNATURE: Final = f"{{{DS}}}Signature"
_SIGNED_INFO: Final = f"{{{DS}}}SignedInfo"
_CANONICALIZATION_METHOD: Final = f"{{{DS}}}CanonicalizationMethod"
_SIGNATURE_METHOD: Final = f"{{{DS}}}SignatureMethod"
_REFERENCE: Final = f"{{{DS}}}Reference"
_TRANSFORMS: Final = f"{{{DS}}}Transforms"
_TRANSFORM: Final = f"{{{DS}}}Transform"
_DIGEST_METHOD: Final = f"{{{DS}}}DigestMethod"
_DIGEST_VALUE: Final = f"{{{DS}}}DigestValue"
_SIGNATURE_VALUE: Final = f"{{{DS}}}SignatureValue"
_KEY_INFO: Final = f"{{{DS}}}KeyInfo"
_X509_DATA: Final = f"{{{DS}}}X509Data"
_X509_CERTIFICATE: Final = f"{{{DS}}}X509Certificate"
# They describe the certificate that stands beside them and are not read.
_X509_DESCRIPTIONS: Final = frozenset(
    f"{{{DS}}}{name}" for name in ("X509IssuerSerial", "X509SubjectName", "X509SKI")
)
_INCLUSIVE_NAMESPACES: Final = f"{{{EXC_C14N}}}InclusiveNamespaces"


@dataclass(frozen=True, slots=True)
class SignatureForm:
    """A signature whose form was accepted; nothing in it has been believed yet."""

    signature: etree._Element
    signed_info: etree._Element
    signed_info_prefixes: tuple[str, ...]
    signature_method: str
    reference_prefixes: tuple[str, ...]
    digest_method: str
    digest_value: bytes
    signature_value: bytes
    certificate_der: bytes


def read_form(element: etree._Element) -> SignatureForm:
    """Read the signature of an element, or refuse its form.

    The signature must be the second child of the element (right after ``Issuer``), the
    only one anywhere inside it, and refer to the element that holds it.

    Raises
    ------
    SignatureRefused
        With the first rule that is broken.
    """
    _refuse_other_nodes(element)
    signature = _only_signature(element)
    signed_info, value, key_info = _children(
        signature, (_SIGNED_INFO, _SIGNATURE_VALUE, _KEY_INFO), {"Id"}
    )
    c14n, method, reference = _children(
        signed_info, (_CANONICALIZATION_METHOD, _SIGNATURE_METHOD, _REFERENCE), {"Id"}
    )
    transforms, digest_method, digest_value = _children(
        reference, (_TRANSFORMS, _DIGEST_METHOD, _DIGEST_VALUE), {"Id", "URI"}
    )
    _check_target(reference, element)
    return SignatureForm(
        signature=signature,
        signed_info=signed_info,
        signed_info_prefixes=_exclusive_prefixes(c14n),
        signature_method=_algorithm(method, SIGNATURE_METHODS),
        reference_prefixes=_transform_prefixes(transforms),
        digest_method=_algorithm(digest_method, DIGESTS),
        digest_value=_base64(digest_value, set()),
        signature_value=_base64(value, {"Id"}),
        certificate_der=_only_certificate(key_info),
    )


def _refuse_other_nodes(element: etree._Element) -> None:
    kinds = (etree.Comment, etree.ProcessingInstruction, etree.Entity)
    if next(element.iter(*kinds), None) is not None:
        raise _form("a comment, processing instruction or entity inside it")


def _only_signature(element: etree._Element) -> etree._Element:
    signatures = list(element.iter(_SIGNATURE))
    if not signatures:
        raise SignatureRefused(Reason.SIGNATURE_ABSENT, "the element is not signed")
    # SAML 2.0 Core §5.4.2 and the schema: directly after Issuer.
    if len(signatures) > 1 or len(element) < 2 or element[1] is not signatures[0]:
        raise _form("more than one ds:Signature, or one that does not follow Issuer")
    return signatures[0]


def _check_target(reference: etree._Element, element: etree._Element) -> None:
    identifier = element.get("ID", "")
    if not _NC_NAME.fullmatch(identifier):
        raise _form("no ID that is an XML name, on the signed element")
    if reference.get("URI") != f"#{identifier}":
        raise _form("a Reference to something other than the element that holds it")


def _transform_prefixes(transforms: etree._Element) -> tuple[str, ...]:
    enveloped, exclusive = _children(transforms, (_TRANSFORM, _TRANSFORM), set())
    if enveloped.get("Algorithm") != ENVELOPED_SIGNATURE:
        raise _form("a first Transform other than enveloped-signature")
    _children(enveloped, (), {"Algorithm"})
    return _exclusive_prefixes(exclusive)


def _exclusive_prefixes(method: etree._Element) -> tuple[str, ...]:
    if method.get("Algorithm") != EXCLUSIVE_C14N:
        raise _form("a canonicalization other than exclusive without comments")
    if not len(method):
        _children(method, (), {"Algorithm"})
        return ()
    (inclusive,) = _children(method, (_INCLUSIVE_NAMESPACES,), {"Algorithm"})
    _children(inclusive, (), {"PrefixList"})
    return _prefix_list(inclusive.get("PrefixList", ""))


def _prefix_list(text: str) -> tuple[str, ...]:
    prefixes = tuple(text.split())
    if len(prefixes) > MAXIMAL_PREFIXES:
        raise _form(f"a PrefixList of more than {MAXIMAL_PREFIXES} prefixes")
    # `#default` is refused too: canonical form here cannot honour it, no peer sends it.
    if not all(map(_NC_NAME.fullmatch, prefixes)):
        raise _form("a PrefixList with something other than prefixes")
    return prefixes


def _algorithm(method: etree._Element, accepted: Container[str]) -> str:
    # HMACOutputLength and RSA-PSS parameters would be children.
    _children(method, (), {"Algorithm"})
    algorithm = method.get("Algorithm", "")
    if algorithm not in accepted:
        raise SignatureRefused(
            Reason.SIGNATURE_ALGORITHM_REFUSED,
            f"the {_name(method)} of the signature is not one of those "
            "accepted: RSA or ECDSA with SHA-256 or longer",
        )
    return algorithm


def _only_certificate(key_info: etree._Element) -> bytes:
    (data,) = _children(key_info, (_X509_DATA,), {"Id"})
    parts = _plain_children(data, set())
    certificates = [part for part in parts if part.tag == _X509_CERTIFICATE]
    others = {part.tag for part in parts} - {_X509_CERTIFICATE}
    if len(certificates) != 1 or not others <= _X509_DESCRIPTIONS:
        raise _form("a KeyInfo with anything but exactly one X509Certificate")
    return _base64(certificates[0], set())


def _children(
    element: etree._Element, tags: tuple[str, ...], attributes: set[str]
) -> list[etree._Element]:
    """Return the children, which must be exactly these, with nothing between them."""
    children = _plain_children(element, attributes)
    if len(children) != len(tags):
        raise _form(f"too few or too many children in {_name(element)}")
    for child, tag in zip(children, tags, strict=True):
        if child.tag != tag:
            raise _form(f"other children than it should in {_name(element)}")
    return children


def _plain_children(
    element: etree._Element, attributes: set[str]
) -> list[etree._Element]:
    if not attributes.issuperset(element.keys()):
        raise _form(f"an attribute it should not have on {_name(element)}")
    children = list(element)
    _refuse_text(element, element.text)
    for child in children:
        _refuse_text(element, child.tail)
    return children


def _refuse_text(element: etree._Element, text: str | None) -> None:
    if text and text.strip(_BLANKS):
        raise _form(f"text between the children of {_name(element)}")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


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


def _form(what: str) -> SignatureRefused:
    return SignatureRefused(
        Reason.SIGNATURE_FORM_REFUSED, f"the signature has {what}; it is not read"
    )
