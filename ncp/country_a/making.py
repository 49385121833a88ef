"""Which maker makes an offer; the one place that knows all of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ncp.conformity import remark_on, report_as_json
from ncp.country_a.document_ids import DocumentLevel
from ncp.country_a.made import MadeDocument
from ncp.country_a.offers import Offer
from ncp.country_a.originals import make_original
from ncp.country_a.prescription import make_prescription
from ncp.country_a.prescription_pdf import make_prescription_pdf
from ncp.country_a.services import RespondingServices
from ncp.country_a.summary import make_summary
from ncp.country_a.summary_pdf import make_summary_pdf
from ncp.errors import Refusal, SemanticError
from ncp.figures import Stages
from ncp.national.ports import DocumentKind, PatientRecord
from trust.xml import DOCUMENT_LIMITS, parse_xml

_MAKERS = {
    (DocumentKind.PATIENT_SUMMARY, DocumentLevel.STRUCTURED): make_summary,
    (DocumentKind.PATIENT_SUMMARY, DocumentLevel.PDF): make_summary_pdf,
    (DocumentKind.PRESCRIPTION, DocumentLevel.STRUCTURED): make_prescription,
    (DocumentKind.PRESCRIPTION, DocumentLevel.PDF): make_prescription_pdf,
}


def make_document(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> MadeDocument:
    """Make the document of an offer, and judge it by the rules.

    Raises
    ------
    NationalError, SemanticError
        As the maker of its level does; or the document breaks a rule, and the settings
        say that it does not leave then.
    """
    make = _MAKERS.get((offer.document.kind, offer.level), make_original)
    made = make(services, patient, offer, stages)
    with stages.measure("rules"):
        return judged(services, made)


def judged(services: RespondingServices, made: MadeDocument) -> MadeDocument:
    """Judge a made document, and say beside it what was found.

    Raises
    ------
    SemanticError
        It breaks a rule, and the settings say that it does not leave then.
    """
    report = services.conformity.judge(parse_xml(made.document, DOCUMENT_LIMITS))
    remark = remark_on(report)
    if (
        remark
        and services.conformity.refuses
        and not services.send_incomplete_documents
    ):
        raise SemanticError(
            Refusal.DOCUMENT_UNFIT,
            "the document breaks the rules of its kind",
            f"{remark} ncp validate tells all of them, and what to do.",
        )
    kept = {**made.kept, "rules.json": partial(report_as_json, report)}
    return replace(made, kept=kept, remark=remark)
