"""Country A without sockets: the real gateway over a national side made of values."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ncp.country_a.document_ids import DocumentIds
from ncp.country_a.find import FindDocuments
from ncp.country_a.identify import IdentifyPatient
from ncp.country_a.provide import ProvideDocuments
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_a.retrieve import RetrieveDocuments
from ncp.country_a.services import RespondingServices
from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp, PeerIdentity
from ncp.identity import GatewayIdentity
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import DocumentList, read_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    RetrieveResponse,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientTraits,
    write_patient_discovery_request,
)
from ncp.ihe.soap import SoapMessage, read_response, write_request
from ncp.national.ports import (
    ConsentAnswer,
    DocumentKind,
    OriginalContent,
    PatientRecord,
    SourceDocument,
)
from ncp.ports import RandomIds
from ncp.restraint import STANDARD, RuleSet
from ncp.store import DataKey, MessageRecord, Store
from tests.clocks import SetClock
from tests.judging import judged
from tests.trust import pki
from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    AssertionPolicy,
    FacilityType,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    build_hcp_assertion,
    build_trc_assertion,
    read_own_hcp,
)
from trust.certificates import CertificatePin, PinStore, Purpose
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.xml import Element

NOW = pki.NOW
DENMARK = CountryCode("DK")
DANISH_HOME = HomeCommunityId("1.2.208")
HOME = HomeCommunityId("1.3.182.2.12.10000734.6.1")
REPOSITORY = Oid("1.3.182.2.12.10000734.6.2")
MATRICULE = Oid("1.3.182.4.4")
EVA = PatientId(MATRICULE, "1893120105732")
LUC = PatientId(MATRICULE, "1972121434125")
PATHS = {
    Transaction.ITI_55: "/services/XCPD_Service",
    Transaction.ITI_38: "/services/XCA_Service",
    Transaction.ITI_39: "/services/XCA_Service",
    Transaction.ITI_41: "/services/XDR_Service",
}
DOCTOR = HealthProfessional(
    identifier="doctor-1",
    name="Jette Holm",
    role=ROLES["221"],
    organization="Rigshospitalet",
    organization_id="urn:oid:1.2.208.7",
    facility_type=FacilityType.HOSPITAL,
    locality="Copenhagen",
    permissions=tuple(Permission),
    authentication=SMARTCARD_PKI,
    purpose_of_use=PurposeOfUse.TREATMENT,
)


def bearing(most: Mapping[str, int]) -> RuleSet:
    """The standard rules against abuse, some of them bearing less."""
    return STANDARD.changed(
        replace(rule, most=most[rule.name]) for rule in STANDARD if rule.name in most
    )


@dataclass(eq=False)
class StoppedClock(SetClock):
    moment: datetime = NOW


def record_of(patient: PatientId, family: str) -> PatientRecord:
    return PatientRecord(
        id=patient,
        identifiers=(patient,),
        family=(family,),
        given=("Given",),
        birth_date="1970-01-31",
        gender="female",
        country="LU",
    )


def summary_of(patient: PatientId, **patient_changes: Any) -> dict[str, Any]:
    """A small document Bundle: enough to be one, and no more."""
    person = {
        "resourceType": "Patient",
        "identifier": [
            {"system": patient.root.urn, "value": patient.extension},
        ],
        "name": [{"family": "Planted", "given": ["Eva"]}],
        "gender": "female",
        "birthDate": "1970-01-31",
    } | patient_changes
    person = {key: value for key, value in person.items() if value is not None}
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000002"},
        "date": "2026-02-01T10:00:00Z",
        "author": [{"reference": "urn:uuid:00000000-0000-4000-8000-000000000003"}],
        "title": "Patient Summary",
        "section": [],
    }
    author = {
        "resourceType": "Practitioner",
        "identifier": [{"system": "urn:oid:1.3.182.4.1", "value": "E100000000001"}],
        "name": [{"family": "Author", "given": ["Anne"]}],
    }
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"},
        "timestamp": "2026-02-01T10:00:00Z",
        "entry": [
            {
                "fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{number}",
                "resource": resource,
            }
            for number, resource in enumerate((composition, person, author), 1)
        ],
    }


def source_document(name: str, version: str | None = "1") -> SourceDocument:
    return SourceDocument(
        source_id=f"Bundle/{name}",
        version=version,
        created=datetime(2026, 2, 1, 10, tzinfo=UTC),
        kind=DocumentKind.PATIENT_SUMMARY,
        language="fr-LU",
        title="Patient Summary",
        locator=name,
    )


@dataclass
class Nation:
    """The national side, as values a test can change."""

    people: list[PatientRecord] = field(
        default_factory=lambda: [record_of(EVA, "Weber"), record_of(LUC, "Braun")]
    )
    listed: dict[PatientId, list[SourceDocument]] = field(
        default_factory=lambda: {EVA: [source_document("eva")]}
    )
    contents: dict[str, bytes] = field(
        default_factory=lambda: {"eva": json.dumps(summary_of(EVA)).encode()}
    )
    consent_given: bool = True
    withheld: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    error: Exception | None = None

    def find(self, ids: Sequence[PatientId], **_: object) -> list[PatientRecord]:
        if self.error is not None:
            raise self.error
        return [who for who in self.people if set(ids) & set(who.identifiers)]

    def find_by_demographics(
        self, *, family, given, birth_date, gender=None
    ) -> list[PatientRecord]:
        if self.error is not None:
            raise self.error
        return [
            who
            for who in self.people
            if (who.family, who.given, who.birth_date)
            == (tuple(family), tuple(given), birth_date)
        ]

    def documents(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> list[SourceDocument]:
        listed = self.listed.get(patient.id, [])
        return [document for document in listed if document.kind is kind]

    def content(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        return self.contents[document.locator]

    def pdf(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        return self.contents[f"{document.locator}.pdf"]

    def original(
        self, patient: PatientRecord, document: SourceDocument
    ) -> OriginalContent:
        self.fetched.append(document.locator)
        return OriginalContent(
            self.contents[f"{document.locator}.cover"], self.contents[document.locator]
        )

    def consent(
        self,
        patient: PatientRecord,
        *,
        country: CountryCode,
        service: str,
        purpose: str,
    ) -> ConsentAnswer:
        self.asked.append((country, service, purpose))
        is_given = self.consent_given and service not in self.withheld
        return ConsentAnswer(is_given, "as the test says")


class CountryA:
    """The gateway under test, and country B's side of the wire."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.nation = Nation()
        self.clock = StoppedClock()
        self.client = pki.certificate(pki.rsa_key("client"), country="DK")
        self.seal = pki.seal("seal")
        self.store = Store.open(
            f"sqlite:///{folder}/store.db", DataKey(bytes(32)), self.clock
        )
        self.store.migrate()
        self.serve_by(self._services(changes))

    def serve_by(self, services: RespondingServices) -> None:
        """Begin to answer by these services."""
        self.services = services
        self.gateway = RespondingGateway(
            services,
            (
                IdentifyPatient(services),
                FindDocuments(services),
                RetrieveDocuments(services),
                ProvideDocuments(services),
            ),
        )

    def _services(self, changes: dict[str, Any]) -> RespondingServices:
        pins = PinStore(
            CertificatePin.of(certificate, country=DENMARK, purpose=use, label=use)
            for certificate, use in (
                (self.client, Purpose.TLS_CLIENT),
                (self.seal.certificate, Purpose.SEAL),
            )
        )
        identity = GatewayIdentity(
            country=CountryCode("LU"),
            country_name="Luxembourg",
            organization="Agence eSanté",
            home_community_id=HOME,
            repository_unique_id=REPOSITORY,
            language="fr-LU",
            audit_source="LU-1",
            node_address="ncp.example",
            tls_server_dn="CN=ncp.lu",
            tls_client_dn="CN=ncp.lu",
        )
        services = RespondingServices(
            identity=identity,
            pins=pins,
            assertion_policy=AssertionPolicy(),
            patients=self.nation,
            documents=self.nation,
            consents=self.nation,
            store=self.store,
            clock=self.clock,
            fresh_ids=RandomIds(),
            document_ids=DocumentIds(bytes(32)),
            offer_pdf=False,
        )
        return replace(services, **changes)

    # Country B's side ---------------------------------------------------------------

    def hcp(self) -> bytes:
        return self.hcp_of(DOCTOR.identifier)

    def hcp_of(self, professional: str) -> bytes:
        return build_hcp_assertion(
            replace(DOCTOR, identifier=professional),
            country=DENMARK,
            home_community_id=DANISH_HOME,
            key=self.seal,
            now=self.clock.now(),
            assertion_id=uuid.uuid4(),
            lifetime=timedelta(hours=4),
        )

    def assertions(self, patient: PatientId) -> tuple[bytes, bytes]:
        hcp = self.hcp()
        trc = build_trc_assertion(
            read_own_hcp(hcp, key=self.seal, country=DENMARK),
            patient,
            country=DENMARK,
            key=self.seal,
            now=self.clock.now(),
            purpose_of_use=PurposeOfUse.TREATMENT,
            assertion_id=uuid.uuid4(),
        )
        return hcp, trc

    def send(
        self,
        transaction: Transaction,
        body: Element,
        assertions: Sequence[bytes],
        message_id: str | None = None,
    ) -> OutboundHttp:
        payload = write_request(
            body,
            action=transaction.request_action,
            message_id=message_id or uuid.uuid4().urn,
            to="https://ncp.example/",
            assertions=assertions,
        )
        return self.deliver(transaction, payload)

    def deliver(self, transaction: Transaction, payload: HttpPayload) -> OutboundHttp:
        answer = self.gateway.answer(
            InboundHttp(
                PATHS[transaction],
                payload.content_type,
                None,
                payload.body,
                PeerIdentity(pki.der(self.client), "192.0.2.7"),
                self.clock.now(),
            )
        )
        judged(answer.payload, in_dialect=bool(self.services.dialects))
        return answer

    def identify(self, patient: PatientId, message_id: str | None = None):
        return self.send(
            Transaction.ITI_55, discovery(patient), [self.hcp()], message_id
        )

    def list_documents(
        self, patient: PatientId, *codes: ClassCode, **filters: Any
    ) -> OutboundHttp:
        query = DocumentQuery(patient, codes or (ClassCode.PATIENT_SUMMARY,), **filters)
        body = write_document_query(query)
        return self.send(Transaction.ITI_38, body, self.assertions(patient))

    def listed(
        self, patient: PatientId, *codes: ClassCode, **filters: Any
    ) -> DocumentList:
        answer = understood(self.list_documents(patient, *codes, **filters))
        return read_document_query_response(answer.body)

    def entries(
        self, patient: PatientId, *codes: ClassCode, **filters: Any
    ) -> tuple[DocumentEntry, ...]:
        return self.listed(patient, *codes, **filters).entries

    def retrieve(self, patient: PatientId, *document_ids: str) -> RetrieveResponse:
        body = write_retrieve_request(
            RetrieveRequest(
                tuple(DocumentRequest(HOME, REPOSITORY, each) for each in document_ids)
            )
        )
        answer = understood(
            self.send(Transaction.ITI_39, body, self.assertions(patient))
        )
        return read_retrieve_response(answer.body, answer.attachments)

    # The record ---------------------------------------------------------------------

    def records(self) -> list[MessageRecord]:
        return [stored.record for stored in self.store.messages()]

    def conditions(self) -> list[str | None]:
        return [record.condition for record in self.records()]


def discovery(patient: PatientId) -> Element:
    return discovery_by(PatientTraits((patient,)))


def discovery_by(traits: PatientTraits) -> Element:
    return write_patient_discovery_request(
        PatientDiscoveryRequest(
            id=InstanceId("1.2.3"),
            sender=DANISH_HOME,
            receiver=HOME,
            query_id=InstanceId("1.2.4"),
            traits=traits,
        ),
        NOW,
    )


def understood(answer: OutboundHttp) -> SoapMessage:
    return read_response(answer.payload)
