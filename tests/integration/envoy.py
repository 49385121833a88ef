"""Country B as a test plays it: it can do everything right, and one thing wrong.

Messages are made by the gateway's own writers and then bent; they travel over real
mutual TLS.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from ncp.demo.cast import DOCTOR, LUXEMBOURG, PORTUGAL
from ncp.demo.pki import CountryPki, KeyFiles
from ncp.errors import PeerRefused
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import (
    DocumentQuery,
    read_document_query_response,
    write_document_query,
)
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.iti41_xdr import read_submission_response
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientTraits,
    read_patient_discovery_response,
    write_patient_discovery_request,
)
from ncp.ihe.mtom import Attachment
from ncp.ihe.soap import read_response, write_request
from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    FacilityType,
    HcpAssertion,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    build_hcp_assertion,
    build_trc_assertion,
    read_own_hcp,
)
from trust.certificates import SigningKey, load_signing_key
from trust.identifiers import HomeCommunityId, PatientId
from trust.xml import Element

LUXEMBOURGS = LUXEMBOURG.home_community_id
PATHS = {
    Transaction.ITI_55: "/services/XCPD_Service",
    Transaction.ITI_38: "/services/XCA_Service",
    Transaction.ITI_39: "/services/XCA_Service",
    Transaction.ITI_41: "/services/XDR_Service",
}
PROFESSIONAL = HealthProfessional(
    identifier=DOCTOR.identifier,
    name=DOCTOR.name,
    role=ROLES[DOCTOR.role],
    organization=DOCTOR.organization,
    organization_id=DOCTOR.organization_id,
    facility_type=FacilityType.HOSPITAL,
    locality=DOCTOR.locality,
    permissions=tuple(Permission(code) for code in DOCTOR.permissions),
    authentication=SMARTCARD_PKI,
    purpose_of_use=PurposeOfUse.TREATMENT,
)


@dataclass(frozen=True)
class Reply:
    """What country A answered, read as far as it can be."""

    status: int
    payload: HttpPayload
    message_id: str | None

    @property
    def text(self) -> bytes:
        return self.payload.body

    def message(self):
        return read_response(self.payload)

    def fault_codes(self) -> tuple[str, ...]:
        try:
            self.message()
        except PeerRefused as fault:
            return fault.codes
        return ()

    def error_codes(self) -> list[str]:
        """Return the codes told in band, whatever the transaction."""
        message = self.message()
        body = message.body
        match message.transaction:
            case Transaction.ITI_55:
                errors = read_patient_discovery_response(body).errors
            case Transaction.ITI_38:
                errors = read_document_query_response(body).errors
            case Transaction.ITI_39:
                errors = read_retrieve_response(body, message.attachments).errors
            case Transaction.ITI_41:
                errors = read_submission_response(body).errors
        return [error.code for error in errors]

    def matches(self):
        return read_patient_discovery_response(self.message().body).matches

    def entries(self):
        return read_document_query_response(self.message().body).entries

    def documents(self):
        message = self.message()
        return read_retrieve_response(message.body, message.attachments).documents


def tls_context(authority: Path, client: KeyFiles | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority))
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    return context


def seal_of(files: KeyFiles) -> SigningKey:
    return load_signing_key(
        files.certificate.read_bytes(), files.key.read_bytes(), None
    )


class Envoy:
    """Sends what country B would send, or nearly."""

    def __init__(self, door: str, own: CountryPki, other: CountryPki) -> None:
        self.door = door
        self.own = own
        self.other = other
        self.seal = seal_of(own.seal)

    # What is said -------------------------------------------------------------------

    def hcp(
        self,
        *,
        age: timedelta = timedelta(),
        professional: HealthProfessional = PROFESSIONAL,
    ) -> bytes:
        return build_hcp_assertion(
            professional,
            country=PORTUGAL.code,
            home_community_id=PORTUGAL.home_community_id,
            key=self.seal,
            now=datetime.now(UTC) - age,
            assertion_id=uuid.uuid4(),
        )

    def trc(self, hcp: bytes, patient: PatientId) -> bytes:
        return build_trc_assertion(
            self.read_hcp(hcp),
            patient,
            country=PORTUGAL.code,
            key=self.seal,
            now=datetime.now(UTC),
            purpose_of_use=PurposeOfUse.TREATMENT,
            assertion_id=uuid.uuid4(),
        )

    def read_hcp(self, data: bytes) -> HcpAssertion:
        return read_own_hcp(data, key=self.seal, country=PORTUGAL.code)

    # What is asked ------------------------------------------------------------------

    def identify_body(
        self,
        patient: PatientId,
        receiver: HomeCommunityId = LUXEMBOURGS,
    ) -> Element:
        request = PatientDiscoveryRequest(
            id=InstanceId(f"2.25.{uuid.uuid4().int}"),
            sender=PORTUGAL.home_community_id,
            receiver=receiver,
            query_id=InstanceId(f"2.25.{uuid.uuid4().int}"),
            traits=PatientTraits((patient,)),
        )
        return write_patient_discovery_request(request, datetime.now(UTC))

    def list_body(
        self,
        patient: PatientId,
        home: HomeCommunityId | None = LUXEMBOURGS,
    ) -> Element:
        query = DocumentQuery(patient, (ClassCode.PATIENT_SUMMARY,), home)
        return write_document_query(query)

    def fetch_body(self, request: DocumentRequest) -> Element:
        return write_retrieve_request(RetrieveRequest((request,)))

    # What is sent -------------------------------------------------------------------

    def envelope(
        self,
        transaction: Transaction,
        body: Element,
        assertions: Sequence[bytes],
        message_id: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> tuple[HttpPayload, str]:
        message_id = message_id or uuid.uuid4().urn
        payload = write_request(
            body,
            action=transaction.request_action,
            message_id=message_id,
            to=self.door + PATHS[transaction],
            assertions=assertions,
            mtom=transaction is Transaction.ITI_39,
            attachments=attachments,
        )
        return payload, message_id

    def ask(
        self,
        transaction: Transaction,
        body: Element,
        assertions: Sequence[bytes],
        client: KeyFiles | None = None,
    ) -> Reply:
        payload, message_id = self.envelope(transaction, body, assertions)
        return self.post(transaction, payload, message_id, client)

    def post(
        self,
        transaction: Transaction,
        payload: HttpPayload,
        message_id: str | None = None,
        client: KeyFiles | None = None,
    ) -> Reply:
        context = tls_context(self.other.authority, client or self.own.tls_client)
        address = urlsplit(self.door)
        connection = HTTPSConnection(
            str(address.hostname), address.port, timeout=60, context=context
        )
        # Closed in any case: a peer may be killed in the middle of its answer.
        with closing(connection):
            headers = {"Content-Type": payload.content_type}
            connection.request("POST", PATHS[transaction], payload.body, headers)
            response = connection.getresponse()
            content_type = response.headers.get("Content-Type", "")
            answer = HttpPayload(content_type, response.read())
        return Reply(response.status, answer, message_id)

    # The whole way, done right ------------------------------------------------------

    def identify(self, patient: PatientId) -> Reply:
        body = self.identify_body(patient)
        return self.ask(Transaction.ITI_55, body, [self.hcp()])

    def documents_of(self, patient: PatientId) -> list[DocumentRequest]:
        """List the coded summaries of a patient, as they are asked for afterwards."""
        hcp = self.hcp()
        reply = self.ask(
            Transaction.ITI_38, self.list_body(patient), [hcp, self.trc(hcp, patient)]
        )
        return [
            DocumentRequest(entry.home, entry.repository_unique_id, entry.unique_id)
            for entry in reply.entries()
            if not entry.is_pdf
        ]

    def fetch(self, patient: PatientId, request: DocumentRequest) -> Reply:
        hcp = self.hcp()
        body = self.fetch_body(request)
        return self.ask(Transaction.ITI_39, body, [hcp, self.trc(hcp, patient)])
