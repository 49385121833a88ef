"""What is offered of one patient, under which ids, and the way back from an id.

A source document with a stable version needs no memory: its id is computed again and
compared. One without (made when it is asked for) gets a random id, bound in the store
to the patient it was given out for, and forgotten after its lifetime.

Spec: ARCHITECTURE "Ids and bytes" / IHE ITI TF-2 §3.39.4.1.3 (document not found).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ncp.country_a.document_ids import DocumentLevel, oid_of
from ncp.country_a.services import RespondingServices
from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import ClassCode, FormatCode
from ncp.national.ports import DocumentKind, PatientRecord, SourceDocument
from ncp.store import IssuedDocument
from trust.identifiers import Oid

CLASS_CODE_OF = {DocumentKind.PATIENT_SUMMARY: ClassCode.PATIENT_SUMMARY}
KIND_OF = {code: kind for kind, code in CLASS_CODE_OF.items()}
FORMAT_OF = {DocumentKind.PATIENT_SUMMARY: FormatCode.PATIENT_SUMMARY}


@dataclass(frozen=True, slots=True)
class Offer:
    """A source document under the id it has across the border."""

    document_id: Oid
    document: SourceDocument


def offers(
    services: RespondingServices, patient: PatientRecord, kind: DocumentKind
) -> list[Offer]:
    """Return what can be given out now, newest first."""
    return [
        Offer(_id_for(services, patient, document), document)
        for document in services.documents.documents(patient, kind)
    ]


def _id_for(
    services: RespondingServices, patient: PatientRecord, document: SourceDocument
) -> Oid:
    return _stable_id(services, patient, document) or oid_of(services.fresh_ids.uuid())


def _stable_id(
    services: RespondingServices, patient: PatientRecord, document: SourceDocument
) -> Oid | None:
    if document.version is None:
        return None
    return services.document_ids.document_id(
        patient.id,
        document.source_id,
        document.version,
        DocumentLevel.STRUCTURED,
        FORMAT_OF[document.kind],
    )


def issued(
    services: RespondingServices, patient: PatientRecord, offer: Offer, moment: datetime
) -> IssuedDocument:
    """Return the memory of an id that is given out."""
    document = offer.document
    return IssuedDocument(
        document_id=offer.document_id,
        patient=patient.id,
        document_kind=CLASS_CODE_OF[document.kind].value,
        source={
            "source_id": document.source_id,
            "version": document.version,
            "title": document.title,
            "locator": document.locator,
        },
        created=document.created,
        issued_at=moment,
        expires=moment + services.listing_lifetime,
        language=document.language,
    )


def find_offer(
    services: RespondingServices, patient: PatientRecord, document_id: str
) -> Offer:
    """Return what a document id stands for, if it is one of this patient's.

    Raises
    ------
    PolicyError
        It is not. The record tells an id of another patient from an unknown one; the
        peer is told the same for both.
    """
    for offer in _versioned(services, patient):
        if offer.document_id == document_id:
            return offer
    memory = services.store.issued_documents.find(document_id, patient.id)
    if memory is None:
        raise PolicyError(
            Refusal.DOCUMENT_UNKNOWN, "the document id is not known, or no longer"
        )
    if memory.patient != patient.id:
        raise PolicyError(
            Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
            "the document id was given out for another patient",
        )
    return Offer(Oid(document_id), _remembered(memory))


def _versioned(services: RespondingServices, patient: PatientRecord) -> Iterator[Offer]:
    for kind in DocumentKind:
        for document in services.documents.documents(patient, kind):
            document_id = _stable_id(services, patient, document)
            if document_id is not None:
                yield Offer(document_id, document)


def _remembered(memory: IssuedDocument) -> SourceDocument:
    source = memory.source
    if source.get("version") is not None:
        # A versioned document that is offered no more: a newer version took its place.
        raise PolicyError(
            Refusal.DOCUMENT_UNKNOWN, "this version of the document is not offered now"
        )
    return SourceDocument(
        source_id=source["source_id"] or "",
        version=None,
        created=memory.created,
        kind=KIND_OF[ClassCode(memory.document_kind)],
        language=memory.language,
        title=source["title"] or "",
        locator=source["locator"] or "",
    )
