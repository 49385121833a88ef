"""Narrows a list of prescriptions to those that the keys of the TRC assertion open.

Spec: eHDSI SAML Profile (Wave 7): PrescriptionID, DispensationPinCode / fact sheet 06
6.3 item 4 (guesses are throttled).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ncp.country_a.listing import Listing, kept_of
from ncp.country_a.offers import Offer
from ncp.country_a.prescriptions import PrescriptionKey, opened, require_key
from ncp.country_a.restraint import admit_key
from ncp.country_a.services import RespondingServices
from ncp.country_a.use_case import BelievedRequest
from ncp.ihe.codes import ClassCode
from ncp.ihe.iti38_xca_query import DocumentQuery
from ncp.national.prescriptions import Prescription

_WRONG = "No prescription fits the prescription id or the PIN of the TRC assertion."


def by_key(
    services: RespondingServices,
    request: BelievedRequest,
    query: DocumentQuery,
    list_all: Callable[[], Listing],
) -> Listing:
    """List, and of prescriptions only what the keys open; a wrong key opens nothing.

    Raises
    ------
    PolicyError
        A key is needed that was not told, or too many were wrong of late.
    """
    offered = services.prescriptions
    if offered is None or ClassCode.EPRESCRIPTION not in query.class_codes:
        return list_all()
    key = PrescriptionKey.of(request.trc)
    require_key(offered.key_needed, key)
    if not key.is_told:
        return list_all()
    admit_key(services, request, query.patient)
    found = _narrowed(list_all(), key)
    if not found.offers:
        return replace(found, remarks=[*found.remarks, _WRONG], has_wrong_key=True)
    return found


def _narrowed(found: Listing, key: PrescriptionKey) -> Listing:
    return kept_of(found, opened(found.offers, _prescription_of, key))


def _prescription_of(offer: Offer) -> Prescription:
    if offer.judged is None:
        raise ValueError("what is listed is no prescription")
    return offer.judged.prescription
