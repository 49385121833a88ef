"""How much the belief in an assertion costs, against the cryptography it cannot avoid.

The floor is one RSA-2048 verification with a key at hand and the exclusive canonical
forms of the assertion, as it stands in the message, and of its SignedInfo: no parsing,
no digest, no check of anything. The candidates differ in what they are given:

- "in place": the parsed message; nobody parses anything.
- "from bytes": the assertion alone as bytes; each parses with its own parser.
- "whole header": the decision on a parsed message with HCP and TRC assertion: header,
  identifiers, both signers (their path judged before and remembered), both signatures,
  all values, all checks, the binding, the evidence.

What each does with a message whose key comes with it:

- strict: judges the form, looks for the identifier in the whole message, takes the
  certificate out of the signature (known by its bytes if it was shown before, as every
  peer shows its own again) and judges its strength, compares the digest and the value.
- xmlsec, "key from the message": what its documentation does. The names of the
  identifiers are registered, the certificate is taken out of the signature and loaded
  as the key, the signature is verified. Nobody judges form, identifiers or strength.
- xmlsec, "key given": the most favourable form. Identifiers are registered and the key
  is loaded before the clock starts; only the verification itself is measured.
- second engine: our own judgement of form, identifiers and strength, around xmlsec.
- signxml, "key from the message": the certificate is taken out of the signature and
  loaded, and the signature is verified with it, at a place that is told.
- signxml, "key given": the most favourable form. The certificate is loaded and the
  verifier made before the clock starts. Both are given the assertion without the
  message around it, which is in their favour: signxml copies the whole tree.

The goals of speed compare strict with those that take the key from the message, in
place, because that is the work strict does: the certificate of the next message is
another one, and a key that is loaded before the message is there is the key of
somebody who is expected. Every other ratio is printed below the goals.

What the whole decision cannot avoid is printed too, "both floors": the RSA verification
and the canonical forms of both assertions, which is 1.7 to 1.8 times the floor. Of the
rest about a tenth are the digests and the search for identifiers in the whole message;
what is left is Python: two forms of signature, two certificates looked up, two
assertions read and checked value by value, seven decisions with their evidence.

The product calls ``gc.freeze()`` when it has started and so does this program, when all
candidates stand ready.
"""

from __future__ import annotations

import base64
import gc
import sys

import xmlsec
from cryptography import x509
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

ASSERTION = f"{{{SAML}}}Assertion"
CERTIFICATE = f"{{{DS}}}X509Certificate"
STRICT = "strict, in place"
STRICT_BYTES = "strict, from bytes"
ENGINE = "second engine (xmlsec), in place"
XMLSEC = "xmlsec, key from the message, in place"
XMLSEC_GIVEN = "xmlsec, key given, in place"
XMLSEC_BYTES = "xmlsec, key given, from bytes"
SIGNXML = "signxml, key from the message, in place"
SIGNXML_GIVEN = "signxml, key given, in place"
SIGNXML_BYTES = "signxml, key given, from bytes"
WHOLE = "whole header, HCP and TRC"
BOTH_FLOORS = "both floors, HCP and TRC"


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


def both_floors(message: etree._Element, key: SigningKey) -> Candidate:
    first, second = (floor(each, key).run for each in message.iter(ASSERTION))

    def run() -> None:
        first()
        second()

    return Candidate(BOTH_FLOORS, run)


def loaded(key: SigningKey) -> xmlsec.Key:
    pem = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)


def shown_certificate(signature: etree._Element) -> bytes:
    """Take the certificate out of a signature, as anybody would."""
    text = signature.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{CERTIFICATE}")
    return base64.b64decode(text or "")


def xmlsec_with_message_key(element: etree._Element) -> Candidate:
    def run() -> None:
        xmlsec.tree.add_ids(element, ["ID"])
        signature = xmlsec.tree.find_node(element, xmlsec.constants.NodeSignature)
        if signature is None:
            raise ValueError("the benchmark's own assertion is not signed")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(
            shown_certificate(signature), xmlsec.constants.KeyDataFormatCertDer
        )
        context.verify(signature)

    return Candidate(XMLSEC, run)


def xmlsec_with_given_key(element: etree._Element, key: SigningKey) -> Candidate:
    signature = next(element.iter(f"{{{DS}}}Signature"))
    public_key = loaded(key)
    xmlsec.tree.add_ids(element, ["ID"])

    def run() -> None:
        context = xmlsec.SignatureContext()
        context.key = public_key
        context.verify(signature)

    return Candidate(XMLSEC_GIVEN, run)


def xmlsec_from_bytes(data: bytes, key: SigningKey) -> Candidate:
    public_key = loaded(key)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)

    def run() -> None:
        root = etree.fromstring(data, parser)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = public_key
        signature = root.find(f"{{{DS}}}Signature")
        if signature is None:
            raise ValueError("the benchmark's own assertion is not signed")
        context.verify(signature)

    return Candidate(XMLSEC_BYTES, run)


def signxml_with_message_key(element: etree._Element) -> Candidate:
    config = SignatureConfiguration(location="./", verification_time=NOW)

    def run() -> None:
        signature = element.find(f"{{{DS}}}Signature")
        if signature is None:
            raise ValueError("the benchmark's own assertion is not signed")
        XMLVerifier().verify(
            element,
            x509_cert=x509.load_der_x509_certificate(shown_certificate(signature)),
            id_attribute="ID",
            expect_config=config,
        )

    return Candidate(SIGNXML, run)


def signxml_with_given_key(
    name: str, data: bytes | etree._Element, key: SigningKey
) -> Candidate:
    config = SignatureConfiguration(location="./", verification_time=NOW)
    verifier = XMLVerifier()
    return Candidate(
        name,
        lambda: verifier.verify(
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
    first, second, third, fourth = (
        next(make_message(hcp, trc).iter(ASSERTION)) for _ in range(4)
    )
    alone = parse_xml(hcp, SOAP_LIMITS)
    candidates = [
        Candidate(STRICT, lambda: verify_enveloped(first)),
        Candidate(ENGINE, lambda: verify_with_xmlsec(second)),
        xmlsec_with_message_key(third),
        xmlsec_with_given_key(fourth, key),
        signxml_with_message_key(alone),
        signxml_with_given_key(SIGNXML_GIVEN, alone, key),
        Candidate(STRICT_BYTES, lambda: verify_enveloped(parse_xml(hcp, SOAP_LIMITS))),
        xmlsec_from_bytes(hcp, key),
        signxml_with_given_key(SIGNXML_BYTES, hcp, key),
        whole_header(make_message(hcp, trc), key),
        both_floors(make_message(hcp, trc), key),
    ]
    gc.collect()
    gc.freeze()
    return compare("assertion verify", floor(first, key), candidates)


def goals(lines: list[Line]) -> list[Goal]:
    strict = ratio_of(lines, STRICT)
    return [
        Goal("verify against its floor", strict, 1.5),
        Goal("the whole header against the floor", ratio_of(lines, WHOLE), 4.0),
        *(
            Goal(f"faster than {name}", ratio_of(lines, name) / strict, bound, True)
            for name, bound in ((XMLSEC, 3.0), (SIGNXML, 7.0))
        ),
    ]


def print_others(lines: list[Line]) -> None:
    """Print how much faster strict is than those that no goal is about."""
    strict, strict_bytes = ratio_of(lines, STRICT), ratio_of(lines, STRICT_BYTES)
    pairs = [(name, strict) for name in (ENGINE, XMLSEC_GIVEN, SIGNXML_GIVEN)]
    pairs += [(name, strict_bytes) for name in (XMLSEC_BYTES, SIGNXML_BYTES)]
    print("no goals, strict is faster than:")
    for name, own in pairs:
        print(f"  {name}: {ratio_of(lines, name) / own:.2f} times")
    whole = ratio_of(lines, WHOLE) / ratio_of(lines, BOTH_FLOORS)
    print(f"no goal, the whole header against both floors: {whole:.2f}")


def main() -> None:
    lines = measure()
    print_others(lines)
    conclude(goals(lines), sys.argv[1:])


if __name__ == "__main__":
    main()
