"""The PDF of a prescription: the national one, else one set from the same facts.

Spec: eHDSI ePrescription PDF embedded (EH.1.6, Wave 8).
"""

from __future__ import annotations

from ncp.country_a.made import (
    MadeDocument,
    check_complete,
    header_of,
    made_of,
    malformed_source,
    unreadable_source,
)
from ncp.country_a.offers import Offer
from ncp.country_a.originals import unfit
from ncp.country_a.prescription import (
    offered_prescription,
    read_prescription,
    translated_prescription,
)
from ncp.country_a.services import RespondingServices
from ncp.figures import Stages
from ncp.national.ports import PatientRecord
from transformations.display.pdf import render_document
from transformations.display.readable import read_readable
from transformations.eprescription import (
    PRESCRIPTION_L1,
    MalformedSource,
    PrescriptionItem,
    Transformed,
)
from transformations.eprescription.embedding import eprescription_pdf_to_cda
from transformations.fhir import FhirBundle, NotFhir
from transformations.inspection import MediaType, OriginalRefused
from trust.xml import DOCUMENT_LIMITS, parse_xml


def make_prescription_pdf(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Make the PDF form of a prescription item.

    Raises
    ------
    NationalError
        The source is no FHIR, or of somebody else.
    SemanticError
        It lacks a mandatory fact, or the national PDF may not leave the country.
    """
    source, prescription = offered_prescription(services, offer)
    with stages.measure("source"):
        content = source.content(patient, prescription)
    bundle, item = read_prescription(content, patient)
    if prescription.has_pdf:
        with stages.measure("source"):
            pdf = _national(services, source.pdf(patient, prescription))
    else:
        with stages.measure("render"):
            pdf = _rendered(services, offer, bundle, item)
    with stages.measure("translate"):
        transformed = _embedded(services, offer, bundle, item, pdf)
    check_complete(services, transformed)
    return made_of(content, transformed)


def _national(services: RespondingServices, pdf: bytes) -> bytes:
    try:
        return services.look_into(pdf, MediaType.PDF, PRESCRIPTION_L1).content
    except OriginalRefused as error:
        raise unfit(error) from error


def _rendered(
    services: RespondingServices,
    offer: Offer,
    bundle: FhirBundle,
    item: PrescriptionItem,
) -> bytes:
    coded = translated_prescription(services, offer, bundle, item)
    check_complete(services, coded)
    return render_document(read_readable(parse_xml(coded.document, DOCUMENT_LIMITS)))


def _embedded(
    services: RespondingServices,
    offer: Offer,
    bundle: FhirBundle,
    item: PrescriptionItem,
    pdf: bytes,
) -> Transformed:
    header = header_of(services, offer, PRESCRIPTION_L1)
    try:
        return eprescription_pdf_to_cda(bundle, item, header, pdf)
    except MalformedSource as error:
        raise malformed_source(error) from error
    except NotFhir as error:
        raise unreadable_source(error) from error
