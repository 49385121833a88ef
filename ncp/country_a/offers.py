"""What is offered of one patient, under which ids, and the way back from an id.

A source document with a stable version needs no memory: its id is computed again and
compared. One without (made when it is asked for) gets a random id, bound in the store
to the patient it was given out for, and forgotten after its lifetime.

Spec: ARCHITECTURE "Ids and bytes" / IHE ITI TF-2 §3.39.4.1.3 (document not found).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ncp.country_a.document_ids import DocumentLevel, oid_of
from ncp.country_a.kinds import CLASS_CODE_OF, KIND_OF, format_of
from ncp.country_a.prescriptions import Judged, why_left_out
from ncp.country_a.services import RespondingServices
from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import ClassCode, FormatCode
from ncp.national.ports import DocumentKind, PatientRecord, SourceDocument
from ncp.store import IssuedDocument
from transformations.inspection import media_type_of
from trust.identifiers import Oid


@dataclass(frozen=True, slots=True)
class Offer:
    """A source document in one form, under the id it has across the border.

    Attributes
    ----------
    content
        The very bytes, where they were made when the id was given out.
    judged
        Of a prescription: what it is, and what the rules say of it.
    """

    document_id: Oid
    document: SourceDocument
    level: DocumentLevel = DocumentLevel.STRUCTURED
    content: bytes | None = field(default=None, repr=False)
    judged: Judged | None = None

    @property
    def format_code(self) -> FormatCode:
        """The format code of its entry."""
        document = self.document
        media_type = media_type_of(document.media_type)
        return format_of(document.kind, self.level, media_type)


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be given out of one kind; ``remark`` says what stays here, and why."""

    offers: tuple[Offer, ...]
    remark: str = ""


def offers(
    services: RespondingServices,
    patient: PatientRecord,
    kind: DocumentKind,
    moment: datetime,
) -> Offered:
    """Return what can be given out now, newest first, each in every form."""
    sources, remark = _sources(services, patient, kind, moment)
    return Offered(
        tuple(
            Offer(
                _id_for(services, patient, document, level),
                document,
                level,
                judged=judged,
            )
            for document, judged in sources
            for level in _levels(services, document)
        ),
        remark,
    )


def _sources(
    services: RespondingServices,
    patient: PatientRecord,
    kind: DocumentKind,
    moment: datetime,
) -> tuple[list[tuple[SourceDocument, Judged | None]], str]:
    """Return the source documents of a kind, and what is left out of them."""
    if kind is not DocumentKind.PRESCRIPTION:
        found = services.documents.documents(patient, kind)
        return [(document, None) for document in found], ""
    offered = services.prescriptions
    if offered is None:
        return [], ""
    judged = offered.judged(patient, moment)
    listed = [each for each in judged if each.is_listed]
    return [(_document_of(each), each) for each in listed], why_left_out(judged)


def _document_of(judged: Judged) -> SourceDocument:
    """Return a prescription as a source document: the item, in its version."""
    prescription = judged.prescription
    return SourceDocument(
        source_id=prescription.source_id,
        version=prescription.version,
        created=prescription.authored,
        kind=DocumentKind.PRESCRIPTION,
        language=prescription.language,
        title=prescription.product.name,
        locator=prescription.source_id,
        has_pdf=prescription.has_pdf,
        authors=prescription.authors,
    )


def _levels(
    services: RespondingServices, document: SourceDocument
) -> tuple[DocumentLevel, ...]:
    """Return in which forms a source document is offered."""
    if document.kind.is_original:
        is_carried = media_type_of(document.media_type) is not None
        return (DocumentLevel.ORIGINAL,) if is_carried else ()
    if _is_offered_as_pdf(services, document.kind):
        return (DocumentLevel.STRUCTURED, DocumentLevel.PDF)
    return (DocumentLevel.STRUCTURED,)


def _is_offered_as_pdf(services: RespondingServices, kind: DocumentKind) -> bool:
    if kind is DocumentKind.PRESCRIPTION:
        return services.prescriptions is not None and services.prescriptions.as_pdf
    return services.offer_pdf


def _id_for(
    services: RespondingServices,
    patient: PatientRecord,
    document: SourceDocument,
    level: DocumentLevel,
) -> Oid:
    stable = _stable_id(services, patient, document, level)
    return stable or oid_of(services.fresh_ids.uuid())


def _stable_id(
    services: RespondingServices,
    patient: PatientRecord,
    document: SourceDocument,
    level: DocumentLevel,
) -> Oid | None:
    if document.version is None:
        return None
    return services.document_ids.document_id(
        patient.id,
        document.source_id,
        document.version,
        level,
        format_of(document.kind, level, media_type_of(document.media_type)),
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
            "level": offer.level.value,
            "media_type": document.media_type,
        },
        created=document.created,
        issued_at=moment,
        expires=moment + services.listing_lifetime,
        language=document.language,
        content=offer.content,
    )


def find_offer(
    services: RespondingServices,
    patient: PatientRecord,
    document_id: str,
    moment: datetime,
) -> Offer:
    """Return what a document id stands for, if it is one of this patient's.

    Raises
    ------
    PolicyError
        It is not. The record tells an id of another patient from an unknown one; the
        peer is told the same for both.
    """
    memory = services.store.issued_documents.find(document_id, patient.id)
    is_ours = memory is not None and memory.patient == patient.id
    content = memory.content if memory is not None and is_ours else None
    kinds = [_kind_of(memory)] if memory is not None and is_ours else DocumentKind
    for offer in _versioned(services, patient, kinds, moment):
        if offer.document_id == document_id:
            return replace(offer, content=content)
    if memory is None:
        raise PolicyError(
            Refusal.DOCUMENT_UNKNOWN, "the document id is not known, or no longer"
        )
    if not is_ours:
        raise PolicyError(
            Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
            "the document id was given out for another patient",
        )
    return _remembered(memory)


def issued_kind(
    services: RespondingServices, patient: PatientRecord, document_id: str
) -> DocumentKind | None:
    """Return of which kind an id was given out for this patient; None where it was not.

    Of another patient's it says nothing.
    """
    memory = services.store.issued_documents.find(document_id, patient.id)
    if memory is None or memory.patient != patient.id:
        return None
    return _kind_of(memory)


def _kind_of(memory: IssuedDocument) -> DocumentKind:
    return KIND_OF[ClassCode(memory.document_kind)]


def _versioned(
    services: RespondingServices,
    patient: PatientRecord,
    kinds: Iterable[DocumentKind],
    moment: datetime,
) -> Iterator[Offer]:
    for kind in kinds:
        for document, judged in _sources(services, patient, kind, moment)[0]:
            for level in _levels(services, document):
                document_id = _stable_id(services, patient, document, level)
                if document_id is not None:
                    yield Offer(document_id, document, level, judged=judged)


def _remembered(memory: IssuedDocument) -> Offer:
    source = memory.source
    if source.get("version") is not None:
        # A versioned document that is offered no more: a newer version took its place.
        raise PolicyError(
            Refusal.DOCUMENT_UNKNOWN, "this version of the document is not offered now"
        )
    document = SourceDocument(
        source_id=source["source_id"] or "",
        version=None,
        created=memory.created,
        kind=_kind_of(memory),
        language=memory.language,
        title=source["title"] or "",
        locator=source["locator"] or "",
        media_type=source.get("media_type") or "",
    )
    level = DocumentLevel(source.get("level") or DocumentLevel.STRUCTURED)
    return Offer(Oid(memory.document_id), document, level, memory.content)
