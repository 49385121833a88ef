"""A national prescription item made into the document another country can read.

Spec: eHDSI ePrescription EH.1.1 (Wave 8), as restated in ``transformations``.
"""

from __future__ import annotations

from ncp.country_a.made import (
    MadeDocument,
    check_complete,
    header_of,
    is_of,
    made_of,
    malformed_source,
    of_another_patient,
    unreadable_source,
)
from ncp.country_a.offers import Offer
from ncp.country_a.pivoting import pivoted
from ncp.country_a.services import RespondingServices
from ncp.errors import InternalError, NationalError, Refusal
from ncp.figures import Stages
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription, PrescriptionSource
from transformations.eprescription import (
    PRESCRIPTION_L3,
    MalformedSource,
    PrescriptionItem,
    Transformed,
    eprescription_to_cda,
    items,
)
from transformations.fhir import FhirBundle, NotFhir, read_fhir_bundle


def make_prescription(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Read the national prescription, check whose it is, and translate it.

    Raises
    ------
    NationalError
        The source is no FHIR, or of somebody else.
    SemanticError
        It lacks a mandatory fact, or holds a code that has none in the catalogue.
    """
    national, prescription = offered_prescription(services, offer)
    with stages.measure("source"):
        source = national.content(patient, prescription)
    with stages.measure("translate"):
        bundle, item = read_prescription(source, patient)
        transformed = translated_prescription(services, offer, bundle, item)
    check_complete(services, transformed)
    with stages.measure("pivot"):
        return pivoted(services, offer, made_of(source, transformed))


def offered_prescription(
    services: RespondingServices, offer: Offer
) -> tuple[PrescriptionSource, Prescription]:
    """Return the item behind an offer, and where it is read."""
    if services.prescriptions is None or offer.judged is None:
        raise InternalError(Refusal.INTERNAL, "an offer lost its prescription")
    return services.prescriptions.source, offer.judged.prescription


def read_prescription(
    source: bytes, patient: PatientRecord
) -> tuple[FhirBundle, PrescriptionItem]:
    """Read a Bundle of one item, and check whose it is.

    Raises
    ------
    NationalError
        It is no FHIR Bundle of one item, or one of somebody else.
    """
    try:
        bundle = read_fhir_bundle(source)
    except NotFhir as error:
        raise unreadable_source(error) from error
    found = items(bundle)
    if len(found) != 1:
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE,
            "the national prescription is not one item",
            "A Bundle of one MedicationRequest was expected.",
        )
    people = list(bundle.of_type("Patient"))
    if len(people) != 1 or not is_of(people[0].resource, patient):
        raise of_another_patient()
    return bundle, found[0]


def translated_prescription(
    services: RespondingServices,
    offer: Offer,
    bundle: FhirBundle,
    item: PrescriptionItem,
) -> Transformed:
    """Translate an item to its coded document."""
    header = header_of(services, offer, PRESCRIPTION_L3)
    offered = services.prescriptions
    releases_amounts = offered is not None and offered.policy.releases_amounts
    try:
        return eprescription_to_cda(
            bundle, item, header, releases_amounts=releases_amounts
        )
    except MalformedSource as error:
        raise malformed_source(error) from error
    except NotFhir as error:
        raise unreadable_source(error) from error
