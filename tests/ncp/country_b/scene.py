"""Country B on a line that leads straight into country A, or to a liar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.services import InitiatingServices
from ncp.country_b.tokens import TokenDesk
from ncp.country_b.treatment import SoughtPatient
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.identity import GatewayIdentity
from ncp.ihe.codes import Transaction
from ncp.peers.directory import Endpoints, Peer, PeerDirectory, Service
from ncp.ports import RandomIds
from ncp.store import DataKey, IssueLimit, Store
from tests.judging import judged
from tests.ncp.country_a.scene import (
    DANISH_HOME,
    DENMARK,
    DOCTOR,
    HOME,
    CountryA,
)
from tests.trust import pki
from trust.certificates import Purpose
from trust.identifiers import CountryCode, Oid, PatientId
from trust.sts import TokenService

LUXEMBOURG = CountryCode("LU")
Bend = Callable[[HttpPayload], HttpPayload]


class Line:
    """Delivers to country A; a test may break it or bend the answers."""

    def __init__(self, country_a: CountryA) -> None:
        self.country_a = country_a
        self.faults: list[Exception] = []
        self.bend: Bend = lambda payload: payload
        self.sent: list[HttpPayload] = []
        self.moved: Peer | None = None
        self.shown = pki.der(pki.certificate(pki.rsa_key("server"), country="LU"))

    def send(self, peer: Peer, service: Service, payload: HttpPayload) -> PeerAnswer:
        self.sent.append(judged(payload))
        if self.faults:
            raise self.faults.pop(0)
        transaction = next(t for t in Transaction if Service.of(t) is service)
        answer = self.bend(self.country_a.deliver(transaction, payload).payload)
        return PeerAnswer(answer.content_type, answer.body, self.shown)

    def refreshed(self, peer: Peer) -> Peer:
        return self.moved or peer


class CountryB:
    """The gateway under test, with Luxembourg as its only peer."""

    def __init__(self, folder: Path, country_a: CountryA) -> None:
        self.country_a = country_a
        self.line = Line(country_a)
        self.store = Store.open(
            f"sqlite:///{folder}/b.db", DataKey(bytes(32)), country_a.clock
        )
        self.store.migrate()
        luxembourg = Peer(
            country=LUXEMBOURG,
            home_community_id=HOME,
            endpoints=Endpoints(
                "https://ncp.lu/xcpd", "https://ncp.lu/xca", "https://ncp.lu/xdr"
            ),
            pins=(),
            client_anchors="",
            server_anchors="",
        )
        identity = GatewayIdentity(
            country=DENMARK,
            country_name="Denmark",
            organization="Sundhedsdatastyrelsen",
            home_community_id=DANISH_HOME,
            repository_unique_id=Oid("1.2.208.1"),
            language="da-DK",
            audit_source="DK-84",
            node_address="ncp.dk",
            tls_server_dn="CN=ncp.dk",
            tls_client_dn="CN=ncp.dk",
        )
        seal = country_a.seal
        self.desk = TokenDesk(
            identity,
            TokenService(
                DENMARK, seal, pki.pins((seal.certificate, DENMARK, Purpose.SEAL))
            ),
            self.store,
            country_a.clock,
            RandomIds(),
            IssueLimit(5, timedelta(minutes=10)),
        )
        self.services = InitiatingServices(
            identity=identity,
            directory=PeerDirectory([luxembourg]),
            line=self.line,
            seal=seal,
            store=self.store,
            clock=country_a.clock,
            fresh_ids=RandomIds(),
            hcp_lifetime=timedelta(hours=4),
            tokens=self.desk,
        )
        self.gateway = TreatmentGateway(self.services)

    def handle_of(self, patient: PatientId) -> str:
        found = self.gateway.identify(DOCTOR, LUXEMBOURG, SoughtPatient((patient,)))
        return found.patients[0].handle

    def treating(self, patient: PatientId) -> str:
        handle = self.handle_of(patient)
        self.gateway.confirm(DOCTOR, handle, "TREATMENT")
        return handle

    def outcomes(self) -> list[tuple[str, str | None]]:
        records = [stored.record for stored in self.store.messages()]
        return [(record.outcome, record.condition) for record in records]
