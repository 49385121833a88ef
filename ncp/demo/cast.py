"""Who plays in the demo: the countries, a hospital at home and abroad, two doctors.

Luxembourg plays country A with the identifiers it really uses; everybody else is made
up. Nothing here is known to the gateway itself: it all ends in settings files.

Spec: eHDSI home community ids and patient identifier domains, as the settings of
running contact points and their international search masks give them.
"""

from __future__ import annotations

from dataclasses import dataclass

from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId


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
class Abroad:
    """A simulated country: whose program it plays, and how it is found.

    Attributes
    ----------
    dialect
        What ``ncp-conformance simulate`` calls the program.
    is_published
        Whether the directory knows it; another is written in the settings.
    access_code
        What stands behind the identifier of a patient there.
    """

    country: Country
    dialect: str
    program: str
    is_published: bool
    access_code: str = ""
    documents_per_request: int = 1

    def patient(self, name: str) -> PatientId:
        """Return a patient of the simulator by the name that decides its answers."""
        return PatientId(
            Oid(self.country.home_community_id), f"{name}{self.access_code}"
        )


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

DOCTOR_AT_HOME = Professional(
    identifier="medecin-0815",
    name="Dr Claire Wagner",
    role="221",
    organization="Hôpital de démonstration",
    organization_id="urn:oid:1.3.182.2.12.10000734.6.1.99",
    facility_type="Hospital",
    locality="Hôpital de démonstration, Luxembourg",
    permissions=DOCTOR.permissions,
)

# ISCO 2262, with the permissions eHDSI gives a pharmacist.
_DISPENSES = ("PRD-004", "PRD-006", "PRD-010", "PPD-046")
PHARMACIST = Professional(
    identifier="farmaceutica-12",
    name="Rita Monteiro",
    role="2262",
    organization="Farmácia do Bairro",
    organization_id="urn:oid:2.16.17.710.820.1000.990.1.77",
    facility_type="Pharmacy",
    locality="Lisboa",
    permissions=_DISPENSES,
)
PHARMACIST_AT_HOME = Professional(
    identifier="pharmacien-17",
    name="Marc Reuter",
    role="2262",
    organization="Pharmacie du Pont",
    organization_id="urn:oid:1.3.182.2.12.10000734.6.1.77",
    facility_type="Pharmacy",
    locality="Luxembourg",
    permissions=_DISPENSES,
)


def _simulated(letters: str, number: int) -> Country:
    """Describe a country that nobody has, under the arc of examples (ITU-T X.660)."""
    home = f"2.999.1.{number}"
    return Country(
        code=CountryCode(letters),
        name=f"Country {letters}",
        organization=f"Simulated contact point {letters}",
        home_community_id=HomeCommunityId(home),
        repository_unique_id=Oid(home),
        languages=("en-GB",),
    )


ABROAD = (
    Abroad(_simulated("XA", 1), "openncp-old", "OpenNCP up to 7", is_published=True),
    Abroad(_simulated("XB", 2), "openncp-new", "OpenNCP 8 and 9", is_published=True),
    Abroad(
        _simulated("XC", 3),
        "gematik",
        "gematik's contact point",
        is_published=False,
        access_code="|ABC123",
        documents_per_request=2,
    ),
)

# The Luxembourg matricule (CNS number).
MATRICULE_ROOT = Oid("1.3.182.4.4")
