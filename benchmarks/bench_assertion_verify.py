"""How much the belief in an assertion costs, against the cryptography it cannot avoid.

The floor is one RSA-2048 verification with a key at hand and the exclusive canonical
forms of the assertion, as it stands in the message, and of its SignedInfo: no parsing,
no digest, no check of anything. The candidates differ in what they are given:

- "in place": the parsed message; no parsing on any side. The strict verifier judges the
  form, looks for other identifiers in the message and reads the signer's certificate
  out of it. The second engine does the same with xmlsec; xmlsec by itself judges none
  of that and has the public key and the identifiers given beforehand.
- "from bytes": the assertion alone as bytes; each parses with its own parser.
- "whole header": the decision on a parsed message with HCP and TRC assertion: header,
  identifiers, both signers (their path judged before and remembered), both signatures,
  all values, all checks, the binding, the evidence.
"""

from __future__ import annotations

import sys

import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from benchmarks.assertion_cast import (
    COUNTRY,
    NOW,
    make_assertions,
    make_key,
    make_message,
)
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, Line, compare
from trust.assertions import AssertionPolicy, SecurityBelief, decide_security_header
from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey, TrustStore
from trust.namespaces import DS, SAML
from trust.xml import SOAP_LIMITS, parse_xml
from trust.xmlsignature import verify_enveloped
from trust.xmlsignature.form import read_form
from trust.xmlsignature.with_xmlsec import verify_with_xmlsec

STRICT = "strict, in place"
STRICT_BYTES = "strict, from bytes"
ENGINE = "second engine (xmlsec), in place"
XMLSEC = "xmlsec by itself, in place"
XMLSEC_BYTES = "xmlsec by itself, from bytes"
SIGNXML = "signxml, in place"
SIGNXML_BYTES = "signxml, from bytes"
WHOLE = "whole header, HCP and TRC"


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def floor(element: etree._Element, key: SigningKey) -> Candidate:
    form = read_form(element)
    public_key = key.private_key.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise TypeError("the benchmark signs with RSA")
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()

    def run() -> None:
        canonical(element)
        signed = canonical(form.signed_info)
        public_key.verify(form.signature_value, signed, scheme, digest)

    return Candidate("RSA and canonical forms", run)


def loaded(key: SigningKey) -> object:
    pem = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)


def xmlsec_in_place(element: etree._Element, key: SigningKey) -> Candidate:
    signature = next(element.iter(f"{{{DS}}}Signature"))
    public_key = loaded(key)
    xmlsec.tree.add_ids(element, ["ID"])

    def run() -> None:
        context = xmlsec.SignatureContext()
        context.key = public_key
        context.verify(signature)

    return Candidate(XMLSEC, run)


def xmlsec_from_bytes(data: bytes, key: SigningKey) -> Candidate:
    public_key = loaded(key)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)

    def run() -> None:
        root = etree.fromstring(data, parser)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = public_key
        context.verify(root.find(f"{{{DS}}}Signature"))

    return Candidate(XMLSEC_BYTES, run)


def with_signxml(name: str, data: bytes | etree._Element, key: SigningKey) -> Candidate:
    config = SignatureConfiguration(location="./", verification_time=NOW)
    return Candidate(
        name,
        lambda: XMLVerifier().verify(
            data,
            x509_cert=key.certificate,
            id_attribute="ID",
            expect_config=config,
        ),
    )


def whole_header(message: etree._Element, key: SigningKey) -> Candidate:
    pin = CertificatePin.of(
        key.certificate, country=COUNTRY, purpose=Purpose.SEAL, label="benchmark"
    )
    trust, policy = TrustStore(PinStore([pin])), AssertionPolicy()

    def run() -> SecurityBelief:
        return decide_security_header(
            message,
            trc_required=True,
            peer_country=COUNTRY,
            pins=trust,
            policy=policy,
            now=NOW,
        )

    if not run().decision.is_accepted:
        raise ValueError("the benchmark's own message is not believed")
    return Candidate(WHOLE, run)


def measure() -> list[Line]:
    key = make_key()
    hcp, trc = make_assertions(key)
    # One message each: xmlsec leaves marks in a tree that it has read.
    first, second, third = (
        next(make_message(hcp, trc).iter(f"{{{SAML}}}Assertion")) for _ in range(3)
    )
    return compare(
        "assertion verify",
        floor(first, key),
        [
            Candidate(STRICT, lambda: verify_enveloped(first)),
            Candidate(ENGINE, lambda: verify_with_xmlsec(second)),
            xmlsec_in_place(third, key),
            with_signxml(SIGNXML, parse_xml(hcp, SOAP_LIMITS), key),
            Candidate(
                STRICT_BYTES, lambda: verify_enveloped(parse_xml(hcp, SOAP_LIMITS))
            ),
            xmlsec_from_bytes(hcp, key),
            with_signxml(SIGNXML_BYTES, hcp, key),
            whole_header(make_message(hcp, trc), key),
        ],
    )


def goals(lines: list[Line]) -> list[Goal]:
    strict, strict_bytes = ratio_of(lines, STRICT), ratio_of(lines, STRICT_BYTES)
    faster = [
        ("the second engine, in place", ratio_of(lines, ENGINE) / strict, 3.0),
        ("signxml, in place", ratio_of(lines, SIGNXML) / strict, 7.0),
        ("signxml, from bytes", ratio_of(lines, SIGNXML_BYTES) / strict_bytes, 7.0),
        ("xmlsec by itself, in place", ratio_of(lines, XMLSEC) / strict, 3.0),
    ]
    return [
        Goal("verify against its floor", strict, 1.5),
        Goal("the whole header against the floor", ratio_of(lines, WHOLE), 4.0),
        *(
            Goal(f"faster than {name}", ratio, bound, at_least=True)
            for name, ratio, bound in faster
        ),
    ]


if __name__ == "__main__":
    conclude(goals(measure()), sys.argv[1:])
