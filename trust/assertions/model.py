"""The assertions as values: what a verified HCP, TRC or next-of-kin assertion says.

Names and identifiers of persons stay out of ``repr``, and so out of logs.

``old_forms`` says which parts were read in a form of before XUA revision 19.

Spec: eHDSI SAML profile (Wave 7), HCP identity, TRC and next-of-kin assertion / SAML
2.0 Core §2.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography import x509

from trust.assertions.codes import (
    FacilityType,
    Permission,
    PurposeOfUse,
    Role,
)
from trust.identifiers import CountryCode, HomeCommunityId, PatientId


@dataclass(frozen=True, slots=True)
class HealthProfessional:
    """Who asks, as country B's own systems know the person.

    ``authentication`` is the authentication context class of the log-in;
    ``on_behalf_of`` is needed where the role is clerical.
    """

    identifier: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    organization: str
    organization_id: str | None
    facility_type: FacilityType
    locality: str
    permissions: tuple[Permission, ...]
    authentication: str
    purpose_of_use: PurposeOfUse
    on_behalf_of: Role | None = None


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What all kinds of assertion say around their attributes.

    ``issuer_country`` is what the issuer's name states, or None where it states none;
    ``signer_country`` is that of the pinned certificate. ``audiences`` has one set per
    restriction: each must be met (SAML 2.0 Core §2.5.1.4).
    """

    id: str
    issuer: str
    issuer_country: CountryCode | None
    issue_instant: datetime
    name_id: str = field(repr=False)
    name_id_format: str
    not_before: datetime
    not_on_or_after: datetime
    authn_instant: datetime
    authentication: str
    audiences: tuple[frozenset[str], ...]
    confirmation_method: str
    signer: x509.Certificate = field(repr=False)
    signer_country: CountryCode
    old_forms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HcpAssertion(Assertion):
    """A health professional's identity, as country B vouches for it."""

    sp_provided_id: str | None = field(repr=False)
    subject_name: str = field(repr=False)
    role: Role
    organization: str | None
    organization_id: str | None
    on_behalf_of: Role | None
    facility_type: FacilityType
    locality: str
    purpose_of_use: PurposeOfUse
    permissions: tuple[Permission, ...]
    home_community_id: HomeCommunityId | None


@dataclass(frozen=True, kw_only=True)
class DerivedAssertion(Assertion):
    """What was issued on the strength of an HCP assertion, and refers to it."""

    hcp_assertion_id: str


@dataclass(frozen=True, kw_only=True)
class TrcAssertion(DerivedAssertion):
    """A treatment relationship between that professional and one patient."""

    patient: PatientId = field(repr=False)
    purpose_of_use: PurposeOfUse
    prescription_id: str | None = field(repr=False)
    dispensation_pin: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class NextOfKin:
    """A person who speaks for the patient; all but the identifier may be unknown."""

    id: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    street: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class NokAssertion(DerivedAssertion):
    """A next of kin of the patient, as the same country vouches for the person."""

    next_of_kin: NextOfKin
