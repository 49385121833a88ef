"""Who plays in the demo: two countries, a hospital abroad, a doctor.

Luxembourg plays country A with the identifiers it really uses; everybody else is made
up. Nothing here is known to the gateway itself: it all ends in settings files.

Spec: eHDSI home community ids and patient identifier domains, as the settings of
running contact points and their international search masks give them.
"""

from __future__ import annotations

from dataclasses import dataclass

from trust.identifiers import CountryCode, HomeCommunityId, Oid


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the demo's settings describe it."""

    code: CountryCode
    name: str
    organization: str
    home_community_id: HomeCommunityId
    repository_unique_id: Oid
    languages: tuple[str, ...]

    @property
    def audit_source(self) -> str:
        """The name of the country's node in the audit (ISO 3166-2 form)."""
        return f"{self.code}-1"


@dataclass(frozen=True, slots=True)
class Professional:
    """A health professional of country B."""

    identifier: str
    name: str
    role: str
    organization: str
    organization_id: str
    facility_type: str
    locality: str
    permissions: tuple[str, ...]


LUXEMBOURG = Country(
    code=CountryCode("LU"),
    name="Luxembourg",
    organization="Agence eSanté (demonstration)",
    home_community_id=HomeCommunityId("1.3.182.2.12.10000734.6.1"),
    repository_unique_id=Oid("1.3.182.2.12.10000734.6.1"),
    languages=("fr-FR", "de-DE", "en-GB"),
)

PORTUGAL = Country(
    code=CountryCode("PT"),
    name="Portugal",
    organization="SPMS (demonstration)",
    home_community_id=HomeCommunityId("2.16.17.710.820.1000.990.1"),
    repository_unique_id=Oid("2.16.17.710.820.1000.990.1"),
    languages=("pt-PT",),
)

# ISCO 221, with the permissions eHDSI gives a doctor.
DOCTOR = Professional(
    identifier="medico-4711",
    name="Dr Inês Figueira",
    role="221",
    organization="Hospital da Boa Vista",
    organization_id="urn:oid:2.16.17.710.820.1000.990.1.99",
    facility_type="Hospital",
    locality="Hospital da Boa Vista, Lisboa",
    permissions=(
        "PRD-003",
        "PRD-004",
        "PRD-005",
        "PRD-006",
        "PRD-010",
        "PRD-016",
        "PPD-032",
        "PPD-033",
    ),
)

# The Luxembourg matricule (CNS number).
MATRICULE_ROOT = Oid("1.3.182.4.4")
