"""Lay out one country on disk: folder, secrets, settings file.

Each country has a folder, keys and a database of its own; what one knows of the other
is what peers exchange in reality: certificates and addresses.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ncp.demo.cast import DOCTOR, LUXEMBOURG, MATRICULE_ROOT, PORTUGAL, Country
from ncp.demo.pki import LOOPBACK, CountryPki, KeyFiles, write_secret
from ncp.demo.toml_file import Table, Value, write_toml
from ncp.terminology.shelf import bring_in_demo
from transformations.terminology.catalogue import Releases

SECRET_BYTES = 32
XCPD_PATH = "/services/XCPD_Service"
XCA_PATH = "/services/XCA_Service"
XDR_PATH = "/services/XDR_Service"
# The one prescription of the demo's register; `ncp ask submit` can dispense it.
PRESCRIPTION = "1.3.182.11.5^RX-2026-1"


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
class Tokens:
    """The secrets a caller of the plain doors shows."""

    operator: str
    professional: str | None = None


def settle_country_a(
    ground: Ground,
    own: CountryPki,
    other: CountryPki,
    national_url: str,
    port: int,
    directory: Table | None = None,
) -> Tokens:
    """Write country A's secrets and settings: it answers, from a national server.

    ``port`` is that of its international door; 0 takes any. With a ``directory`` it
    publishes itself there, and looks the other country up.
    """
    operator = _new_token(ground.folder / "operator.token")
    national: Table = {
        "base_url": national_url,
        "consent": {"default": "deny"},
        "patient_identifier": {
            "root": MATRICULE_ROOT,
            "check": "luxembourg-matricule",
            "on_failure": "warn",
        },
        "dispensations": {
            "register_name": "sample",
            "file": "dispensations.sqlite",
            "prescriptions": [PRESCRIPTION],
        },
    }
    write_toml(
        ground.settings,
        {
            **_common(ground, own, LUXEMBOURG, role="A"),
            "doors": {**_doors(), "international": _international_door(other, port)},
            # A demonstration shows what is missing; a gateway in earnest refuses.
            "demo": {"allow_missing_mandatory": True},
            "national": national,
            "terminology": _terminology(ground),
            **({} if directory is None else {"directory": directory}),
            "peers": [
                _peer(PORTUGAL, other)
                if directory is None
                else _looked_up(PORTUGAL, other)
            ],
        },
    )
    return Tokens(operator)


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
    operator = _new_token(ground.folder / "operator.token")
    professional = _new_token(ground.folder / "professional.token")
    endpoints = {
        "xcpd": address_of_a + XCPD_PATH,
        "xca": address_of_a + XCA_PATH,
        "xdr": address_of_a + XDR_PATH,
    }
    peer = {**_peer(LUXEMBOURG, other), "endpoints": endpoints}
    write_toml(
        ground.settings,
        {
            **_common(ground, own, PORTUGAL, role="B"),
            "doors": {**_doors(), "national": {"host": LOOPBACK, "port": 0}},
            **({} if directory is None else {"directory": directory}),
            "peers": [peer if directory is None else _looked_up(LUXEMBOURG, other)],
            "professionals": [_professional()],
            "terminology": _terminology(ground),
        },
    )
    return Tokens(operator, professional)


def _common(ground: Ground, own: CountryPki, country: Country, role: str) -> Table:
    _new_secret(ground.folder / "document-ids.secret")
    _new_secret(ground.folder / "records.key")
    return {
        "gateway": {
            "country": country.code,
            "country_name": country.name,
            "organization": country.organization,
            "roles": [role],
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


def _international_door(other: CountryPki, port: int) -> Table:
    # TLS lets in whom the other country's authority vouches for; the pins then turn
    # the stranger away, and the record can say why.
    return {"host": LOOPBACK, "port": port, "tls_authorities": [other.authority]}


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


def _professional() -> dict[str, Value]:
    return {
        "token_file": "professional.token",
        "identifier": DOCTOR.identifier,
        "name": DOCTOR.name,
        "role": DOCTOR.role,
        "organization": DOCTOR.organization,
        "organization_id": DOCTOR.organization_id,
        "facility_type": DOCTOR.facility_type,
        "locality": DOCTOR.locality,
        "permissions": DOCTOR.permissions,
    }


def _key_pair(files: KeyFiles) -> Table:
    return {"certificate": files.certificate, "key": files.key}


def _new_secret(path: Path) -> None:
    write_secret(path, base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n")


def _new_token(path: Path) -> str:
    token = secrets.token_urlsafe(SECRET_BYTES)
    write_secret(path, token.encode() + b"\n")
    return token
