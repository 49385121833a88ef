"""How much signing an assertion costs, against the bare RSA signature.

The floor is one RSA-2048 signature over a SignedInfo with the key at hand. "Sign" takes
the light nodes of an HCP assertion and gives the signed bytes: digest, SignedInfo,
signature, serialisation. xmlsec and signxml are given the parsed assertion and a loaded
key, and give the signed tree as bytes.
"""

from __future__ import annotations

import copy
import sys

import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from benchmarks.assertion_cast import make_assertions, make_key
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare
from trust.assertions.writing import PREFIXES
from trust.certificates import SigningKey
from trust.namespaces import DS, SAML
from trust.xml import Element
from trust.xmlsignature import sign_enveloped

SIGN = "sign"


def floor(key: SigningKey) -> Candidate:
    private_key = key.private_key
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError("the benchmark signs with RSA")
    data, scheme, digest = bytes(800), padding.PKCS1v15(), hashes.SHA256()
    return Candidate("bare RSA", lambda: private_key.sign(data, scheme, digest))


def light(element: etree._Element) -> Element:
    """Return an assertion as the nodes the writer takes."""
    children: list[Element | str] = [element.text] if element.text else []
    children += [light(child) for child in element if child.tag != f"{{{DS}}}Signature"]
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    return Element(str(element.tag), attributes, [*children])


def with_xmlsec(unsigned: etree._Element, key: SigningKey) -> Candidate:
    pem = key.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    loaded = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    loaded.load_cert_from_memory(
        key.certificate.public_bytes(serialization.Encoding.PEM),
        xmlsec.constants.KeyDataFormatPem,
    )

    def run() -> bytes:
        root = copy.deepcopy(unsigned)
        template, transform = xmlsec.template, xmlsec.constants
        signature = template.create(
            root, transform.TransformExclC14N, transform.TransformRsaSha256, ns="ds"
        )
        root.insert(1, signature)
        reference = template.add_reference(
            signature, transform.TransformSha256, uri=f"#{root.get('ID')}"
        )
        template.add_transform(reference, transform.TransformEnveloped)
        template.add_transform(reference, transform.TransformExclC14N)
        shown = template.add_x509_data(template.ensure_key_info(signature))
        template.x509_data_add_certificate(shown)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = loaded
        context.sign(signature)
        return etree.tostring(root)

    return Candidate("xmlsec", run)


def with_signxml(unsigned: etree._Element, key: SigningKey) -> Candidate:
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )

    def run() -> bytes:
        return etree.tostring(
            signer.sign(
                unsigned,
                key=key.private_key,
                cert=[key.certificate],
                reference_uri=unsigned.get("ID"),
            )
        )

    return Candidate("signxml", run)


def main() -> None:
    key = make_key()
    hcp, _ = make_assertions(key)
    tree = etree.fromstring(hcp)
    element = light(tree)
    signature = tree.find(f"{{{DS}}}Signature")
    if signature is None or element.tag != f"{{{SAML}}}Assertion":
        raise ValueError("the benchmark's own assertion is not signed")
    tree.remove(signature)
    lines = compare(
        "assertion sign",
        floor(key),
        [
            Candidate(SIGN, lambda: sign_enveloped(element, key, PREFIXES)),
            with_xmlsec(tree, key),
            with_signxml(tree, key),
        ],
    )
    conclude(
        [Goal("sign against a bare RSA signature", ratio_of(lines, SIGN), 1.3)],
        sys.argv[1:],
    )


if __name__ == "__main__":
    main()
