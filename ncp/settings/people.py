"""Who may use the doors of this country, each known by a token."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from ncp.settings.section import Section, Text
from ncp.settings.types import RoleCode, SettingsPath
from trust.assertions.codes import FacilityType, Permission, PurposeOfUse


class ProfessionalSettings(Section):
    """A health professional who may use the national door, known by a token."""

    token_file: SettingsPath
    identifier: Text
    name: Text
    role: RoleCode
    on_behalf_of: RoleCode | None = None
    organization: Text
    organization_id: Text | None = None
    facility_type: FacilityType = FacilityType.HOSPITAL
    locality: Text
    permissions: tuple[Permission, ...] | None = None
    authentication: Text = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    purpose_of_use: PurposeOfUse = PurposeOfUse.TREATMENT


class OperatorRight(StrEnum):
    """What may be done at the operations door."""

    OPERATE = "operate"  # health, figures, other countries and their switches
    SEARCH = "search"  # find audit events (ITI-81)
    REPORT = "report"  # fetch patients' reports of accesses


class OperatorSettings(Section):
    """A person or machine that may use the operations door, known by a token.

    A portal that fetches reports for patients is given the right ``report`` alone.
    """

    name: Text
    token_file: SettingsPath
    rights: tuple[OperatorRight, ...] = Field(
        default=tuple(OperatorRight), min_length=1
    )
