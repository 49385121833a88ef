"""The assertions a simulated country B sends, as each family writes them.

They are signed by a signer that shares nothing with a gateway's own.

Spec: eHDSI SAML profile (Wave 7), HCP identity and TRC assertion.
Seen: OpenNCP types its values (``xsi:type="xsd:string"``, so its signatures carry a
``PrefixList``); Denmark's test tool leaves the audience out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.attacks.sealing import Manner as SealManner
from conformance.attacks.sealing import sealed
from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.soap import Body, fill, part_of
from conformance.simulators.templates import write_filled
from trust.assertions import AUDIENCE, SMARTCARD_PKI, AssertionKind, AttributeName
from trust.certificates import SigningKey
from trust.identifiers import CountryCode, HomeCommunityId, PatientId

_PERMISSION: Final = "urn:oasis:names:tc:xspa:1.0:subject:hl7:permission:"
_PREVIOUS_SESSION: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession"
_LIFETIME: Final = timedelta(hours=1)
_FOLDER: Final = "common"


@dataclass(frozen=True, slots=True)
class Professional:
    """Who asks, and what for; ``role`` is an ISCO code with its display name."""

    identifier: str = field(default="KIT-DOCTOR", repr=False)
    name: str = field(default="Kim Specimen", repr=False)
    role: tuple[str, str] = ("221", "Medical Doctors")
    organization: str = "Simulated hospital"
    organization_id: str = "urn:oid:2.999.3"
    locality: str = "Simulated hospital, Sampleton"
    purpose: str = "TREATMENT"
    permissions: tuple[str, ...] = (
        "PRD-003",
        "PRD-004",
        "PRD-005",
        "PRD-006",
        "PRD-010",
        "PRD-016",
        "PPD-046",
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed assertion and its ID."""

    id: str
    data: bytes = field(repr=False)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Country B's own identity, which vouches for its professionals by its clock."""

    dialect: Dialect
    country: CountryCode
    home: HomeCommunityId
    seal: SigningKey
    professional: Professional = Professional()
    clock: Callable[[], datetime] = _now

    def hcp(self) -> Sealed:
        """Vouch for the professional."""
        who = self.professional
        code, display = who.role
        permissions = [f"{_PERMISSION}{each}" for each in who.permissions]
        attributes = [
            self._text(AttributeName.HOME_COMMUNITY_ID, self.home.urn),
            self._text(AttributeName.SUBJECT_ID, who.name),
            _coded(AttributeName.ROLE, "attribute-role", code=code, display=display),
            self._text(AttributeName.ORGANIZATION, who.organization),
            self._text(AttributeName.ORGANIZATION_ID, who.organization_id),
            self._text(AttributeName.FACILITY_TYPE, "Hospital"),
            self._purpose(),
            self._text(AttributeName.LOCALITY, who.locality),
            self._text(AttributeName.PERMISSION, *permissions),
        ]
        issuer = f"urn:idp:{self.country}:countryB"
        return self._sealed(AssertionKind.HCP, issuer, SMARTCARD_PKI, "", attributes)

    def trc(
        self, hcp: Sealed, patient: PatientId, prescription: str = "", pin: str = ""
    ) -> Sealed:
        """Vouch for the treatment of a patient by the professional of ``hcp``.

        ``prescription`` and ``pin`` are what a pharmacy was shown.
        """
        shown = {
            AttributeName.PRESCRIPTION_ID: prescription,
            AttributeName.DISPENSATION_PIN: pin,
        }
        attributes = [
            self._text(AttributeName.SUBJECT_ID, patient.cx),
            self._purpose(),
            *(self._text(name, value) for name, value in shown.items() if value),
        ]
        issuer = f"urn:initgw:{self.country}:countryB"
        return self._sealed(
            AssertionKind.TRC, issuer, _PREVIOUS_SESSION, hcp.id, attributes
        )

    def _purpose(self) -> Body:
        code = self.professional.purpose
        told = {"code": code, "display": code.capitalize()}
        return _coded(AttributeName.PURPOSE_OF_USE, "attribute-purpose", **told)

    def _text(self, name: AttributeName, *values: str) -> Body:
        is_typed = MANNERS[self.dialect].typed_values
        kind = "xsd:string" if is_typed else None
        filled = [fill(_FOLDER, "attribute-value", value=v, type=kind) for v in values]
        return _attribute(name, *filled)

    def _sealed(
        self,
        kind: AssertionKind,
        issuer: str,
        authentication: str,
        advice: str,
        attributes: list[Body],
    ) -> Sealed:
        now = self.clock()
        own = f"_{uuid.uuid4()}"
        values = {
            "id": own,
            "kind": kind,
            "issuer": issuer,
            "name_id": self.professional.identifier,
            "now": _instant(now),
            "until": _instant(now + _LIFETIME),
            "audience": "" if self.dialect is Dialect.OPENNCP_OLD else AUDIENCE,
            "advice": advice,
            "authentication": authentication,
            "attributes": [each.element for each in attributes],
        }
        laid_out = part_of(_FOLDER, "assertion", values, *attributes)
        is_typed = MANNERS[self.dialect].typed_values
        manner = SealManner(prefix_list=("xsd",) if is_typed else ())
        written = write_filled(laid_out.element, *laid_out.templates)
        return Sealed(own, sealed(written, self.seal, manner))


def _coded(name: AttributeName, template: str, **values: str) -> Body:
    return _attribute(name, fill(_FOLDER, template, **values))


def _attribute(name: AttributeName, *values: Body) -> Body:
    told = {
        "name": name,
        "friendly": name.name.replace("_", " ").title(),
        "values": [each.element for each in values],
    }
    return part_of(_FOLDER, "attribute", told, *values)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
