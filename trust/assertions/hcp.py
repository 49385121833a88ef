"""The HCP identity assertion: a professional, vouched for by country B.

Spec: eHDSI SAML profile (Wave 7), HCP identity assertion / IHE ITI TF-2 §3.40 (XUA) /
OASIS XSPA profile of SAML 2.0 §2.5.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from trust.assertions.attributes import Attributes, read_purpose_of_use
from trust.assertions.checks import check_hcp
from trust.assertions.codes import (
    CLERICAL,
    NAME_ID_UNSPECIFIED,
    PERMISSION_PREFIX,
    ROLES,
    AssertionKind,
    AttributeName,
    FacilityType,
    Permission,
    Role,
)
from trust.assertions.layout import Layouts, id_place, instant_place, text_place
from trust.assertions.model import HcpAssertion, HealthProfessional
from trust.assertions.old_forms import old_professional_role, old_role
from trust.assertions.own import verify_own
from trust.assertions.policy import HCP_LIFETIME, AssertionPolicy
from trust.assertions.reading import Content, Steps
from trust.assertions.refused import AssertionRefused, invalid, missing
from trust.assertions.writing import (
    PREFIXES,
    Frame,
    attribute,
    purpose_of_use_value,
    role_value,
    write_assertion,
)
from trust.certificates import SigningKey
from trust.decision import Reason
from trust.identifiers import CountryCode, HomeCommunityId, IdentifierError
from trust.namespaces import HL7
from trust.oids import ISCO
from trust.xml import Element
from trust.xmlsignature import VerifiedElement, sign_enveloped

_ROLE: Final = f"{{{HL7}}}Role"
_FACILITY_TYPES: Final = {kind.casefold(): kind for kind in FacilityType}
_PERMISSIONS: Final = {
    f"{PERMISSION_PREFIX}{permission}": permission for permission in Permission
}


def build_hcp_assertion(
    professional: HealthProfessional,
    *,
    country: CountryCode,
    home_community_id: HomeCommunityId,
    key: SigningKey,
    now: datetime,
    lifetime: timedelta = HCP_LIFETIME,
    assertion_id: uuid.UUID,
) -> bytes:
    """Vouch for a professional; what we would refuse ourselves is not issued.

    Raises
    ------
    AssertionRefused
        The professional's data would not be believed: a blank name, weak
        authentication, too long a lifetime.
    ValueError
        A text cannot be written in XML.
    """
    frame = Frame(
        kind=AssertionKind.HCP,
        assertion_id=assertion_id,
        issuer=f"urn:idp:{country}:countryB",
        name_id=professional.identifier,
        name_id_format=NAME_ID_UNSPECIFIED,
        issued=now,
        not_before=now,
        not_on_or_after=now + lifetime,
        authentication=professional.authentication,
    )
    element = write_assertion(frame, _attributes(professional, home_community_id))
    data = sign_enveloped(element, key, PREFIXES)
    check_hcp(read_own_hcp(data, key=key, country=country), AssertionPolicy(), now)
    return data


def read_own_hcp(data: bytes, *, key: SigningKey, country: CountryCode) -> HcpAssertion:
    """Read an assertion that this gateway sealed itself, with this key.

    Raises
    ------
    TrustRefused
        It was altered, or sealed with another key.
    """
    return read_hcp(verify_own(data, key), country)


def read_hcp(
    verified: VerifiedElement,
    signer_country: CountryCode,
    *,
    accept_old_forms: bool = False,
) -> HcpAssertion:
    """Read what a verified HCP assertion says.

    Parameters
    ----------
    signer_country
        The country for which the certificate of the signature is pinned.
    accept_old_forms
        Whether forms of before XUA revision 19 are read; each is noted.

    Raises
    ------
    AssertionRefused
        A part is absent or invalid, the role or purpose of use unknown.
    """
    return _LAYOUTS.read(verified, signer_country, accept_old_forms=accept_old_forms)


def _read_content(content: Content) -> HcpAssertion:
    attributes = content.attributes
    role = _read_role(attributes)
    return HcpAssertion(
        **content.frame,
        sp_provided_id=content.sp_provided_id,
        subject_name=attributes.required(AttributeName.SUBJECT_ID),
        role=role,
        organization=attributes.optional(AttributeName.ORGANIZATION),
        organization_id=attributes.optional(AttributeName.ORGANIZATION_ID),
        on_behalf_of=_read_on_behalf_of(attributes, role),
        facility_type=_read_facility_type(attributes),
        locality=attributes.required(AttributeName.LOCALITY),
        purpose_of_use=read_purpose_of_use(attributes),
        permissions=_read_permissions(attributes),
        home_community_id=_read_home_community(attributes),
        # At last: reading notes them.
        old_forms=content.old_forms,
    )


_LAYOUTS: Final = Layouts(
    Steps(AssertionKind.HCP, _read_content),
    id_place("id"),
    instant_place("issue_instant", "IssueInstant"),
    text_place("name_id", "NameID"),
    instant_place("not_before", "NotBefore"),
    instant_place("not_on_or_after", "NotOnOrAfter"),
    instant_place("authn_instant", "AuthnInstant"),
    text_place("subject_name", f'"{AttributeName.SUBJECT_ID}"', "AttributeValue"),
)


def _attributes(
    professional: HealthProfessional, home_community_id: HomeCommunityId
) -> list[Element]:
    permissions = [f"{PERMISSION_PREFIX}{each}" for each in professional.permissions]
    found = [
        attribute(AttributeName.HOME_COMMUNITY_ID, home_community_id.urn),
        attribute(AttributeName.SUBJECT_ID, professional.name),
        attribute(AttributeName.ROLE, role_value(professional.role)),
        attribute(AttributeName.ORGANIZATION, professional.organization),
        attribute(AttributeName.FACILITY_TYPE, professional.facility_type),
        attribute(
            AttributeName.PURPOSE_OF_USE,
            purpose_of_use_value(professional.purpose_of_use),
        ),
        attribute(AttributeName.LOCALITY, professional.locality),
        attribute(AttributeName.PERMISSION, *permissions),
    ]
    if professional.organization_id is not None:
        organization = professional.organization_id
        found.insert(4, attribute(AttributeName.ORGANIZATION_ID, organization))
    if professional.on_behalf_of is not None:
        principal = professional.on_behalf_of.code
        found.append(attribute(AttributeName.ON_BEHALF_OF, principal))
    return found


def _read_role(attributes: Attributes) -> Role:
    text = attributes.old_text(AttributeName.ROLE)
    if text is not None:
        return _read_old_role(attributes, text)
    element = attributes.coded(AttributeName.ROLE, _ROLE)
    role = ROLES.get(element.get("code", ""))
    # Seen: OpenNCP compares code and displayName at ITI-55; other attributes vary.
    display_name = element.get("displayName")
    known = role is not None and element.get("codeSystem", ISCO) == ISCO
    if role is None or not known:
        raise _unknown_role("is not an ISCO code of the list")
    if display_name is not None and not _same_words(display_name, role.display_name):
        raise _unknown_role("has a code and a displayName that contradict each other")
    return role


def _read_old_role(attributes: Attributes, text: str) -> Role:
    functional = attributes.old_text(AttributeName.FUNCTIONAL_ROLE)
    role = old_professional_role(text, functional)
    if role is None:
        raise _unknown_role("is a text that is not of the old lists")
    attributes.old_forms.append(f"the role is a text, read as ISCO {role.code}")
    return role


def _read_on_behalf_of(attributes: Attributes, role: Role) -> Role | None:
    principal = _read_principal(attributes)
    # Assumption: the profile means clerks, of whom OpenNCP's check no longer knows; a
    # clerk on behalf of a clerk names nobody who would answer for it.
    if role == CLERICAL and principal in {None, CLERICAL}:
        raise missing("professional role in on-behalf-of, which a clerical role needs")
    return principal


def _read_principal(attributes: Attributes) -> Role | None:
    text = attributes.optional(AttributeName.ON_BEHALF_OF)
    if text is None or text in ROLES:
        return ROLES.get(text or "")
    if attributes.old_text(AttributeName.ON_BEHALF_OF) is None:
        return None
    principal = old_role(text)
    if principal is not None:
        attributes.old_forms.append(
            f"on-behalf-of is a text, read as ISCO {principal.code}"
        )
    return principal


def _read_facility_type(attributes: Attributes) -> FacilityType:
    text = attributes.required(AttributeName.FACILITY_TYPE)
    facility_type = _FACILITY_TYPES.get(text.casefold())
    if facility_type is None:
        raise invalid("a healthcare-facility-type that is not one of the list")
    return facility_type


def _read_permissions(attributes: Attributes) -> tuple[Permission, ...]:
    # An unknown permission grants nothing, so it need not be refused.
    values = attributes.every(AttributeName.PERMISSION)
    return tuple(_PERMISSIONS[value] for value in values if value in _PERMISSIONS)


def _read_home_community(attributes: Attributes) -> HomeCommunityId | None:
    text = attributes.optional(AttributeName.HOME_COMMUNITY_ID)
    if text is None:
        return None
    try:
        return HomeCommunityId.parse(text)
    except IdentifierError:
        raise invalid("a homeCommunityId that is no OID") from None


def _same_words(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _unknown_role(how: str) -> AssertionRefused:
    return AssertionRefused(Reason.ROLE_UNKNOWN, f"the professional's role {how}")
