"""The profile of a simulated country: who it is, its keys, the gateway it meets.

A profile is a folder with ``country.toml`` and the keys, or the name of the folder they
stand in. What a country's keys sign is another country's word where two profiles are
put together: that is how a signer of the wrong country is played.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from conformance.simulators import pki
from conformance.simulators.assertions import Issuer, Professional
from conformance.simulators.country_b import Partner
from conformance.simulators.dialect import Dialect
from conformance.simulators.documents.persona import Origin
from conformance.simulators.tls import client_context
from trust.assertions import ROLES
from trust.certificates import SigningKey, SigningKeyError, load_signing_key
from trust.identifiers import CountryCode, HomeCommunityId, IdentifierError, Oid

FILE: Final = "country.toml"
_PRODUCTION: Final = "production"


class ProfileError(ValueError):
    """A profile cannot be used; the text says what is wrong and what to do."""


_DOCTOR: Final = Professional()


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway under test; ``trust`` vouches for its TLS certificates (PEM)."""

    home: HomeCommunityId
    services: str
    trust: Path


@dataclass(frozen=True, slots=True)
class Profile:
    """A simulated country.

    Attributes
    ----------
    keys
        The folder its keys stand in.
    clock_offset
        By how much its clock is ahead when it vouches for a professional.
    """

    keys: Path
    country: CountryCode
    home: HomeCommunityId
    patient_root: Oid
    organization: str
    dialect: Dialect
    gateway: Gateway
    professional: Professional = _DOCTOR
    clock_offset: timedelta = timedelta()

    @property
    def origin(self) -> Origin:
        """The country as its documents name it."""
        return Origin(self.country, self.home, self.organization)

    def seal(self) -> SigningKey:
        """Load the key that signs assertions.

        Raises
        ------
        ProfileError
            It cannot be used.
        """
        files = pki.key_files(self.keys, pki.SEAL)
        try:
            certificate, key = files.certificate.read_bytes(), files.key.read_bytes()
            return load_signing_key(certificate, key, None)
        except (OSError, SigningKeyError) as error:
            raise ProfileError(f"the seal of {self.country}: {error}") from None

    def issuer(self, signer: Profile | None = None) -> Issuer:
        """Return who vouches for professionals; ``signer`` lends its seal."""
        seal = (signer or self).seal()
        return Issuer(
            self.dialect,
            self.country,
            self.home,
            seal,
            self.professional,
            lambda: datetime.now(UTC) + self.clock_offset,
        )

    def partner(self) -> Partner:
        """Return the gateway as country B meets it.

        Raises
        ------
        ProfileError
            A certificate cannot be read.
        """
        own = pki.key_files(self.keys, pki.TLS_CLIENT)
        over = pki.key_files(self.keys, pki.EXPIRED)
        trust = self.gateway.trust
        try:
            expired = client_context(over, trust) if over.key.exists() else None
            context = client_context(own, trust)
        except OSError as error:
            raise ProfileError(
                f"a certificate of the profile cannot be read: {error}; `trust` under "
                "[gateway] is the PEM file that vouches for the gateway's TLS server"
            ) from None
        return Partner(self.gateway.home, self.gateway.services, context, expired)


_TEMPLATE: Final = """\
# A simulated country. Its keys stand beside this file and are for tests only.
country = "{country}"
home_community_id = "{home}"
patient_root = "{home}"
organization = "Simulated contact point {country}"
dialect = "{dialect}"  # openncp-old, openncp-new or gematik

# The gateway under test.
[gateway]
environment = "test"  # a simulator never meets production
home_community_id = "{gateway}"
services = "https://127.0.0.1:8443/services"
trust = "gateway.pem"  # vouches for its TLS server and TLS client certificates

# Country B's professional, and its clock; what is not told is a doctor on time.
# [professional]
# role = "2262"  # ISCO
# permissions = ["PRD-006", "PRD-004", "PRD-010", "PPD-046"]
# purpose = "EMERGENCY"
# [assertions]
# clock_offset_s = 90
"""


def make_profile(
    folder: Path,
    country: CountryCode,
    home: HomeCommunityId,
    dialect: Dialect,
    *,
    host: str,
    gateway: HomeCommunityId,
) -> Path:
    """Make a new profile with fresh keys, and return its file.

    Raises
    ------
    ProfileError
        There is one already.
    """
    file = folder / FILE
    if file.exists():
        raise ProfileError(f"{file} is there already; name a new folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pki.make_keys(folder, country, host, datetime.now(UTC))
    text = _TEMPLATE.format(
        country=country, home=home, dialect=dialect, gateway=gateway
    )
    file.write_text(text, encoding="utf-8")
    return file


def read_profile(folder: Path) -> Profile:
    """Read the profile of a folder.

    Raises
    ------
    ProfileError
        The text names the file and the key that is missing or wrong.
    """
    file = folder / FILE
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        return _profile(folder, told)
    except OSError as error:
        raise ProfileError(
            f"{file} cannot be read: {error.strerror}; "
            "`ncp-conformance simulate new` makes one"
        ) from None
    except KeyError as error:
        raise ProfileError(f"{file} lacks the key {error}") from None
    except (tomllib.TOMLDecodeError, IdentifierError, ValueError) as error:
        raise ProfileError(f"{file}: {error}") from None


def _profile(folder: Path, told: dict[str, Any]) -> Profile:
    gateway = told["gateway"]
    if gateway["environment"] == _PRODUCTION:
        raise ValueError("a simulator does not meet a gateway in production")
    return Profile(
        keys=folder / told.get("keys", "."),
        country=CountryCode(told["country"]),
        home=HomeCommunityId(told["home_community_id"]),
        patient_root=Oid(told["patient_root"]),
        organization=told["organization"],
        dialect=Dialect(told["dialect"]),
        gateway=Gateway(
            HomeCommunityId(gateway["home_community_id"]),
            gateway["services"].rstrip("/"),
            folder / gateway["trust"],
        ),
        professional=_professional(told.get("professional", {})),
        clock_offset=timedelta(
            seconds=told.get("assertions", {}).get("clock_offset_s", 0)
        ),
    )


def _professional(told: dict[str, Any]) -> Professional:
    unknown = set(told) - {each.name for each in fields(Professional)}
    if unknown:
        raise ValueError(f"[professional] has no {min(unknown)!r}")
    role = told.get("role", _DOCTOR.role[0])
    known = ROLES.get(role)
    values = {
        **told,
        "role": (role, known.display_name if known else "no role of the value set"),
        "permissions": tuple(told.get("permissions", _DOCTOR.permissions)),
    }
    return replace(_DOCTOR, **values)
