"""Who takes part in the benchmarks of assertions, and a message of theirs."""

from __future__ import annotations

import datetime as dt
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    FacilityType,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    build_hcp_assertion,
    build_trc_assertion,
    read_own_hcp,
)
from trust.certificates import SigningKey
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.namespaces import SOAP_12, WSSE
from trust.xml import SOAP_LIMITS, Element, Verbatim, parse_xml, write_xml

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
