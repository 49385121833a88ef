"""The one form of XAdES signature a trust list may have, checked before cryptography.

Two references and no more: one to the list that holds the signature, one to the signed
properties inside it. Both targets are found by their position; an ID only has to agree.
What else KeyInfo and Object hold is not signed over and not read.

Spec: ETSI TS 119 612 §5.7.1, Annex B.1 / ETSI EN 319 132-1 §4.3, §5.2.1, §5.2.2 / XML
Signature 1.1 §4.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.namespaces import DS
from trust.trustlist.fields import base64_bytes, instant, local
from trust.trustlist.namespaces import INCLUSIVE_C14N, SIGNED_PROPERTIES, XADES
from trust.trustlist.reading import ROOT
from trust.xmlsignature import SignatureRefused
from trust.xmlsignature.algorithms import (
    DIGESTS,
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    SIGNATURE_METHODS,
)
from trust.xmlsignature.strict_reading import wrong_form

SHA_1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
MOST_CERTIFICATES: Final = 10
_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference whose target is known by its place."""

    target: etree._Element
    canonicalization: str
    digest_method: str
    digest_value: bytes


@dataclass(frozen=True, slots=True)
class CertificateDigest:
    """Which certificate the signer says is his own, by digest."""

    method: str
    value: bytes


@dataclass(frozen=True, slots=True)
class ListSignature:
    """A signature whose form was accepted; nothing in it has been believed yet."""

    signature: etree._Element
    signed_info: etree._Element
    signature_method: str
    signature_value: bytes
    whole_list: Reference
    properties: Reference
    certificates: tuple[bytes, ...]
    signing_certificate: CertificateDigest
    signing_time: datetime


def read_signature(root: etree._Element) -> ListSignature:
    """Read the signature of a list, or refuse its form.

    Raises
    ------
    SignatureRefused
        With the first rule that is broken.
    """
    signature = _only_signature(root)
    signed_info, value, key_info, wrapper = _exactly(
        signature, _ds("SignedInfo", "SignatureValue", "KeyInfo", "Object")
    )
    method, *references = _signed_info(signed_info)
    properties = _properties(signature, wrapper)
    whole, signed = _told_apart(references)
    signing_time, certificate = _signed_properties(properties)
    return ListSignature(
        signature=signature,
        signed_info=signed_info,
        signature_method=_algorithm(method, SIGNATURE_METHODS),
        signature_value=base64_bytes(value),
        whole_list=_whole_list(whole, root),
        properties=_to_properties(signed, properties),
        certificates=_certificates(key_info),
        signing_certificate=certificate,
        signing_time=signing_time,
    )


def _only_signature(root: etree._Element) -> etree._Element:
    if root.tag != ROOT or root.getparent() is not None:
        raise wrong_form("another place than the root of a trust list")
    found = list(root.iter(f"{{{DS}}}Signature"))
    if not found:
        raise SignatureRefused(Reason.SIGNATURE_ABSENT, "the trust list is not signed")
    # TS 119 612 Annex C: the last child, and there is only one.
    if len(found) > 1 or root[-1] is not found[0]:
        raise wrong_form(
            "more than one ds:Signature, or one that is not the last child"
        )
    return found[0]


# SignedInfo -------------------------------------------------------------------------


def _signed_info(signed_info: etree._Element) -> list[etree._Element]:
    """Return the signature method and the two references."""
    names = ("CanonicalizationMethod", "SignatureMethod", "Reference", "Reference")
    c14n, *rest = _exactly(signed_info, _ds(*names))
    # Inclusive form would hang on what stands around the list.
    if _algorithm_of(c14n) != EXCLUSIVE_C14N:
        raise wrong_form("a canonicalization other than exclusive without comments")
    return rest


def _told_apart(
    references: list[etree._Element],
) -> tuple[etree._Element, etree._Element]:
    signed = [each for each in references if each.get("Type") == SIGNED_PROPERTIES]
    # Seen: the tools of several operators write an empty Type.
    others = [each for each in references if not each.get("Type")]
    if len(signed) != 1 or len(others) != 1:
        raise wrong_form("no two References: to the list and to its SignedProperties")
    return others[0], signed[0]


def _whole_list(reference: etree._Element, root: etree._Element) -> Reference:
    identifier = root.get("Id")
    allowed = {"", *((f"#{identifier}",) if identifier else ())}
    if reference.get("URI") not in allowed:
        raise wrong_form("a Reference to something other than the list that holds it")
    transforms = _transforms(reference)
    if transforms != [ENVELOPED_SIGNATURE, EXCLUSIVE_C14N]:
        raise wrong_form(
            "other Transforms of the list than enveloped-signature and then exclusive "
            "canonicalization"
        )
    return _reference(reference, root, EXCLUSIVE_C14N)


def _to_properties(reference: etree._Element, properties: etree._Element) -> Reference:
    identifier = properties.get("Id")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise wrong_form("a Reference to other SignedProperties than its own")
    transforms = _transforms(reference)
    # No transform means inclusive canonical form (XML Signature 1.1 §4.4.3.2).
    if transforms not in ([EXCLUSIVE_C14N], []):
        raise wrong_form("other Transforms of SignedProperties than canonicalization")
    return _reference(reference, properties, *(transforms or [INCLUSIVE_C14N]))


def _reference(
    reference: etree._Element, target: etree._Element, canonicalization: str
) -> Reference:
    method, value = _elements(reference)[-2:]
    return Reference(
        target, canonicalization, _algorithm(method, DIGESTS), base64_bytes(value)
    )


def _transforms(reference: etree._Element) -> list[str]:
    names = ["DigestMethod", "DigestValue"]
    first = reference[0] if len(reference) else None
    if first is not None and first.tag == f"{{{DS}}}Transforms":
        names.insert(0, "Transforms")
    parts = _exactly(reference, _ds(*names))
    if len(parts) == 2:
        return []
    transforms = _elements(parts[0])
    _exactly(parts[0], _ds(*["Transform"] * len(transforms)))
    return [_algorithm_of(each) for each in transforms]


# KeyInfo ----------------------------------------------------------------------------


def _certificates(key_info: etree._Element) -> tuple[bytes, ...]:
    # A KeyValue beside them is not read: the key is that of a certificate.
    found = key_info.findall(f"{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    if not 1 <= len(found) <= MOST_CERTIFICATES:
        raise wrong_form(f"a KeyInfo without 1 to {MOST_CERTIFICATES} X509Certificates")
    return tuple(map(base64_bytes, found))


# The signed properties --------------------------------------------------------------


def _properties(signature: etree._Element, wrapper: etree._Element) -> etree._Element:
    (qualifying,) = _exactly(wrapper, (_xades("QualifyingProperties"),))
    identifier = signature.get("Id")
    if not identifier or qualifying.get("Target") != f"#{identifier}":
        raise wrong_form("QualifyingProperties of another signature")
    signed = qualifying.findall(_xades("SignedProperties"))
    # Unsigned properties (a timestamp, say) may stand beside them and are not read.
    if len(signed) != 1:
        raise wrong_form("no SignedProperties, or more than one")
    return signed[0]


def _signed_properties(
    properties: etree._Element,
) -> tuple[datetime, CertificateDigest]:
    of_signature = properties.findall(_xades("SignedSignatureProperties"))
    if len(of_signature) != 1:
        raise wrong_form("no SignedSignatureProperties, or more than one")
    times = of_signature[0].findall(_xades("SigningTime"))
    named = [
        each
        for name in ("SigningCertificate", "SigningCertificateV2")
        for each in of_signature[0].findall(_xades(name))
    ]
    if len(times) != 1 or len(named) != 1:
        raise wrong_form("no SigningTime or SigningCertificate, or more than one")
    moment = instant((times[0].text or "").strip(_BLANKS), "SigningTime")
    return moment, _certificate_digest(named[0])


def _certificate_digest(named: etree._Element) -> CertificateDigest:
    certificates = _elements(named)
    digests = named.findall(f"{_xades('Cert')}/{_xades('CertDigest')}")
    if len(certificates) != 1 or len(digests) != 1:
        raise wrong_form("a SigningCertificate with anything but one certificate")
    method, value = _exactly(digests[0], _ds("DigestMethod", "DigestValue"))
    # A SHA-1 only names the certificate here, as half of the lists before 2021 do; the
    # certificate itself is compared whole with those that may sign.
    return CertificateDigest(_algorithm(method, {*DIGESTS, SHA_1}), base64_bytes(value))


# Nodes ------------------------------------------------------------------------------


def _ds(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{DS}}}{name}" for name in names)


def _xades(name: str) -> str:
    return f"{{{XADES}}}{name}"


def _exactly(element: etree._Element, tags: tuple[str, ...]) -> list[etree._Element]:
    """Return the children, which must be exactly these, with nothing between them."""
    found = _elements(element)
    if tuple(child.tag for child in found) != tags:
        raise wrong_form(f"other children than it should in {local(element)}")
    return found


def _elements(element: etree._Element) -> list[etree._Element]:
    texts = [element.text, *(child.tail for child in element)]
    if any(each and each.strip(_BLANKS) for each in texts):
        raise wrong_form(f"text between the children of {local(element)}")
    return list(element)


def _algorithm(method: etree._Element, accepted: Container[str]) -> str:
    algorithm = _algorithm_of(method)
    if algorithm not in accepted:
        raise SignatureRefused(
            Reason.SIGNATURE_ALGORITHM_REFUSED,
            f"the {local(method)} of the signature is not one of those accepted",
        )
    return algorithm


def _algorithm_of(method: etree._Element) -> str:
    # Parameters (XPath, a PrefixList, an HMAC length) would be children.
    if len(method) or set(method.keys()) != {"Algorithm"}:
        raise wrong_form(f"parameters in {local(method)}")
    return method.get("Algorithm", "")
