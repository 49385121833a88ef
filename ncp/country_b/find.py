"""Ask another country for a patient's documents (ITI-38), asking side.

Spec: IHE ITI TF-2 §3.38.4 / eHDSI XCA profile.
"""

from __future__ import annotations

from ncp.answers import codes_for
from ncp.country_b.ask import answer_invalid, ask, refuse_errors
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.errors import Refusal
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import read_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from trust.assertions import HcpAssertion
from trust.identifiers import PatientId

# Every implementation's code for an empty list, sent as a warning or as an error.
NOTHING_FOUND_CODES = codes_for(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38)


def find(
    services: InitiatingServices,
    peer: Peer,
    patient: PatientId,
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> tuple[DocumentEntry, ...]:
    """Return the patient summaries the other country lists; empty where it has none."""

    def read(answer: SoapMessage) -> Understood[tuple[DocumentEntry, ...]]:
        return _understood(patient, answer)

    return ask(
        services,
        Question(
            transaction=Transaction.ITI_38,
            peer=peer,
            body=write_document_query(
                DocumentQuery(patient, (ClassCode.PATIENT_SUMMARY,))
            ),
            assertions=assertions,
            hcp=hcp,
            patients=(patient,),
            document_kind=ClassCode.PATIENT_SUMMARY,
        ),
        read,
    )


def _understood(
    patient: PatientId, answer: SoapMessage
) -> Understood[tuple[DocumentEntry, ...]]:
    response = read_document_query_response(answer.body)
    refuse_errors(response.errors, Transaction.ITI_38, NOTHING_FOUND_CODES)
    if response.status is ResponseStatus.FAILURE and not response.errors:
        raise answer_invalid("the answer is a failure, or has no status, and no reason")
    if any(entry.patient != patient for entry in response.entries):
        raise answer_invalid("the list does not name the patient that was asked for")
    wanted = tuple(
        entry
        for entry in response.entries
        if entry.class_code == ClassCode.PATIENT_SUMMARY
    )
    return Understood(
        value=wanted,
        has_result=bool(wanted),
        documents=tuple(entry.unique_id for entry in wanted),
        errors=response.errors,
    )
