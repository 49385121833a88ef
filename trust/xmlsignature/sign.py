"""Signs an element that is about to be written; the bytes that come out are final.

The element is written in its canonical form: the bytes that are digested are the bytes
that are sent, with the signature put in. The signed form has no ``PrefixList``: our
values carry no prefixes (no ``xsi:type``), and every namespace is declared where it is
used, so that the bytes may be put into any envelope.

Spec: XML Signature 1.1 §3.1 / SAML 2.0 Core §5.4 / eHDSI SAML profile, signature.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from trust.certificates.keys import SigningKey
from trust.namespaces import DS
from trust.xml import Element, write_canonical
from trust.xmlsignature.algorithms import (
    DIGESTS,
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    SHA_256,
    method_for,
    sign_data,
)

_ALGORITHM: Final = "Algorithm"
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)
# Stands in a frame where a value comes; no value has it, for all are ASCII.
_VALUE: Final = "\ue000"


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
        The element has no ID that is an XML name of plain letters, or its first child
        is not one of text alone, or it cannot be written.
    """
    identifier = element.attributes.get("ID", "")
    if not _IDENTIFIER.fullmatch(identifier) or not _begins_with_text(element):
        raise ValueError("an element to be signed needs an ID and a first child")
    canonical = write_canonical(element, prefixes)
    end_of_first = canonical.index(b">", canonical.index(b"</")) + 1
    signature = _signature(
        identifier, _base64(DIGESTS[SHA_256](canonical)), key, prefixes.get(DS, "ds")
    )
    return canonical[:end_of_first] + signature + canonical[end_of_first:]


def _begins_with_text(element: Element) -> bool:
    first = element.children[0] if element.children else None
    return isinstance(first, Element) and set(map(type, first.children)) <= {str}


def _signature(identifier: str, digest: str, key: SigningKey, prefix: str) -> bytes:
    frame, signed_info = _frames(method_for(key.private_key), prefix)
    value = sign_data(key.private_key, _filled(signed_info, identifier, digest))
    shown = _shown(key.certificate)
    return _filled(frame, identifier, digest, _base64(value), shown)


@lru_cache(maxsize=16)  # a gateway has few keys of its own
def _shown(certificate: x509.Certificate) -> str:
    return _base64(certificate.public_bytes(Encoding.DER))


def _filled(frame: tuple[str, ...], *values: str) -> bytes:
    """Put values into a frame; names and base64 need no escaping."""
    first, *others = frame
    pairs = zip(values, others, strict=True)
    return "".join((first, *(part for pair in pairs for part in pair))).encode()


@lru_cache(maxsize=16)
def _frames(method: str, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return Signature, and SignedInfo by itself, in canonical form without values."""
    signed_info = _signed_info(method)
    shown = _ds("X509Data", _ds("X509Certificate", _VALUE))
    signature = _ds(
        "Signature",
        signed_info,
        _ds("SignatureValue", _VALUE),
        _ds("KeyInfo", shown),
    )
    return _frame(signature, prefix), _frame(signed_info, prefix)


def _frame(element: Element, prefix: str) -> tuple[str, ...]:
    return tuple(write_canonical(element, {DS: prefix}).decode().split(_VALUE))


def _signed_info(method: str) -> Element:
    transforms = _ds(
        "Transforms",
        _method("Transform", ENVELOPED_SIGNATURE),
        _method("Transform", EXCLUSIVE_C14N),
    )
    reference = _ds(
        "Reference",
        transforms,
        _method("DigestMethod", SHA_256),
        _ds("DigestValue", _VALUE),
    )
    reference.attributes["URI"] = f"#{_VALUE}"
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
