"""How much the belief in an assertion costs, against the cryptography it cannot avoid.

The floor is one RSA-2048 verification and the canonical forms of the assertion and of
its SignedInfo. Two other implementations are measured beside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from benchmarks.harness import Candidate, compare
from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    AssertionPolicy,
    FacilityType,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    SecurityBelief,
    build_hcp_assertion,
    build_trc_assertion,
    decide_security_header,
    read_own_hcp,
)
from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.namespaces import DS, SAML, SOAP_12, WSSE
from trust.xml import (
    SOAP_LIMITS,
    Element,
    Verbatim,
    exclusive_c14n,
    parse_xml,
    write_xml,
)
from trust.xmlsignature import verify_enveloped
from trust.xmlsignature.form import read_form

NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
COUNTRY = CountryCode("DK")
DOCTOR = HealthProfessional(
    identifier="dr-1",
    name="Kirsten Sample",
    role=ROLES["221"],
    organization="Sample Hospital",
    organization_id=None,
    facility_type=FacilityType.HOSPITAL,
    locality="Copenhagen",
    permissions=tuple(Permission),
    authentication=SMARTCARD_PKI,
    purpose_of_use=PurposeOfUse.TREATMENT,
)


def make_key() -> SigningKey:
    private_key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "seal")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .sign(private_key, hashes.SHA256())
    )
    return SigningKey(private_key, certificate)


def make_assertions(key: SigningKey) -> tuple[bytes, bytes]:
    hcp = build_hcp_assertion(
        DOCTOR,
        country=COUNTRY,
        home_community_id=HomeCommunityId("1.2.3"),
        key=key,
        now=NOW,
        assertion_id=uuid.uuid4(),
    )
    trc = build_trc_assertion(
        read_own_hcp(hcp, key=key, country=COUNTRY),
        PatientId(Oid("1.2.3"), "sample"),
        country=COUNTRY,
        key=key,
        now=NOW,
        purpose_of_use=PurposeOfUse.TREATMENT,
        assertion_id=uuid.uuid4(),
    )
    return hcp, trc


def make_message(*assertions: bytes) -> etree._Element:
    security = Element(
        f"{{{WSSE}}}Security", children=[Verbatim(each) for each in assertions]
    )
    header = Element(f"{{{SOAP_12}}}Header", children=[security])
    root = Element(
        f"{{{SOAP_12}}}Envelope",
        children=[header, Element(f"{{{SOAP_12}}}Body")],
    )
    return parse_xml(write_xml(root, {SOAP_12: "env", WSSE: "wsse"}), SOAP_LIMITS)


def floor(element: etree._Element, key: SigningKey) -> Candidate:
    form = read_form(element)
    public_key = key.private_key.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise TypeError("the benchmark signs with RSA")

    def run() -> None:
        hashlib.sha256(exclusive_c14n(element)).digest()
        signed = exclusive_c14n(form.signed_info)
        scheme = padding.PKCS1v15()
        public_key.verify(form.signature_value, signed, scheme, hashes.SHA256())

    return Candidate("RSA and canonical forms", run)


def with_xmlsec(element: etree._Element, key: SigningKey) -> Candidate:
    signature = next(element.iter(f"{{{DS}}}Signature"))
    pem = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    public_key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    xmlsec.tree.add_ids(element, ["ID"])

    def run() -> None:
        context = xmlsec.SignatureContext()
        context.key = public_key
        context.verify(signature)

    return Candidate("xmlsec, in place", run)


def with_signxml(data: bytes, key: SigningKey) -> Candidate:
    config = SignatureConfiguration(location="./", verification_time=NOW)
    return Candidate(
        "signxml, with parsing",
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
    pins, policy = PinStore([pin]), AssertionPolicy()

    def run() -> SecurityBelief:
        return decide_security_header(
            message,
            trc_required=True,
            peer_country=COUNTRY,
            pins=pins,
            policy=policy,
            now=NOW,
        )

    if not run().decision.is_accepted:
        raise ValueError("the benchmark's own message is not believed")
    return Candidate("the whole header, HCP and TRC", run)


def main() -> None:
    key = make_key()
    hcp, trc = make_assertions(key)
    message = make_message(hcp, trc)
    element = next(message.iter(f"{{{SAML}}}Assertion"))
    compare(
        "assertion verify",
        floor(element, key),
        [
            Candidate("strict verifier", lambda: verify_enveloped(element)),
            with_xmlsec(element, key),
            with_signxml(hcp, key),
            whole_header(message, key),
        ],
    )


if __name__ == "__main__":
    main()
