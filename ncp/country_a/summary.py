"""A national summary made into the document another country can read.

Spec: eHDSI CDA implementation guide (Wave 8), as restated in ``transformations``.
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
from ncp.country_a.pivoting import pivoted
from ncp.country_a.services import RespondingServices
from ncp.figures import Stages
from ncp.national.ports import PatientRecord
from transformations.fhir import FhirDocument
from transformations.header import PATIENT_SUMMARY_L3
from transformations.patient_summary import (
    DocumentHeader,
    MalformedSource,
    Transformed,
    patient_summary_to_cda,
)


def make_summary(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Read the national document, check whose it is, and translate it.

    Raises
    ------
    NationalError
        The source is no FHIR document, or one of somebody else.
    SemanticError
        The document lacks a fact the rules make mandatory, or holds a code that has
        none in the catalogue.
    """
    with stages.measure("source"):
        source = services.documents.content(patient, offer.document)
    with stages.measure("translate"):
        document = read_source(source, patient)
        header = header_of(services, offer, PATIENT_SUMMARY_L3)
        transformed = _translated(document, header)
    check_complete(services, transformed)
    with stages.measure("pivot"):
        return pivoted(services, offer, made_of(source, transformed))


def _translated(document: FhirDocument, header: DocumentHeader) -> Transformed:
    try:
        return patient_summary_to_cda(document, header)
    except MalformedSource as error:
        raise malformed_source(error) from error
