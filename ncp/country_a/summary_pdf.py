"""The PDF of a patient summary: the national one, else one set from the same facts.

Spec: eHDSI Patient Summary PDF embedded (EH.1.7, Wave 8).
"""

from __future__ import annotations

from ncp.country_a.made import (
    MadeDocument,
    check_complete,
    header_of,
    made_of,
    malformed_source,
    read_source,
)
from ncp.country_a.offers import Offer
from ncp.country_a.originals import unfit
from ncp.country_a.services import RespondingServices
from ncp.figures import Stages
from ncp.national.ports import PatientRecord
from transformations.display.pdf import render_document
from transformations.display.readable import read_readable
from transformations.fhir import FhirDocument
from transformations.header import PATIENT_SUMMARY_L1, PATIENT_SUMMARY_L3
from transformations.inspection import MediaType, OriginalRefused
from transformations.mapping.shape import MalformedSource
from transformations.original_documents import original_to_cda
from transformations.patient_summary import patient_summary_to_cda
from transformations.transformed import Transformed
from trust.xml import DOCUMENT_LIMITS, parse_xml


def make_summary_pdf(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Make the PDF form of a patient summary.

    Raises
    ------
    NationalError
        The source is no FHIR document, or one of somebody else.
    SemanticError
        It lacks a mandatory fact, or the national PDF may not leave the country.
    """
    with stages.measure("source"):
        source = services.documents.content(patient, offer.document)
    facts = read_source(source, patient)
    try:
        pdf = _pdf(services, patient, offer, facts, stages)
        with stages.measure("translate"):
            transformed = original_to_cda(
                facts,
                header_of(services, offer, PATIENT_SUMMARY_L1),
                MediaType.PDF,
                pdf,
            )
    except MalformedSource as error:
        raise malformed_source(error) from error
    check_complete(services, transformed)
    return made_of(source, transformed)


def _pdf(
    services: RespondingServices,
    patient: PatientRecord,
    offer: Offer,
    facts: FhirDocument,
    stages: Stages,
) -> bytes:
    if offer.document.has_pdf:
        with stages.measure("source"):
            pdf = services.documents.pdf(patient, offer.document)
        return _national(services, pdf)
    with stages.measure("render"):
        header = header_of(services, offer, PATIENT_SUMMARY_L3)
        coded = patient_summary_to_cda(facts, header)
        check_complete(services, coded)
        return _rendered(coded)


def _national(services: RespondingServices, pdf: bytes) -> bytes:
    try:
        return services.look_into(pdf, MediaType.PDF, PATIENT_SUMMARY_L1).content
    except OriginalRefused as error:
        raise unfit(error) from error


def _rendered(coded: Transformed) -> bytes:
    root = parse_xml(coded.document, DOCUMENT_LIMITS)
    return render_document(read_readable(root))
