"""Closed lists of the assertions: kinds, attribute names, roles, permissions.

Spec: eHDSI SAML profile (Wave 7) / OASIS XSPA profile of SAML 2.0 §2.5 / HL7 RBAC
permission catalogue / SAML 2.0 Authentication Context §3.4.
Seen: OpenNCP 9 XSPARole, DefaultPolicyManagerImpl, TwoFactorAuthentication.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AUDIENCE: Final = "urn:ehdsi:assertions.audience:x-border"
SENDER_VOUCHES: Final = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"
ATTRIBUTE_NAME_FORMAT: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
NAME_ID_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
PERMISSION_PREFIX: Final = "urn:oasis:names:tc:xspa:1.0:subject:hl7:permission:"


class AssertionKind(StrEnum):
    """Told apart by ``Issuer/@NameQualifier`` and by nothing else."""

    HCP = "urn:ehdsi:assertions:hcp"
    TRC = "urn:ehdsi:assertions:trc"
    NOK = "urn:ehdsi:assertions:nok"


class AttributeName(StrEnum):
    """``Attribute/@Name`` of the attributes we read or write."""

    HOME_COMMUNITY_ID = "urn:ihe:iti:xca:2010:homeCommunityId"
    # The clinician's name in an HCP assertion, the patient's id in a TRC assertion.
    SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
    ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
    ORGANIZATION = "urn:oasis:names:tc:xspa:1.0:subject:organization"
    ORGANIZATION_ID = "urn:oasis:names:tc:xspa:1.0:subject:organization-id"
    ON_BEHALF_OF = "urn:ehdsi:names:subject:on-behalf-of"
    FACILITY_TYPE = "urn:ehdsi:names:subject:healthcare-facility-type"
    PURPOSE_OF_USE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
    LOCALITY = "urn:oasis:names:tc:xspa:1.0:environment:locality"
    PERMISSION = "urn:oasis:names:tc:xspa:1.0:subject:hl7:permission"
    PRESCRIPTION_ID = "urn:ehdsi:names:document:document-id:prescriptionId"
    DISPENSATION_PIN = "urn:ehdsi:names:document:document-id:dispensationPinCode"
    # Waves 3 to 5 only, beside a structural role.
    FUNCTIONAL_ROLE = "urn:oasis:names:tc:xspa:1.0:subject:functional-role"
    NOK_ID = "urn:ehdsi:names:subject:nextofkin:id"
    NOK_FIRST_NAME = "urn:ehdsi:names:subject:nextofkin:firstname"
    NOK_FAMILY_NAME = "urn:ehdsi:names:subject:nextofkin:familyname"
    NOK_GENDER = "urn:ehdsi:names:subject:nextofkin:gender"
    NOK_BIRTH_DATE = "urn:ehdsi:names:subject:nextofkin:birthdate"
    NOK_STREET = "urn:ehdsi:names:subject:nextofkin:address:street"
    NOK_CITY = "urn:ehdsi:names:subject:nextofkin:address:city"
    NOK_POSTAL_CODE = "urn:ehdsi:names:subject:nextofkin:address:postalcode"
    NOK_COUNTRY = "urn:ehdsi:names:subject:nextofkin:address:country"


FRIENDLY_NAMES: Final = {
    AttributeName.HOME_COMMUNITY_ID: "HCI Identifier",
    AttributeName.SUBJECT_ID: "XSPA Subject",
    AttributeName.ROLE: "XSPA Role",
    AttributeName.ORGANIZATION: "XSPA Organization",
    AttributeName.ORGANIZATION_ID: "XSPA Organization ID",
    AttributeName.ON_BEHALF_OF: "OnBehalfOf",
    AttributeName.FACILITY_TYPE: "eHealth DSI Healthcare Facility Type",
    AttributeName.PURPOSE_OF_USE: "XSPA Purpose Of Use",
    AttributeName.LOCALITY: "XSPA Locality",
    AttributeName.PERMISSION: "Hl7 Permissions",
    AttributeName.PRESCRIPTION_ID: "Prescription ID",
    AttributeName.DISPENSATION_PIN: "Dispensation Pin Code",
    AttributeName.NOK_ID: "NextOfKinId",
    AttributeName.NOK_FIRST_NAME: "NextOfKinFirstName",
    AttributeName.NOK_FAMILY_NAME: "NextOfKinFamilyName",
    AttributeName.NOK_GENDER: "NextOfKinGender",
    AttributeName.NOK_BIRTH_DATE: "NextOfKinBirthDate",
    AttributeName.NOK_STREET: "NextOfKinAddressStreet",
    AttributeName.NOK_CITY: "NextOfKinAddressCity",
    AttributeName.NOK_POSTAL_CODE: "NextOfKinPostalCode",
    AttributeName.NOK_COUNTRY: "NextOfKinAddressCountry",
}


class PurposeOfUse(StrEnum):
    """Why the data are asked for; only ``@code`` is compared, code systems vary."""

    TREATMENT = "TREATMENT"
    EMERGENCY = "EMERGENCY"


class Permission(StrEnum):
    """HL7 permissions that country B asserts for its professional."""

    REVIEW_MEDICAL_HISTORY = "PRD-003"
    REVIEW_EXISTING_ORDERS = "PRD-004"
    REVIEW_VITAL_SIGNS = "PRD-005"
    PATIENT_IDENTIFICATION = "PRD-006"
    REVIEW_MEDICATIONS = "PRD-010"
    REVIEW_PROBLEMS = "PRD-016"
    NEW_CONSENTS = "PPD-032"
    # Emitted by OpenNCP portals, checked by nobody.
    PPD_033 = "PPD-033"
    MEDICATION_ADMINISTRATION_RECORD = "PPD-046"


class FacilityType(StrEnum):
    """Where care takes place; compared without regard to case."""

    HOSPITAL = "Hospital"
    RESIDENT_PHYSICIAN = "Resident Physician"
    PHARMACY = "Pharmacy"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Role:
    """A health professional's role: an ISCO code and its display name."""

    code: str
    display_name: str


ROLES: Final = {
    code: Role(code, display_name)
    for code, display_name in (
        ("221", "Medical Doctors"),
        ("2221", "Nursing professionals"),
        ("2222", "Midwifery professionals"),
        ("2261", "Dentists"),
        ("2262", "Pharmacists"),
        ("2264", "Physiotherapists"),
        ("2265", "Dieticians and nutritionists"),
        ("2266", "Audiologists and speech therapists"),
        ("2267", "Optometrists and ophthalmic opticians"),
        ("2269", "Health professionals not elsewhere classified"),
        ("3211", "Medical imaging and therapeutic equipment technicians"),
        ("3213", "Pharmaceutical technicians and assistants"),
        ("44", "Other Clerical Support Workers"),
    )
}
# A clerk acts for a professional, who has to be named.
CLERICAL: Final = ROLES["44"]

_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PREVIOUS_SESSION: Final = f"{_CLASSES}PreviousSession"
SMARTCARD_PKI: Final = f"{_CLASSES}SmartcardPKI"
# CP-046 asks for two factors. Assumption: plain Smartcard, which the profile's text
# names and OpenNCP's list forgot, belongs to them.
STRONG_AUTHENTICATION: Final = frozenset(
    f"{_CLASSES}{name}"
    for name in (
        "MobileTwoFactorUnregistered",
        "MobileTwoFactorContract",
        "X509",
        "SPKI",
        "Smartcard",
        "SmartcardPKI",
        "SoftwarePKI",
        "TLSClient",
    )
)
