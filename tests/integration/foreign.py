"""A gateway of ours as country B, and a simulated country A of each family abroad."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from conformance.simulators.country_a import CountryA
from conformance.simulators.dialect import Dialect
from conformance.simulators.documents.persona import Origin
from conformance.simulators.exchange import Exchange
from conformance.simulators.http_messages import HttpReply, HttpRequest
from conformance.simulators.server import SimulatorServer
from conformance.simulators.tls import KeyFiles, server_context
from ncp.demo import countries
from ncp.demo.cast import PORTUGAL
from ncp.demo.countries import Ground
from ncp.demo.hospital import DoorAnswer, Hospital
from ncp.demo.pki import CountryPki, make_pki
from ncp.demo.processes import Neighbours
from ncp.demo.scene import launch_gateway
from ncp.demo.toml_file import write_toml
from ncp.exchange import HttpPayload
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

# Countries nobody has; the arc is the one of examples (ITU-T X.660).
FAMILIES = {
    Dialect.OPENNCP_OLD: (CountryCode("XA"), HomeCommunityId("2.999.1.1")),
    Dialect.OPENNCP_NEW: (CountryCode("XB"), HomeCommunityId("2.999.1.2")),
    Dialect.GEMATIK: (CountryCode("XC"), HomeCommunityId("2.999.1.3")),
}
PHARMACIST = {
    "token_file": "pharmacist.token",
    "identifier": "farmaceutica-12",
    "name": "Rita Monteiro",
    "role": "2262",
    "organization": "Farmácia do Bairro",
    "organization_id": "urn:oid:2.16.17.710.820.1000.990.1.77",
    "facility_type": "Pharmacy",
    "locality": "Lisboa",
}
# An answer that is slow is slower than the gateway waits.
ANSWER_S = 4.0
SLOW_S = 20.0


def dispensation(
    root: str, extension: str, prescription: str = "2.999.4^RX-0"
) -> bytes:
    """Write what of a dispensation a gateway looks into."""
    order_root, order = prescription.split("^")
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<id root="2.25.{uuid.uuid4().int}"/>'
        '<code code="60593-1" codeSystem="2.16.840.1.113883.6.1"/>'
        '<languageCode code="pt-PT"/>'
        f'<recordTarget><patientRole><id root="{root}" extension="{extension}"/>'
        "</patientRole></recordTarget>"
        f'<inFulfillmentOf><order><id root="{order_root}" extension="{order}"/>'
        "</order></inFulfillmentOf></ClinicalDocument>"
    ).encode()


@dataclass
class Abroad:
    """One simulated country, and what it was asked."""

    dialect: Dialect
    code: CountryCode
    home: HomeCommunityId
    server: SimulatorServer
    heard: list[Exchange] = field(default_factory=list)
    asked: list[HttpPayload] = field(default_factory=list)

    def patient(self, name: str) -> PatientId:
        code = "|ABC123" if self.dialect is Dialect.GEMATIK else ""
        return PatientId(Oid(self.home), f"{name}{code}")


@dataclass
class ForeignScene:
    """The gateway under test and the countries it asks."""

    hospital: Hospital
    abroad: dict[Dialect, Abroad]
    ground: Ground
    post: Callable[[str, dict[str, Any]], DoorAnswer]


def open_abroad(dialect: Dialect, own: CountryPki, other: CountryPki) -> Abroad:
    code, home = FAMILIES[dialect]
    heard: list[Exchange] = []
    asked: list[HttpPayload] = []
    origin = Origin(code, home, f"Simulated contact point {code}")
    country = CountryA(dialect, origin, Oid(home), heard.append)
    files = KeyFiles(own.tls_server.certificate, own.tls_server.key)

    def answer(request: HttpRequest) -> HttpReply:
        asked.append(HttpPayload(request.content_type, request.body))
        return country.answer(request)

    server = SimulatorServer(
        answer,
        server_context(files, other.authority),
        slow_s=SLOW_S,
        chunked=dialect is not Dialect.GEMATIK,
    )
    server.start()
    return Abroad(dialect, code, home, server, heard, asked)


def set_foreign_scene(
    stack: ExitStack, neighbours: Neighbours, folder: Path
) -> ForeignScene:
    codes = (PORTUGAL.code, *(code for code, _home in FAMILIES.values()))
    own, *others = make_pki(folder / "pki", codes, datetime.now(UTC))
    abroad = {
        dialect: open_abroad(dialect, pki, own)
        for dialect, pki in zip(FAMILIES, others, strict=True)
    }
    for each in abroad.values():
        stack.callback(each.server.close)
    ground = Ground.at(folder / "gateway")
    token = settle(ground, own, list(zip(abroad.values(), others, strict=True)))
    gateway = launch_gateway(neighbours, "the gateway under test", ground).wait()
    door = str(gateway.ready["doors"]["national"]["url"])
    hospital = Hospital(door, token, folder / "hospital")
    stack.callback(hospital.close)
    return ForeignScene(hospital, abroad, ground, poster(door, token))


def settle(
    ground: Ground, own: CountryPki, peers: list[tuple[Abroad, CountryPki]]
) -> str:
    """Write the settings of a gateway that knows the countries; return a token."""
    countries._new_token(ground.folder / "operator.token")
    token = countries._new_token(ground.folder / "professional.token")
    professional = countries._professional()
    permissions = [*professional["permissions"], "PPD-046"]
    countries._new_token(ground.folder / "pharmacist.token")
    pharmacist = {
        **professional,
        **PHARMACIST,
        "permissions": ["PRD-004", "PRD-006", "PRD-010", "PPD-046"],
    }
    write_toml(
        ground.settings,
        {
            **countries._common(ground, own, PORTUGAL, "B"),
            "doors": {
                **countries._doors(),
                "national": {"host": "127.0.0.1", "port": 0},
            },
            "peers": [peer_table(each, pki) for each, pki in peers],
            "professionals": [{**professional, "permissions": permissions}, pharmacist],
            "dispensing": {
                "products": "sample",
                "register_name": "sample",
                "register_file": "foreign-dispensations.sqlite",
            },
            "terminology": countries._terminology(ground),
        },
    )
    return token


def peer_table(abroad: Abroad, pki: CountryPki) -> dict[str, Any]:
    base = f"{abroad.server.url}/openncp-ws-server/services"
    return {
        "country": abroad.code,
        "home_community_id": abroad.home,
        "certificates": {
            "tls_server": [pki.tls_server.certificate],
            "seal": [pki.seal.certificate],
        },
        "endpoints": {
            "xcpd": f"{base}/XCPD_Service",
            "xca": f"{base}/XCA_Service",
            "xdr": f"{base}/XDR_Service",
        },
        "timeouts": {"connect_s": 5.0, "answer_s": ANSWER_S},
        # German servers answer for several documents at once.
        "documents_per_request": 2 if abroad.dialect is Dialect.GEMATIK else 1,
    }


def poster(door: str, token: str) -> Callable[[str, dict[str, Any]], DoorAnswer]:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"

    def post(path: str, content: dict[str, Any]) -> DoorAnswer:
        response = session.post(f"{door}/{path}", json=content, timeout=60)
        content_type = response.headers.get("Content-Type", "")
        return DoorAnswer(response.status_code, content_type, response.content, 0.0)

    return post
