"""Signs an element that is about to be written; the bytes that come out are final.

The signed form has no ``PrefixList``: our values carry no prefixes (no ``xsi:type``),
and every namespace is declared on the element itself, so that the bytes may be put
into any envelope.

Spec: XML Signature 1.1 §3.1 / SAML 2.0 Core §5.4 / eHDSI SAML profile, signature.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from trust.certificates.keys import SigningKey
from trust.namespaces import DS
from trust.xml import SOAP_LIMITS, Element, exclusive_c14n, parse_xml, write_xml
from trust.xmlsignature.algorithms import (
    DIGESTS,
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    SHA_256,
    method_for,
    sign_data,
)

_ALGORITHM: Final = "Algorithm"


def sign_enveloped(
    element: Element, key: SigningKey, prefixes: Mapping[str, str]
) -> bytes:
    """Sign an element and serialise it, signature right after its first child.

    Parameters
    ----------
    element
        The element, with an ``ID`` attribute and ``Issuer`` as its first child.
    prefixes
        Namespace to prefix for the writer, that of XML Signature among them.

    Raises
    ------
    ValueError
        The element has no ID or no first child, or cannot be written.
    """
    identifier = element.attributes.get("ID")
    if not identifier or not element.children:
        raise ValueError("an element to be signed needs an ID and a first child")
    digest = DIGESTS[SHA_256](_canonical(element, prefixes))
    signed_info = _signed_info(identifier, digest, method_for(key.private_key))
    value = sign_data(
        key.private_key, _canonical(signed_info, {DS: prefixes.get(DS, "ds")})
    )
    issuer, *rest = element.children
    signature = _signature(signed_info, value, key.certificate)
    signed = Element(element.tag, element.attributes, [issuer, signature, *rest])
    return write_xml(signed, prefixes, declaration=False)


def _canonical(element: Element, prefixes: Mapping[str, str]) -> bytes:
    data = write_xml(element, prefixes, declaration=False)
    return exclusive_c14n(parse_xml(data, SOAP_LIMITS))


def _signature(
    signed_info: Element, value: bytes, certificate: x509.Certificate
) -> Element:
    der = certificate.public_bytes(Encoding.DER)
    shown = _ds("X509Data", _ds("X509Certificate", _base64(der)))
    return _ds(
        "Signature",
        signed_info,
        _ds("SignatureValue", _base64(value)),
        _ds("KeyInfo", shown),
    )


def _signed_info(identifier: str, digest: bytes, method: str) -> Element:
    transforms = _ds(
        "Transforms",
        _method("Transform", ENVELOPED_SIGNATURE),
        _method("Transform", EXCLUSIVE_C14N),
    )
    reference = _ds(
        "Reference",
        transforms,
        _method("DigestMethod", SHA_256),
        _ds("DigestValue", _base64(digest)),
    )
    reference.attributes["URI"] = f"#{identifier}"
    return _ds(
        "SignedInfo",
        _method("CanonicalizationMethod", EXCLUSIVE_C14N),
        _method("SignatureMethod", method),
        reference,
    )


def _method(name: str, algorithm: str) -> Element:
    return Element(f"{{{DS}}}{name}", {_ALGORITHM: algorithm})


def _ds(name: str, *children: Element | str) -> Element:
    return Element(f"{{{DS}}}{name}", children=list(children))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
