"""An original clinical document, carried to another country as it was written.

It is made when it is listed, so that its size and hash are those of the bytes that are
fetched later; until then it is kept, encrypted and with an end.

Spec: eHDSI OrCD templates (EH.1.8 to EH.1.11) / ARCHITECTURE "Ids and bytes".
"""

from __future__ import annotations

from ncp.country_a.kinds import TYPE_OF_ORIGINAL
from ncp.country_a.made import (
    MadeDocument,
    check_complete,
    header_of,
    made_of,
    malformed_source,
    read_source,
)
from ncp.country_a.offers import Offer
from ncp.country_a.pivoting import pivoted
from ncp.country_a.services import RespondingServices
from ncp.errors import Refusal, SemanticError
from ncp.figures import Stages
from ncp.national.ports import OriginalContent, PatientRecord
from transformations.header import DocumentType
from transformations.inspection import Inspected, OriginalRefused, media_type_of
from transformations.mapping.shape import MalformedSource
from transformations.original_documents import original_to_cda
from transformations.transformed import Transformed


def make_original(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Read an original, look into it, and put it into a CDA; kept bytes are reused.

    Raises
    ------
    NationalError
        It cannot be read, or is somebody else's.
    SemanticError
        It lacks a mandatory fact, or holds what may not leave the country.
    """
    if offer.content is not None:
        return MadeDocument(offer.content, {"document.xml": offer.content})
    kind = TYPE_OF_ORIGINAL[offer.document.kind]
    with stages.measure("source"):
        original = services.documents.original(patient, offer.document)
    with stages.measure("inspect"):
        inspected = _inspected(services, offer, kind, original)
    with stages.measure("translate"):
        transformed = _enveloped(services, patient, offer, original, inspected)
    check_complete(services, transformed)
    with stages.measure("pivot"):
        return pivoted(services, offer, made_of(original.cover, transformed))


def _inspected(
    services: RespondingServices,
    offer: Offer,
    kind: DocumentType,
    original: OriginalContent,
) -> Inspected:
    declared = media_type_of(offer.document.media_type)
    try:
        return services.look_into(original.data, declared, kind)
    except OriginalRefused as error:
        raise unfit(error) from error


def unfit(error: OriginalRefused) -> SemanticError:
    """Make the error for a document that may not leave, or be shown."""
    return SemanticError(
        Refusal.DOCUMENT_UNFIT,
        f"the original document is refused ({error.rule}): {error.sentence}",
        "It must be corrected at its source.",
    )


def _enveloped(
    services: RespondingServices,
    patient: PatientRecord,
    offer: Offer,
    original: OriginalContent,
    inspected: Inspected,
) -> Transformed:
    header = header_of(services, offer, TYPE_OF_ORIGINAL[offer.document.kind])
    facts = read_source(original.cover, patient)
    try:
        return original_to_cda(
            facts,
            header,
            inspected.media_type,
            inspected.content,
            is_literal=services.literal_image_types,
        )
    except MalformedSource as error:
        raise malformed_source(error) from error
