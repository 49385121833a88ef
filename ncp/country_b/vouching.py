"""Vouching: the assertions by which our country says who its professional is.

Spec: eHDSI SAML profile (Wave 7), HCP identity assertion, next-of-kin assertion.
"""

from __future__ import annotations

from dataclasses import dataclass

from ncp.country_b.services import InitiatingServices
from ncp.country_b.tokens import TokenCall
from ncp.country_b.treatment import SoughtPatient
from trust.assertions import (
    HcpAssertion,
    HealthProfessional,
    build_hcp_assertion,
    read_own_hcp,
)


@dataclass(frozen=True, slots=True)
class Vouching:
    """Makes our assertions, and reads those we made."""

    services: InitiatingServices

    def hcp(self, professional: HealthProfessional) -> bytes:
        """Vouch for a professional whom the national door believed."""
        services = self.services
        return build_hcp_assertion(
            professional,
            country=services.identity.country,
            home_community_id=services.identity.home_community_id,
            key=services.seal,
            now=services.clock.now(),
            lifetime=services.hcp_lifetime,
            assertion_id=services.fresh_ids.uuid(),
        )

    def next_of_kin(
        self,
        professional: HealthProfessional,
        sought: SoughtPatient,
        hcp: HcpAssertion,
    ) -> tuple[bytes, ...]:
        """Vouch for who asks for the patient, where anybody does."""
        if sought.next_of_kin is None:
            return ()
        call = TokenCall(professional.identifier)
        return (self.services.tokens.issue_nok(hcp, sought.next_of_kin, call).data,)

    def read(self, data: bytes) -> HcpAssertion:
        """Read an HCP assertion of ours."""
        services = self.services
        return read_own_hcp(data, key=services.seal, country=services.identity.country)
