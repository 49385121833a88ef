"""Who takes part in the tests of assertions, and good messages of theirs."""

from __future__ import annotations

import uuid
from datetime import date

from lxml import etree

from tests.trust import pki
from tests.trust.pki import NOW
from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    AssertionPolicy,
    FacilityType,
    HcpAssertion,
    HealthProfessional,
    NextOfKin,
    Permission,
    PurposeOfUse,
    SecurityBelief,
    build_hcp_assertion,
    build_nok_assertion,
    build_trc_assertion,
    decide_security_header,
    read_own_hcp,
)
from trust.certificates import Purpose, SigningKey
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.namespaces import SOAP_12, WSSE
from trust.xml import SOAP_LIMITS, Element, Verbatim, parse_xml, write_xml

DK = CountryCode("DK")
FI = CountryCode("FI")
DK_HOME = HomeCommunityId("1.2.208.176.43210.8.20")
PATIENT = PatientId(Oid("1.3.182.4.4"), "1985051512345")
HCP_ID = uuid.UUID("11111111-2222-4333-8444-555555555555")
TRC_ID = uuid.UUID("66666666-7777-4888-9999-aaaaaaaaaaaa")
NOK_ID = uuid.UUID("bbbbbbbb-cccc-4ddd-8eee-ffffffffffff")
OTHER_HALF = NextOfKin(
    id="kin-1",
    first_name="Freja",
    family_name="Ægir",
    gender="F",
    birth_date=date(1990, 1, 2),
    street="Nyhavn 1",
    city="Copenhagen",
    postal_code="1051",
    country="DK",
)

DOCTOR = HealthProfessional(
    identifier="dr-1",
    name="Kirsten Ægir & <Søn>",
    role=ROLES["221"],
    organization="Rigshospitalet",
    organization_id="urn:hl7ii:1.2.208.176.1.1:1301011",
    facility_type=FacilityType.HOSPITAL,
    locality="Copenhagen",
    permissions=tuple(Permission),
    authentication=SMARTCARD_PKI,
    purpose_of_use=PurposeOfUse.TREATMENT,
)


def hcp_bytes(
    professional=DOCTOR, *, key=None, country=DK, now=NOW, **options
) -> bytes:
    return build_hcp_assertion(
        professional,
        country=country,
        home_community_id=DK_HOME,
        key=key or pki.seal("seal"),
        now=now,
        assertion_id=options.pop("assertion_id", HCP_ID),
        **options,
    )


def own_hcp(data: bytes, *, key=None, country=DK) -> HcpAssertion:
    return read_own_hcp(data, key=key or pki.seal("seal"), country=country)


def trc_bytes(
    hcp: HcpAssertion | None = None, *, key=None, now=NOW, **options
) -> bytes:
    return build_trc_assertion(
        hcp or own_hcp(hcp_bytes()),
        options.pop("patient", PATIENT),
        country=options.pop("country", DK),
        key=key or pki.seal("seal"),
        now=now,
        purpose_of_use=PurposeOfUse.TREATMENT,
        assertion_id=options.pop("assertion_id", TRC_ID),
        **options,
    )


def nok_bytes(person=OTHER_HALF, *, hcp=None, key=None, now=NOW, **options) -> bytes:
    return build_nok_assertion(
        hcp or own_hcp(hcp_bytes()),
        person,
        country=options.pop("country", DK),
        key=key or pki.seal("seal"),
        now=now,
        assertion_id=options.pop("assertion_id", NOK_ID),
        **options,
    )


def envelope_bytes(*assertions: bytes) -> bytes:
    """An envelope that declares many prefixes of its own, as peers do."""
    security = Element(
        f"{{{WSSE}}}Security", children=[Verbatim(each) for each in assertions]
    )
    header = Element(f"{{{SOAP_12}}}Header", children=[security])
    body = Element(f"{{{SOAP_12}}}Body", children=[Element("{urn:hl7-org:v3}Query")])
    root = Element(f"{{{SOAP_12}}}Envelope", children=[header, body])
    prefixes = {
        SOAP_12: "env",
        WSSE: "wsse",
        "urn:hl7-org:v3": "hl7",
        "http://www.w3.org/2001/XMLSchema": "xs",
        "http://www.w3.org/2001/XMLSchema-instance": "xsi",
        "urn:oasis:names:tc:SAML:2.0:assertion": "samlp",
    }
    return write_xml(root, prefixes)


def envelope(*assertions: bytes) -> etree._Element:
    return parse_xml(envelope_bytes(*assertions), SOAP_LIMITS)


def seal_pins(**countries: SigningKey):
    entries = countries or {"DK": pki.seal("seal")}
    return pki.pins(
        *((key.certificate, cc, Purpose.SEAL) for cc, key in entries.items())
    )


def decide(message, *, policy=None, now=NOW, pins=None, **options) -> SecurityBelief:
    if isinstance(message, bytes):
        message = parse_xml(message, SOAP_LIMITS)
    return decide_security_header(
        message,
        trc_required=options.pop("trc_required", True),
        peer_country=options.pop("peer_country", DK),
        pins=pins or seal_pins(),
        policy=policy or AssertionPolicy(),
        now=now,
        **options,
    )
