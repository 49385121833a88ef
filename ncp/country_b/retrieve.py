"""Fetch a document from another country (ITI-39), asking side.

Spec: IHE ITI TF-2 §3.39.4 / eHDSI XCA profile.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ncp.country_b.ask import answer_invalid, ask, refuse_errors
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.namespaces import HL7
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from ncp.store import ListedEntry
from trust.assertions import HcpAssertion
from trust.identifiers import PatientId
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

_PATIENT_IDS = f"{{{HL7}}}recordTarget/{{{HL7}}}patientRole/{{{HL7}}}id"


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that is CDA; ``names_patient`` is False where its ids are others.

    Some countries answer ITI-55 with a pseudonym that their documents do not carry:
    that is told to the professional and not refused.
    """

    content: bytes = field(repr=False)
    mime_type: str
    names_patient: bool


def retrieve(
    services: InitiatingServices,
    peer: Peer,
    patient: PatientId,
    listed: ListedEntry,
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> CheckedDocument:
    """Return the document, byte for byte as it was sent."""
    wanted = DocumentRequest(
        listed.home_community_id,
        listed.repository_unique_id,
        listed.document_unique_id,
    )

    def read(answer: SoapMessage) -> Understood[CheckedDocument]:
        return _understood(wanted, patient, answer)

    return ask(
        services,
        Question(
            transaction=Transaction.ITI_39,
            peer=peer,
            body=write_retrieve_request(RetrieveRequest((wanted,))),
            assertions=assertions,
            hcp=hcp,
            patients=(patient,),
            documents=(listed.document_unique_id,),
            document_kind=ClassCode(listed.class_code),
        ),
        read,
    )


def _understood(
    wanted: DocumentRequest, patient: PatientId, answer: SoapMessage
) -> Understood[CheckedDocument]:
    response = read_retrieve_response(answer.body, answer.attachments)
    refuse_errors(response.errors, Transaction.ITI_39, frozenset())
    document = response.document_for(wanted)
    if document is None:
        raise answer_invalid("the answer does not hold the document asked for")
    return Understood(
        value=_checked(document, patient),
        has_result=True,
        errors=response.errors,
        kept={"document.xml": document.content},
    )


def _checked(document: RetrievedDocument, patient: PatientId) -> CheckedDocument:
    try:
        root = parse_xml(document.content, DOCUMENT_LIMITS)
    except XmlRefused as error:
        raise answer_invalid(f"the document was refused: {error}") from None
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        raise answer_invalid("the document is no CDA document")
    return CheckedDocument(document.content, document.mime_type, _names(root, patient))


def _names(root: etree._Element, patient: PatientId) -> bool:
    return any(
        (found.get("root"), found.get("extension")) == (patient.root, patient.extension)
        for found in root.iterfind(_PATIENT_IDS)
    )
