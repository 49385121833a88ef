"""Signed messages of country B, ready before the clock starts.

One session is what one doctor does: identify, list, fetch. Each has assertions of its
own, so that nothing which was believed for one is remembered for another, and each
message an id of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ncp.demo.cast import DOCTOR, LUXEMBOURG, PORTUGAL
from ncp.demo.countries import XCA_PATH, XCPD_PATH
from ncp.demo.pki import KeyFiles
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientTraits,
    write_patient_discovery_request,
)
from ncp.ihe.soap import write_request
from trust.assertions import (
    ROLES,
    SMARTCARD_PKI,
    FacilityType,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    build_hcp_assertion,
    build_trc_assertion,
    read_own_hcp,
)
from trust.certificates import SigningKey
from trust.identifiers import Oid, PatientId
from trust.xml import Element

HOST = "127.0.0.1"
PATHS = {
    Transaction.ITI_55: XCPD_PATH,
    Transaction.ITI_38: XCA_PATH,
    Transaction.ITI_39: XCA_PATH,
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it goes over the wire, HTTP head and all."""

    transaction: Transaction
    payload: HttpPayload = field(repr=False)

    @property
    def path(self) -> str:
        """Where it is posted to."""
        return PATHS[self.transaction]

    @property
    def wire(self) -> bytes:
        """The request as bytes."""
        return post(self.path, self.payload)


def post(path: str, payload: HttpPayload) -> bytes:
    """Return a POST of HTTP/1.1 as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n"
        f"Content-Type: {payload.content_type}\r\n"
        f"Content-Length: {len(payload.body)}\r\n\r\n"
    )
    return head.encode("latin-1") + payload.body


def zeros(length: int, answer: int) -> bytes:
    """Return a POST of so many zeros, to which so many shall be answered."""
    return post(f"/{answer}", HttpPayload("application/octet-stream", bytes(length)))


class Doctor:
    """Writes the messages of one professional, each session newly vouched for."""

    def __init__(self, seal: KeyFiles, patient: PatientId) -> None:
        self._key = _load(seal)
        self._patient = patient

    def session(self, document_id: Oid | None = None) -> Iterator[Message]:
        """Yield what is asked in one session; without a document it is not fetched."""
        now = datetime.now(UTC)
        hcp, trc = self._assertions(now)
        yield _message(Transaction.ITI_55, self._question(now), hcp)
        yield _message(Transaction.ITI_38, self._query(), hcp, trc)
        if document_id is not None:
            yield _message(Transaction.ITI_39, _request(document_id), hcp, trc)

    def _assertions(self, now: datetime) -> tuple[bytes, bytes]:
        hcp = build_hcp_assertion(
            _PROFESSIONAL,
            country=PORTUGAL.code,
            home_community_id=PORTUGAL.home_community_id,
            key=self._key,
            now=now,
            assertion_id=uuid.uuid4(),
        )
        trc = build_trc_assertion(
            read_own_hcp(hcp, key=self._key, country=PORTUGAL.code),
            self._patient,
            country=PORTUGAL.code,
            key=self._key,
            now=now,
            purpose_of_use=PurposeOfUse.TREATMENT,
            assertion_id=uuid.uuid4(),
        )
        return hcp, trc

    def _question(self, now: datetime) -> Element:
        question = PatientDiscoveryRequest(
            id=_fresh_instance(),
            sender=PORTUGAL.home_community_id,
            receiver=LUXEMBOURG.home_community_id,
            query_id=_fresh_instance(),
            traits=PatientTraits((self._patient,)),
        )
        return write_patient_discovery_request(question, now)

    def _query(self) -> Element:
        codes = (ClassCode.PATIENT_SUMMARY,)
        home = LUXEMBOURG.home_community_id
        return write_document_query(DocumentQuery(self._patient, codes, home))


_PROFESSIONAL = HealthProfessional(
    identifier=DOCTOR.identifier,
    name=DOCTOR.name,
    role=ROLES[DOCTOR.role],
    organization=DOCTOR.organization,
    organization_id=DOCTOR.organization_id,
    facility_type=FacilityType(DOCTOR.facility_type),
    locality=DOCTOR.locality,
    permissions=tuple(Permission),
    authentication=SMARTCARD_PKI,
    purpose_of_use=PurposeOfUse.TREATMENT,
)


def _request(document_id: Oid) -> Element:
    home, repository = LUXEMBOURG.home_community_id, LUXEMBOURG.repository_unique_id
    wanted = DocumentRequest(home, repository, document_id)
    return write_retrieve_request(RetrieveRequest((wanted,)))


def _message(transaction: Transaction, body: Element, *assertions: bytes) -> Message:
    payload = write_request(
        body,
        action=transaction.request_action,
        message_id=f"urn:uuid:{uuid.uuid4()}",
        to=f"https://{HOST}{PATHS[transaction]}",
        assertions=assertions,
        mtom=transaction is Transaction.ITI_39,
    )
    return Message(transaction, payload)


def _fresh_instance() -> InstanceId:
    return InstanceId(Oid(f"2.25.{uuid.uuid4().int}"))


def _load(files: KeyFiles) -> SigningKey:
    key = load_pem_private_key(files.key.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the demo seals with RSA")
    return SigningKey(
        key, x509.load_pem_x509_certificate(files.certificate.read_bytes())
    )
