"""Attacks on the signature itself: algorithms, references, transforms, keys.

Spec: XML Signature 1.1 §4, §6, §8 / XML Signature Best Practices (W3C Note, 2013) /
SAML 2.0 Core §5.4.
"""

from __future__ import annotations

import base64
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import (
    append,
    at,
    attribute,
    clark,
    drop,
    drop_attribute,
    insert,
    parsed,
    set_attribute,
    set_text,
    together,
    twice,
)
from conformance.attacks.message import Change, Message, Seal
from conformance.attacks.sealing import (
    ENVELOPED,
    Manner,
    edited,
    hmac_with_certificate,
    nothing,
    resealed,
    rsa_over,
    signature_of,
    unsigned,
)
from trust.certificates import SigningKey
from trust.namespaces import DS, EXC_C14N

_INFO: Final = "ds:Signature/ds:SignedInfo"
_REFERENCE: Final = f"{_INFO}/ds:Reference"
_METHOD: Final = f"{_INFO}/ds:SignatureMethod"
_X509: Final = "ds:Signature/ds:KeyInfo/ds:X509Data"
_KEY_INFO: Final = "ds:Signature/ds:KeyInfo"
_PERMISSION: Final = "urn:oasis:names:tc:xspa:1.0:subject:hl7:permission"
_INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"


def after_signing(change: Change) -> Mutation:
    """Change a sealed HCP assertion and leave its seal."""
    return lambda message: message.with_hcp(edited(message.hcp, change))


def sealed_in(manner: Manner) -> Mutation:
    """Seal the HCP assertion in another manner, with the honest key."""

    def mutate(message: Message) -> Message:
        key = message.ground.seals[Seal.OWN]
        return message.with_hcp(resealed(message.hcp, key, manner=manner))

    return mutate


def stripped(message: Message) -> Message:
    """Take the signature away."""
    return message.with_hcp(unsigned(message.hcp))


def stripped_from_trc(message: Message) -> Message:
    """Take the signature of the TRC assertion away."""
    return message.with_trc(unsigned(message.the_trc))


def other_base64(path: str) -> Change:
    """Change one letter of a base64 text, so that it stays base64."""

    def change(root: etree._Element) -> None:
        element = at(root, path)
        text = element.text or ""
        element.text = ("B" if text[0] == "A" else "A") + text[1:]

    return change


def altered_trc(message: Message) -> Message:
    """Let the treatment be one of an emergency."""
    change = set_attribute(".//hl7:PurposeOfUse", "code", "EMERGENCY")
    return message.with_trc(edited(message.the_trc, change))


def one_more_permission(root: etree._Element) -> None:
    """Give the professional one more permission than was signed."""
    change = append(
        attribute(_PERMISSION), "s:AttributeValue", f"{_PERMISSION}:PPD-046"
    )
    change(root)


def signed_by_another_key(message: Message) -> Message:
    """Sign with a stranger's key and show the honest certificate."""
    seals = message.ground.seals
    data = resealed(message.hcp, seals[Seal.STRANGER])
    change = set_text(f"{_X509}/ds:X509Certificate", shown(seals[Seal.OWN]))
    return message.with_hcp(edited(data, change))


def shown(key: SigningKey) -> str:
    """Return the certificate of a key as KeyInfo carries it."""
    der = key.certificate.public_bytes(Encoding.DER)
    return base64.b64encode(der).decode("ascii")


def two_certificates(message: Message) -> Message:
    """Show a second certificate beside the first."""
    second = shown(message.ground.seals[Seal.STRANGER])
    change = append(_X509, "ds:X509Certificate", second)
    return message.with_hcp(edited(message.hcp, change))


def reference_to_bait(message: Message) -> Message:
    """Let the signature refer to an address, to be fetched by the verifier."""
    return sealed_in(Manner(uri=message.ground.bait))(message)


def retrieval_from_bait(message: Message) -> Message:
    """Let the key be fetched from an address."""
    change = append(_KEY_INFO, "ds:RetrievalMethod", URI=message.ground.bait)
    return message.with_hcp(edited(message.hcp, change))


def reference_by(name: str) -> Mutation:
    """Let the reference name another attribute of the assertion than its ID."""

    def mutate(message: Message) -> Message:
        data = resealed(
            message.hcp,
            message.ground.seals[Seal.OWN],
            set_attribute(".", name, "_other"),
            Manner(uri="#_other"),
        )
        return message.with_hcp(data)

    return mutate


def reference_encoded(message: Message) -> Message:
    """Write the first letter of the reference as a browser would."""
    identifier = str(parsed(message.hcp).get("ID"))
    uri = f"#%{ord(identifier[0]):02X}{identifier[1:]}"
    return sealed_in(Manner(uri=uri))(message)


def reference_to_body(message: Message) -> Message:
    """Let an honest signature cover the Body, and the assertion wear it."""
    data = resealed(
        message.hcp, message.ground.seals[Seal.OWN], manner=Manner(uri="#the-body")
    )
    changed = message.with_hcp(data)
    return changed.bent(lambda root: at(root, "soap:Body").set("Id", "the-body"))


def in_last_place(root: etree._Element) -> None:
    """Move the signature to the end, where no schema has it."""
    root.append(signature_of(root))


def key_value_only(root: etree._Element) -> None:
    """Show a bare key instead of a certificate."""
    info = at(root, _KEY_INFO)
    info.clear()
    value = etree.SubElement(
        etree.SubElement(info, clark("ds:KeyValue")), clark("ds:RSAKeyValue")
    )
    etree.SubElement(value, clark("ds:Modulus")).text = "AQAB"
    etree.SubElement(value, clark("ds:Exponent")).text = "AQAB"


def key_name_only(root: etree._Element) -> None:
    """Name a key instead of showing a certificate."""
    info = at(root, _KEY_INFO)
    info.clear()
    etree.SubElement(info, clark("ds:KeyName")).text = "../../../../etc/passwd"


def flooded_prefixes(root: etree._Element) -> None:
    """List a thousand prefixes to be made canonical."""
    transform = at(root, f"{_REFERENCE}/ds:Transforms/ds:Transform[2]")
    listed = " ".join(f"p{number}" for number in range(1000))
    etree.SubElement(
        transform, f"{{{EXC_C14N}}}InclusiveNamespaces", {"PrefixList": listed}
    )


def junk_behind_certificate(root: etree._Element) -> None:
    """Let bytes follow the certificate, as lenient readers of DER allow."""
    element = at(root, f"{_X509}/ds:X509Certificate")
    der = base64.b64decode(element.text or "")
    element.text = base64.b64encode(der + b"\0" * 8).decode("ascii")


def filtered_by_xpath(root: etree._Element) -> None:
    """Let a transform choose what was signed: nothing."""
    transform = etree.Element(
        clark("ds:Transform"),
        {"Algorithm": "http://www.w3.org/TR/1999/REC-xpath-19991116"},
    )
    etree.SubElement(transform, clark("ds:XPath")).text = "false()"
    at(root, f"{_REFERENCE}/ds:Transforms").insert(1, transform)


def transformed_by_xslt(root: etree._Element) -> None:
    """Let a style sheet run before the digest is taken."""
    xsl = "http://www.w3.org/1999/XSL/Transform"
    transform = etree.Element(
        clark("ds:Transform"),
        {"Algorithm": "http://www.w3.org/TR/1999/REC-xslt-19991116"},
    )
    sheet = etree.SubElement(transform, f"{{{xsl}}}stylesheet", {"version": "1.0"})
    template = etree.SubElement(sheet, f"{{{xsl}}}template", {"match": "/"})
    selected = "document('file:///etc/passwd')"
    etree.SubElement(template, f"{{{xsl}}}copy-of", {"select": selected})
    at(root, f"{_REFERENCE}/ds:Transforms").insert(1, transform)


MUTATIONS: Final[dict[str, Mutation]] = {
    "signature-stripped": stripped,
    "trc-signature-stripped": stripped_from_trc,
    "signature-value-altered": after_signing(
        other_base64("ds:Signature/ds:SignatureValue")
    ),
    "digest-altered": after_signing(other_base64(f"{_REFERENCE}/ds:DigestValue")),
    "content-altered": after_signing(one_more_permission),
    "trc-content-altered": altered_trc,
    "signed-by-another-key": signed_by_another_key,
    "two-signatures": after_signing(twice("ds:Signature")),
    "signature-in-last-place": after_signing(in_last_place),
    "signature-value-huge": after_signing(
        set_text("ds:Signature/ds:SignatureValue", "A" * 1_000_000)
    ),
    # References
    "reference-empty": sealed_in(Manner(uri="")),
    "reference-absent": after_signing(drop_attribute(_REFERENCE, "URI")),
    "reference-to-body": reference_to_body,
    "reference-http": reference_to_bait,
    "reference-file": sealed_in(Manner(uri="file:///etc/hostname")),
    "reference-xpointer": sealed_in(Manner(uri="#xpointer(/)")),
    "reference-by-other-id": reference_by("Id"),
    "reference-by-xml-id": reference_by(_XML_ID),
    "reference-encoded": reference_encoded,
    "reference-of-a-type": after_signing(
        set_attribute(_REFERENCE, "Type", f"{DS}Object")
    ),
    "two-references": after_signing(twice(_REFERENCE)),
    "object-in-signature": after_signing(append("ds:Signature", "ds:Object", "x")),
    "manifest-in-signature": after_signing(append("ds:Signature", "ds:Manifest")),
    # Algorithms
    "hmac-with-certificate": sealed_in(
        Manner(method=f"{_MORE}hmac-sha256", value=hmac_with_certificate)
    ),
    "hmac-truncated": after_signing(
        together(
            set_attribute(_METHOD, "Algorithm", f"{DS}hmac-sha1"),
            append(_METHOD, "ds:HMACOutputLength", "1"),
        )
    ),
    "algorithm-none": sealed_in(Manner(method="none", value=nothing)),
    "signature-sha-1": sealed_in(
        Manner(method=f"{DS}rsa-sha1", value=rsa_over(hashes.SHA1()))  # noqa: S303
    ),
    "signature-md5": sealed_in(
        Manner(method=f"{_MORE}rsa-md5", value=rsa_over(hashes.MD5()))  # noqa: S303
    ),
    "digest-sha-1": sealed_in(Manner(digest=f"{DS}sha1", digest_name="sha1")),
    "digest-md5": sealed_in(Manner(digest=f"{_MORE}md5", digest_name="md5")),
    "method-of-other-key": sealed_in(Manner(method=f"{_MORE}ecdsa-sha256")),
    # Transforms and canonical form
    "transforms-swapped": sealed_in(Manner(transforms=(EXC_C14N, ENVELOPED))),
    "transform-twice": sealed_in(Manner(transforms=(ENVELOPED, EXC_C14N, EXC_C14N))),
    "transform-enveloped-only": sealed_in(Manner(transforms=(ENVELOPED,))),
    "transform-xpath": after_signing(filtered_by_xpath),
    "transform-xslt": after_signing(transformed_by_xslt),
    "transform-base64": sealed_in(
        Manner(transforms=(ENVELOPED, f"{DS}base64", EXC_C14N))
    ),
    "canonical-form-inclusive": sealed_in(Manner(c14n=_INCLUSIVE)),
    "canonical-form-with-comments": sealed_in(Manner(c14n=f"{EXC_C14N}WithComments")),
    "prefix-list-flood": after_signing(flooded_prefixes),
    # Keys
    "key-value-only": after_signing(key_value_only),
    "key-name-only": after_signing(key_name_only),
    "key-retrieval": retrieval_from_bait,
    "two-certificates": two_certificates,
    "two-key-infos": after_signing(twice(_KEY_INFO)),
    "two-certificate-lists": after_signing(twice(_X509)),
    "key-value-besides": after_signing(append(_KEY_INFO, "ds:KeyValue")),
    "management-data": after_signing(insert(_KEY_INFO, 0, "ds:MgmtData", "x")),
    "no-certificate": after_signing(drop(f"{_X509}/ds:X509Certificate")),
    "junk-behind-certificate": after_signing(junk_behind_certificate),
}
"""The mutations of this module by the id of their attack."""
