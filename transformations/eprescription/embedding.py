"""A prescription as a PDF: the national one, or one set from the coded document.

Spec: eHDSI ePrescription PDF embedded EH.1.6 (Wave 8).
"""

from __future__ import annotations

from functools import partial

from transformations.cda import CdaNode, root_node
from transformations.eprescription.document import write_prescription_header
from transformations.eprescription.items import PrescriptionItem
from transformations.eprescription.source import (
    book_the_rest,
    check_people,
    document_of,
)
from transformations.fhir import FhirBundle
from transformations.header import DocumentHeader
from transformations.inspection.media_types import MediaType
from transformations.mapping import Context, Policy, Severity
from transformations.mapping.ledger import Site
from transformations.original_documents.writing import write_embedded
from transformations.transformed import Transformed, write_cda

_IN_THE_FILE = "the file inside says it, not the CDA around it"


def eprescription_pdf_to_cda(
    bundle: FhirBundle,
    item: PrescriptionItem,
    header: DocumentHeader,
    pdf: bytes,
    *,
    is_strict: bool = False,
) -> Transformed:
    """Put the PDF of one prescription item into an eHDSI CDA of level 1.

    Parameters
    ----------
    bundle, item
        The order that the PDF shows; the header is made of it.
    header
        Its type is ``PRESCRIPTION_L1``; its id is another than that of the coded
        document.
    pdf
        The national PDF, or the coded document rendered
        (:func:`transformations.display.pdf.render_document`).
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotFhir
        The order does not say whom it is for.
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    policy = Policy(header.language, header.country, is_strict)
    return write_cda(document_of(bundle, item), header, policy, partial(_build, pdf))


def _build(pdf: bytes, header: DocumentHeader, cx: Context) -> CdaNode:
    order = cx.document.composition
    document = root_node()
    before = cx.enter(order)
    write_prescription_header(document, order, header, cx)
    _book_what_the_file_says(cx)
    cx.leave(before)
    check_people(cx)
    book_the_rest(cx, reason=_IN_THE_FILE)
    write_embedded(document, MediaType.PDF.value, pdf)
    return document


def _book_what_the_file_says(cx: Context) -> None:
    cx.site = Site("embedded file", "ClinicalDocument/component/nonXMLBody")
    order = cx.document.composition.resource
    cx.report_modifiers(order)
    cx.lose_rest(order, _IN_THE_FILE, Severity.INFORMATION)
