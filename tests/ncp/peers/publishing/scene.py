"""A gateway that publishes its entries, and the directory that keeps them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from ncp.demo.pki import CountryPki
from ncp.directory_server import MetadataServer
from ncp.errors import NcpError
from ncp.settings import Settings, read_settings
from ncp.store import AuditTrailEntry, DataKey, Store
from tests.clocks import SetClock
from trust.identifiers import CountryCode
from trust.smp import SmpService, entry_of

LU = CountryCode("LU")
ZONE = "sml.demo.invalid"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass
class Scene:
    folder: Path
    pki: CountryPki
    smp: MetadataServer
    clock: SetClock
    values: dict

    def settings(self, **publication) -> Settings:
        values = json.loads(json.dumps(self.values))
        values["directory"]["publication"].update(publication)
        return read_settings(values, "the test", self.folder)

    def token(self, name: str) -> Path:
        return self.folder / f"{name}.token"


def values(folder: Path, pki: CountryPki, smp, dns) -> dict:
    def pair(files) -> dict[str, str]:
        return {"certificate": str(files.certificate), "key": str(files.key)}

    services = "https://ncp.lu.example.eu/openncp-ws-server/services"
    return {
        "gateway": {
            "country": "LU",
            "country_name": "Luxembourg",
            "organization": "Agency",
            "roles": ["B"],
            "home_community_id": "1.3.182.2.12.10000734.6.1",
            "repository_unique_id": "1.3.182.2.12.10000734.6.1",
            "environment": "development",
            "languages": ["fr"],
            "audit_source": "LU-1",
        },
        "keys": {
            "tls_server": pair(pki.tls_server),
            "tls_client": pair(pki.tls_client),
            "seal": pair(pki.seal),
            "document_id_secret_file": "ids.secret",
            "data_key_file": "data.key",
        },
        "store": {"url": f"sqlite:///{folder}/x.sqlite3"},
        "operators": [
            {"name": name, "token_file": f"{name}.token"} for name in ("ann", "bob")
        ],
        "directory": {
            "zone": ZONE,
            "resolvers": [dns.address],
            "signers": ["smp.pem"],
            "networks": ["127.0.0.0/8"],
            "ports": [smp.port, 443],
            "plain_http": True,
            "timeout_s": 2,
            "folder": "directory",
            "publication": {
                "admin_url": smp.address,
                "search_mask": "mask.xml",
                "contact": "mailto:helpdesk@example.lu",
                "services": {
                    "xcpd": f"{services}/XCPD_Service",
                    "xca": f"{services}/XCA_Service",
                    "xdr": f"{services}/XDR_Service",
                    "fhir": "https://ncp.lu.example.eu/fhir",
                    "xua": "https://ncp.lu.example.eu/sts",
                },
            },
        },
    }


def text(told) -> str:
    return "\n".join(told.lines)


SERVICES = {
    SmpService.IDENTIFICATION,
    SmpService.QUERY,
    SmpService.RETRIEVE,
    SmpService.PROVIDE,
    SmpService.IDENTITY_PROVIDER,
    SmpService.SEARCH_MASK,
    SmpService.FHIR,
}


def published(scene: Scene) -> set[SmpService]:
    found = set()
    for service in SmpService:
        with contextlib.suppress(NcpError, Exception):
            scene.smp.register.get(entry_of(service, LU))
            found.add(service)
    return found


def events(scene: Scene) -> list[AuditTrailEntry]:
    """Read the audit trail back as ``ncp audit list`` does."""
    settings = scene.settings()
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, scene.clock) as store:
        return list(store.audit_trail())


def trail(scene: Scene) -> list[tuple[str, str, int]]:
    return [(each.event, each.document_kind, each.outcome) for each in events(scene)]
