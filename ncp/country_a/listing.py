"""Lists offers: what an entry says, and which bytes are kept behind it.

Spec: IHE ITI TF-3 §4.2.3.2 (document entry) / eHDSI XCA profile (metadata of original
documents, filters) / ARCHITECTURE "Ids and bytes".
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from ncp.audit import TranslationEvent
from ncp.country_a.document_ids import DocumentLevel
from ncp.country_a.kinds import CLASS_CODE_OF
from ncp.country_a.making import make_document
from ncp.country_a.offers import Offer, issued, offers
from ncp.country_a.pivoting import translations_of
from ncp.country_a.prescriptions import Judged
from ncp.country_a.prescriptions.entry import description, event_codes
from ncp.country_a.services import RespondingServices
from ncp.errors import SemanticError
from ncp.figures import Stages
from ncp.ihe.codes import CLASS_CODE_NAMES
from ncp.ihe.document_entry import DocumentEntry, EntryAuthor, EventCode
from ncp.ihe.document_list import Transform
from ncp.ihe.iti38_xca_query import DocumentQuery
from ncp.ihe.oids import EHDSI_ILLNESS
from ncp.national.ports import DocumentKind, PatientRecord, SourceDocument
from ncp.store import IssuedDocument

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Listing:
    """What is listed, in order, and what could not be.

    ``has_wrong_key``: a key was told, and opens nothing.
    """

    offers: list[Offer] = field(default_factory=list)
    issued: list[IssuedDocument] = field(default_factory=list)
    refused: list[SemanticError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    translations: list[TranslationEvent] = field(default_factory=list)
    has_wrong_key: bool = False
    lacks_forms: bool = False


def in_forms(found: Listing, format_codes: Sequence[str]) -> Listing:
    """Keep the forms asked for; all of them where none is named.

    ``lacks_forms`` says that there are documents, in none of these forms.
    """
    if not format_codes:
        return found
    wanted = {each.casefold() for each in format_codes}
    kept = [each for each in found.offers if each.format_code.casefold() in wanted]
    lacks_forms = bool(found.offers) and not kept
    return replace(kept_of(found, kept), lacks_forms=lacks_forms)


def kept_of(found: Listing, offers: list[Offer]) -> Listing:
    """Return a listing of these of its offers alone."""
    ids = {each.document_id for each in offers}
    issued = [each for each in found.issued if each.document_id in ids]
    return replace(found, offers=offers, issued=issued)


def list_offers(
    services: RespondingServices,
    patient: PatientRecord,
    kinds: Sequence[DocumentKind],
    query: DocumentQuery,
    stages: Stages,
    moment: datetime,
) -> Listing:
    """List what a query asks for, of these kinds.

    An original that may not leave is left out, and told as a reason; what cannot be
    read at all fails the list, because it would be taken for complete.
    """
    listing = Listing()
    for kind in kinds:
        offered = offers(services, patient, kind, moment)
        listing.remarks += [offered.remark] * bool(offered.remark)
        for offer in offered.offers:
            if _is_within_time(query, offer.document):
                _take(services, patient, offer, stages, moment, listing)
    within = [each for each in listing.offers if _is_within_size(query, each)]
    return kept_of(listing, within)


def _take(
    services: RespondingServices,
    patient: PatientRecord,
    offer: Offer,
    stages: Stages,
    moment: datetime,
    listing: Listing,
) -> None:
    if offer.level is not DocumentLevel.ORIGINAL:
        listing.offers.append(offer)
        listing.issued.append(issued(services, patient, offer, moment))
        return
    memory = services.store.issued_documents.find(offer.document_id, patient.id)
    if memory is not None and _is_good(services, memory, patient, moment):
        listing.offers.append(replace(offer, content=memory.content))
        return
    try:
        made = make_document(services, patient, offer, stages)
    except SemanticError as error:
        _log.warning("original.not-listed", condition=error.refusal)
        listing.refused.append(error)
        listing.translations += translations_of(error)
        return
    listing.translations += made.translations
    kept = replace(offer, content=made.document)
    listing.offers.append(kept)
    listing.issued.append(issued(services, patient, kept, moment))


def _is_good(
    services: RespondingServices,
    memory: IssuedDocument,
    patient: PatientRecord,
    moment: datetime,
) -> bool:
    """Whether kept bytes serve this list too: half of their lifetime is left."""
    return (
        memory.patient == patient.id
        and memory.content is not None
        and memory.expires - moment > services.listing_lifetime / 2
    )


def _is_within_time(query: DocumentQuery, document: SourceDocument) -> bool:
    is_after = query.created_after is None or document.created > query.created_after
    return is_after and (
        query.created_before is None or document.created < query.created_before
    )


def _is_within_size(query: DocumentQuery, offer: Offer) -> bool:
    """Compare the size; what is made when it is fetched has none and passes."""
    return (
        query.maximum_size is None
        or offer.content is None
        or len(offer.content) <= query.maximum_size
    )


def transforms(offers: Sequence[Offer]) -> Iterator[Transform]:
    """Yield which entry is the PDF of which."""
    coded = {
        each.document.source_id: each
        for each in offers
        if each.level is DocumentLevel.STRUCTURED
    }
    for each in offers:
        target = coded.get(each.document.source_id)
        if each.level is DocumentLevel.PDF and target is not None:
            yield Transform(entry_id(each), entry_id(target))


def entry_id(offer: Offer) -> uuid.UUID:
    """Return the id of an offer's entry; the same at each query."""
    return uuid.uuid5(uuid.NAMESPACE_OID, offer.document_id)


def entry_of(
    services: RespondingServices, query: DocumentQuery, offer: Offer
) -> DocumentEntry:
    """Say of an offer what a list says."""
    identity, document = services.identity, offer.document
    class_code = CLASS_CODE_OF[document.kind]
    # The patient stands in every entry as the query named them: that id is the TRC's,
    # and the one the peer knows.
    entry = DocumentEntry(
        entry_id=entry_id(offer),
        unique_id=offer.document_id,
        repository_unique_id=identity.repository_unique_id,
        home=identity.home_community_id,
        patient=query.patient,
        class_code=class_code,
        type_code=class_code,
        format_code=offer.format_code,
        creation_time=document.created,
        title=CLASS_CODE_NAMES[class_code],
        description=_description(offer),
        language=document.language or identity.language,
        country=identity.country,
        country_name=identity.country_name,
    )
    if offer.judged is not None:
        return _with_prescription(entry, offer.judged)
    return _with_details(entry, offer) if document.kind.is_original else entry


def _with_prescription(entry: DocumentEntry, judged: Judged) -> DocumentEntry:
    """Add what only entries of prescriptions say: in both forms the same."""
    prescription = judged.prescription
    return replace(
        entry,
        authors=tuple(
            EntryAuthor(each.family, each.given, each.specialties)
            for each in prescription.authors
        ),
        events=event_codes(prescription, is_open=judged.verdict.crosses),
    )


def _description(offer: Offer) -> str:
    if offer.judged is not None:
        return description(offer.judged.prescription)
    if offer.document.kind.is_original:
        return offer.document.title
    form = {
        DocumentLevel.STRUCTURED: "CDA L3 / Structured body",
        DocumentLevel.PDF: "CDA L1 / PDF body",
    }[offer.level]
    return f"{CLASS_CODE_NAMES[CLASS_CODE_OF[offer.document.kind]]} ({form})"


def _with_details(entry: DocumentEntry, offer: Offer) -> DocumentEntry:
    """Add what only entries of original documents say."""
    document, content = offer.document, offer.content or b""
    reason = document.stay_reason
    return replace(
        entry,
        size=len(content),
        hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        service_start=document.service_start,
        authors=tuple(
            EntryAuthor(each.family, each.given, each.specialties)
            for each in document.authors
        ),
        events=()
        if reason is None
        else (EventCode(reason.code, EHDSI_ILLNESS, reason.name),),
    )
