"""The one form of signature that service metadata carries, checked before all maths.

The standard leaves nothing to choose: the whole document, enveloped, inclusive
canonical form, RSA with SHA-256, the certificate shown. A general library would follow
a reference to a file and run a stylesheet; it is never shown a signature that is not of
this form.

Spec: OASIS BDX SMP 1.0 §3.6.2 (signature profile) / XML Signature 1.1 §4 / fact sheet
02 §7.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.namespaces import DS
from trust.xmlsignature import SignatureRefused
from trust.xmlsignature.algorithms import ENVELOPED_SIGNATURE, RSA_SHA_256, SHA_256
from trust.xmlsignature.strict_reading import (
    NOTHING,
    base64_of,
    children_of,
    name_of,
    only_certificate,
    wrong_form,
)

INCLUSIVE_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SIGNATURE: Final = f"{{{DS}}}Signature"


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
    signed_info, value, key_info = children_of(
        element, _ds("SignedInfo", "SignatureValue", "KeyInfo"), {"Id"}
    )
    c14n, method, reference = children_of(
        signed_info,
        _ds("CanonicalizationMethod", "SignatureMethod", "Reference"),
        {"Id"},
    )
    _algorithm(c14n, INCLUSIVE_C14N)
    _algorithm(method, RSA_SHA_256)
    transforms, digest_method, digest_value = children_of(
        reference, _ds("Transforms", "DigestMethod", "DigestValue"), {"Id", "URI"}
    )
    if reference.get("URI") != "":
        raise wrong_form("a Reference to something other than the whole document")
    (transform,) = children_of(transforms, _ds("Transform"), NOTHING)
    _algorithm(transform, ENVELOPED_SIGNATURE, Reason.SIGNATURE_FORM_REFUSED)
    _algorithm(digest_method, SHA_256)
    base64_of(value, {"Id"})
    return MetadataSignature(
        element, base64_of(digest_value, NOTHING), only_certificate(key_info)
    )


def _algorithm(
    method: etree._Element,
    accepted: str,
    reason: Reason = Reason.SIGNATURE_ALGORITHM_REFUSED,
) -> None:
    # Parameters (XPath, stylesheets, HMACOutputLength) would be children.
    children_of(method, (), {"Algorithm"})
    if method.get("Algorithm") != accepted:
        raise SignatureRefused(
            reason,
            f"the {name_of(method)} of the signature is not the one of the profile",
        )


def _ds(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{DS}}}{name}" for name in names)
