"""Lay out one country on disk: folder, secrets, settings file.

Each country has a folder, keys and a database of its own; what one knows of the other
is what peers exchange in reality: certificates and addresses.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ncp.demo.cast import (
    DOCTOR,
    DOCTOR_AT_HOME,
    LUXEMBOURG,
    MATRICULE_ROOT,
    PHARMACIST,
    PHARMACIST_AT_HOME,
    PORTUGAL,
    Abroad,
    Country,
    Professional,
)
from ncp.demo.pki import LOOPBACK, CountryPki, KeyFiles
from ncp.demo.toml_file import Table, Value, write_toml
from ncp.private_file import write_private
from ncp.terminology.shelf import bring_in_demo
from transformations.terminology.catalogue import Releases

SECRET_BYTES = 32
_NATIONAL_DOOR: Table = {"host": LOOPBACK, "port": 0}
XCPD_PATH = "/services/XCPD_Service"
XCA_PATH = "/services/XCA_Service"
XDR_PATH = "/services/XDR_Service"
# What the pharmacies of a country dispensed for patients from abroad.
FOREIGN_REGISTER = "foreign-dispensations.sqlite"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one country's gateway lives."""

    folder: Path
    settings: Path
    database: Path
    exchanges: Path
    ready: Path

    @classmethod
    def at(cls, folder: Path) -> Ground:
        """Lay out a folder that is private to its owner."""
        folder.mkdir(mode=0o700, parents=True)
        return cls(
            folder,
            settings=folder / "settings.toml",
            database=folder / "records.sqlite",
            exchanges=folder / "exchanges",
            ready=folder / "ready.json",
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A simulated country as another knows it: its certificates and its address."""

    abroad: Abroad
    pki: CountryPki
    address: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets a caller of the plain doors shows."""

    operator: str
    professional: str | None = None
    pharmacist: str | None = None


def settle_country_a(
    ground: Ground,
    own: CountryPki,
    other: CountryPki,
    national_url: str,
    port: int,
    directory: Table | None = None,
    abroad: Sequence[Known] = (),
) -> Tokens:
    """Write country A's secrets and settings: it answers, from a national server.

    ``port`` is that of its international door; 0 takes any. With a ``directory`` it
    publishes itself there, and looks the other country up. Where countries ``abroad``
    are known, it asks these as well, for a doctor of its own.
    """
    peers: list[Value] = [
        _peer(PORTUGAL, other) if directory is None else _looked_up(PORTUGAL, other),
        *(_known(each) for each in abroad),
    ]
    authorities = [other.authority, *(each.pki.authority for each in abroad)]
    doors = {**_doors(), "international": _international_door(authorities, port)}
    asking, tokens = (
        _asking(ground, DOCTOR_AT_HOME, PHARMACIST_AT_HOME)
        if abroad
        else ({}, _answers(ground))
    )
    write_toml(
        ground.settings,
        {
            **_common(ground, own, LUXEMBOURG, "A", *(("B",) if abroad else ())),
            "doors": doors | ({"national": _NATIONAL_DOOR} if abroad else {}),
            # A demonstration shows what is missing; a gateway in earnest refuses.
            "demo": {"allow_missing_mandatory": True},
            "national": _national(national_url),
            "accesses": {"national_log": {"told": "disclosures", "period_s": 0.5}},
            **({"prescriptions": {"offered": True}} if abroad else {}),
            "terminology": _terminology(ground),
            **({} if directory is None else {"directory": directory}),
            "peers": peers,
            **asking,
        },
    )
    return tokens


def _national(url: str) -> Table:
    return {
        "base_url": url,
        "consent": {"default": "deny"},
        "patient_identifier": {
            "root": MATRICULE_ROOT,
            "check": "luxembourg-matricule",
            "on_failure": "warn",
        },
        "dispensations": {"register_name": "fhir"},
    }


def settle_country_b(
    ground: Ground,
    own: CountryPki,
    other: CountryPki,
    address_of_a: str,
    directory: Table | None = None,
) -> Tokens:
    """Write country B's secrets and settings: it asks, for one professional.

    With a ``directory`` it finds country A's address and server certificate there, and
    its settings hold neither; it publishes itself there too.
    """
    peer = {**_peer(LUXEMBOURG, other), "endpoints": services_at(address_of_a)}
    asking, tokens = _asking(ground, DOCTOR, PHARMACIST)
    write_toml(
        ground.settings,
        {
            **_common(ground, own, PORTUGAL, "B"),
            "doors": {**_doors(), "national": _NATIONAL_DOOR},
            **({} if directory is None else {"directory": directory}),
            "peers": [peer if directory is None else _looked_up(LUXEMBOURG, other)],
            "terminology": _terminology(ground),
            **asking,
        },
    )
    return tokens


def settle_publisher(
    ground: Ground, own: CountryPki, country: Country, directory: Table
) -> None:
    """Write the settings with which a country publishes itself, and does no more."""
    _answers(ground)
    common = _common(ground, own, country, "B")
    write_toml(ground.settings, {**common, "directory": directory})


def services_at(address: str) -> dict[str, str]:
    """Name the addresses of a country's services by what they are published as."""
    return {
        "xcpd": address + XCPD_PATH,
        "xca": address + XCA_PATH,
        "xdr": address + XDR_PATH,
    }


def _answers(ground: Ground) -> Tokens:
    return Tokens(_new_token(ground.folder / "operator.token"))


def _asking(
    ground: Ground, doctor: Professional, pharmacist: Professional
) -> tuple[Table, Tokens]:
    """Make tokens, and the settings of a gateway that asks for two professionals."""
    tokens = Tokens(
        _new_token(ground.folder / "operator.token"),
        _new_token(ground.folder / "professional.token"),
        _new_token(ground.folder / "pharmacist.token"),
    )
    asking: Table = {
        "professionals": [
            _professional(doctor),
            _professional(pharmacist, "pharmacist.token"),
        ],
        "dispensing": {
            "products": "sample",
            "register_name": "sample",
            "register_file": FOREIGN_REGISTER,
        },
    }
    return asking, tokens


def _common(
    ground: Ground, own: CountryPki, country: Country, *roles: str
) -> dict[str, Value]:
    _new_secret(ground.folder / "document-ids.secret")
    _new_secret(ground.folder / "records.key")
    return {
        "gateway": {
            "country": country.code,
            "country_name": country.name,
            "organization": country.organization,
            "roles": roles,
            "home_community_id": country.home_community_id,
            "repository_unique_id": country.repository_unique_id,
            "environment": "demo",
            "languages": country.languages,
            "audit_source": country.audit_source,
        },
        "keys": {
            "tls_server": _key_pair(own.tls_server),
            "tls_client": _key_pair(own.tls_client),
            "seal": _key_pair(own.seal),
            "document_id_secret_file": "document-ids.secret",
            "data_key_file": "records.key",
        },
        "store": {"url": f"sqlite:///{ground.database}"},
        "exchange": {"folder": ground.exchanges.name},
        "operators": [{"name": "demo operator", "token_file": "operator.token"}],
    }


def _terminology(ground: Ground) -> Table:
    """Put the sample catalogue into a country's folder."""
    folder = ground.folder / "terminology"
    bring_in_demo(Releases(folder), datetime.now(UTC))
    return {"folder": folder.name}


def _doors() -> Table:
    return {"operations": {"host": LOOPBACK, "port": 0}, "stop_timeout_s": 5.0}


def _international_door(authorities: Sequence[Path], port: int) -> Table:
    # TLS lets in whom another country's authority vouches for; the pins then turn the
    # stranger away, and the record can say why.
    return {"host": LOOPBACK, "port": port, "tls_authorities": list(authorities)}


def _peer(country: Country, pki: CountryPki) -> dict[str, Value]:
    return {
        "country": country.code,
        "home_community_id": country.home_community_id,
        "certificates": {
            "tls_client": [pki.tls_client.certificate],
            "tls_server": [pki.tls_server.certificate],
            "seal": [pki.seal.certificate],
        },
    }


def _looked_up(country: Country, pki: CountryPki) -> dict[str, Value]:
    """Know a country by its seal alone: the rest stands in the directory, sealed."""
    return {
        **_peer(country, pki),
        "from_directory": True,
        "certificates": {
            "tls_client": [pki.tls_client.certificate],
            "seal": [pki.seal.certificate],
        },
    }


def _known(known: Known) -> dict[str, Value]:
    """Know a simulated country from the directory, or from the settings alone."""
    abroad = known.abroad
    at_once: dict[str, Value] = {"documents_per_request": abroad.documents_per_request}
    if abroad.is_published:
        return {**_looked_up(abroad.country, known.pki), **at_once}
    endpoints = services_at(known.address)
    return {**_peer(abroad.country, known.pki), "endpoints": endpoints, **at_once}


def _professional(
    who: Professional = DOCTOR,
    file: str = "professional.token",
) -> dict[str, Value]:
    return {
        "token_file": file,
        "identifier": who.identifier,
        "name": who.name,
        "role": who.role,
        "organization": who.organization,
        "organization_id": who.organization_id,
        "facility_type": who.facility_type,
        "locality": who.locality,
        "permissions": who.permissions,
    }


def _key_pair(files: KeyFiles) -> Table:
    return {"certificate": files.certificate, "key": files.key}


def _new_secret(path: Path) -> None:
    write_private(path, base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n")


def _new_token(path: Path) -> str:
    token = secrets.token_urlsafe(SECRET_BYTES)
    write_private(path, token.encode() + b"\n")
    return token
