"""Ask another country for a patient's documents (ITI-38), asking side.

Spec: IHE ITI TF-2 §3.38.4 / eHDSI XCA profile.
"""

from __future__ import annotations

from dataclasses import replace

from ncp.answers import codes_for
from ncp.country_b.ask import ask, refuse_errors
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.errors import Refusal, answer_invalid
from ncp.ihe.codes import ResponseStatus, Transaction
from ncp.ihe.document_list import DocumentList, read_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from trust.assertions import HcpAssertion

# Every implementation's code for an empty list, sent as a warning or as an error.
NOTHING_FOUND_CODES = codes_for(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38)


def find(
    services: InitiatingServices,
    peer: Peer,
    query: DocumentQuery,
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> DocumentList:
    """Return what the other country lists; empty where it has nothing."""

    def read(answer: SoapMessage) -> Understood[DocumentList]:
        return _understood(query, answer)

    return ask(
        services,
        Question(
            transaction=Transaction.ITI_38,
            peer=peer,
            body=write_document_query(query),
            assertions=assertions,
            hcp=hcp,
            patients=(query.patient,),
            document_kind=query.class_codes[0],
        ),
        read,
    )


def _understood(query: DocumentQuery, answer: SoapMessage) -> Understood[DocumentList]:
    response = read_document_query_response(answer.body)
    refuse_errors(response.errors, Transaction.ITI_38, NOTHING_FOUND_CODES)
    if response.status is ResponseStatus.FAILURE and not response.errors:
        raise answer_invalid("the answer is a failure, or has no status, and no reason")
    if any(entry.patient != query.patient for entry in response.entries):
        raise answer_invalid("the list does not name the patient that was asked for")
    wanted = tuple(
        entry for entry in response.entries if entry.class_code in query.class_codes
    )
    return Understood(
        value=replace(response, entries=wanted),
        has_result=bool(wanted),
        documents=tuple(entry.unique_id for entry in wanted),
        errors=response.errors,
    )
