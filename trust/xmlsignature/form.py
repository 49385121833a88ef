"""The one form of signature we read, checked before any cryptography.

Everything a general XML Signature library would interpret and a trick could use
(further references, objects, other transforms, key values, HMAC lengths, addresses) is
refused here: a signature that passes has no choice left in it.

Spec: XML Signature 1.1 §4 / SAML 2.0 Core §5.4 (one reference to the assertion's ID,
enveloped then exclusive canonicalization) / Exclusive XML Canonicalization 1.0 §4.
"""

from __future__ import annotations

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
from trust.xmlsignature.canonical_form import MAXIMAL_PREFIXES
from trust.xmlsignature.refused import SignatureRefused
from trust.xmlsignature.strict_reading import (
    NOTHING,
    base64_of,
    children_of,
    name_of,
    only_certificate,
    wrong_form,
)

_NC_NAME: Final = re.compile(r"[^\W\d][\w.\-]*")
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
    signed_info, value, key_info = children_of(
        signature, (_SIGNED_INFO, _SIGNATURE_VALUE, _KEY_INFO), {"Id"}
    )
    c14n, method, reference = children_of(
        signed_info, (_CANONICALIZATION_METHOD, _SIGNATURE_METHOD, _REFERENCE), {"Id"}
    )
    transforms, digest_method, digest_value = children_of(
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
        digest_value=base64_of(digest_value, NOTHING),
        signature_value=base64_of(value, {"Id"}),
        certificate_der=only_certificate(key_info),
    )


def _refuse_other_nodes(element: etree._Element) -> None:
    kinds = (etree.Comment, etree.ProcessingInstruction, etree.Entity)
    if next(element.iter(*kinds), None) is not None:
        raise wrong_form("a comment, processing instruction or entity inside it")


def _only_signature(element: etree._Element) -> etree._Element:
    signatures = list(element.iter(_SIGNATURE))
    if not signatures:
        raise SignatureRefused(Reason.SIGNATURE_ABSENT, "the element is not signed")
    # SAML 2.0 Core §5.4.2 and the schema: directly after Issuer.
    if len(signatures) > 1 or len(element) < 2 or element[1] is not signatures[0]:
        raise wrong_form(
            "more than one ds:Signature, or one that does not follow Issuer"
        )
    return signatures[0]


def _check_target(reference: etree._Element, element: etree._Element) -> None:
    identifier = element.get("ID", "")
    if not _NC_NAME.fullmatch(identifier):
        raise wrong_form("no ID that is an XML name, on the signed element")
    if reference.get("URI") != f"#{identifier}":
        raise wrong_form(
            "a Reference to something other than the element that holds it"
        )


def _transform_prefixes(transforms: etree._Element) -> tuple[str, ...]:
    enveloped, exclusive = children_of(transforms, (_TRANSFORM, _TRANSFORM), NOTHING)
    if enveloped.get("Algorithm") != ENVELOPED_SIGNATURE:
        raise wrong_form("a first Transform other than enveloped-signature")
    children_of(enveloped, (), {"Algorithm"})
    return _exclusive_prefixes(exclusive)


def _exclusive_prefixes(method: etree._Element) -> tuple[str, ...]:
    if method.get("Algorithm") != EXCLUSIVE_C14N:
        raise wrong_form("a canonicalization other than exclusive without comments")
    if not len(method):
        children_of(method, (), {"Algorithm"})
        return ()
    (inclusive,) = children_of(method, (_INCLUSIVE_NAMESPACES,), {"Algorithm"})
    children_of(inclusive, (), {"PrefixList"})
    return _prefix_list(inclusive.get("PrefixList", ""))


def _prefix_list(text: str) -> tuple[str, ...]:
    prefixes = tuple(text.split())
    if len(prefixes) > MAXIMAL_PREFIXES:
        raise wrong_form(f"a PrefixList of more than {MAXIMAL_PREFIXES} prefixes")
    # `#default` is refused too: canonical form here cannot honour it, no peer sends it.
    if not all(map(_NC_NAME.fullmatch, prefixes)):
        raise wrong_form("a PrefixList with something other than prefixes")
    return prefixes


def _algorithm(method: etree._Element, accepted: Container[str]) -> str:
    # HMACOutputLength and RSA-PSS parameters would be children.
    children_of(method, (), {"Algorithm"})
    algorithm = method.get("Algorithm", "")
    if algorithm not in accepted:
        raise SignatureRefused(
            Reason.SIGNATURE_ALGORITHM_REFUSED,
            f"the {name_of(method)} of the signature is not one of those "
            "accepted: RSA or ECDSA with SHA-256 or longer",
        )
    return algorithm
