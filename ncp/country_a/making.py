"""Which maker makes an offer; the one place that knows all of them."""

from __future__ import annotations

from ncp.country_a.document_ids import DocumentLevel
from ncp.country_a.made import MadeDocument
from ncp.country_a.offers import Offer
from ncp.country_a.originals import make_original
from ncp.country_a.services import RespondingServices
from ncp.country_a.summary import make_summary
from ncp.country_a.summary_pdf import make_summary_pdf
from ncp.figures import Stages
from ncp.national.ports import PatientRecord

_MAKERS = {
    DocumentLevel.STRUCTURED: make_summary,
    DocumentLevel.PDF: make_summary_pdf,
    DocumentLevel.ORIGINAL: make_original,
}


def make_document(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Make the document of an offer.

    Raises
    ------
    NationalError, SemanticError
        As the maker of its level does.
    """
    return _MAKERS[offer.level](services, patient, offer, stages)
