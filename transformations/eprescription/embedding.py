"""A prescription as a PDF: the national one, or one set from the coded document.

Spec: eHDSI ePrescription PDF embedded EH.1.6 (Wave 8).
"""

from __future__ import annotations

import time

from transformations.cda import PREFIXES, root_node
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
from transformations.transformed import Transformed, account_of, refuse_malformed
from trust.xml import write_xml

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
    started = time.perf_counter()
    source = document_of(bundle, item)
    cx = Context(source, Policy(header.language, header.country, is_strict))
    try:
        document = root_node()
        before = cx.enter(source.composition)
        write_prescription_header(document, source.composition, header, cx)
        _book_what_the_file_says(cx)
        cx.leave(before)
        check_people(cx)
        book_the_rest(cx, reason=_IN_THE_FILE)
        mapped = time.perf_counter()
        write_embedded(document, MediaType.PDF.value, pdf)
        data = write_xml(document, PREFIXES)
    except (AttributeError, LookupError, TypeError, ValueError):
        refuse_malformed(source)
        raise
    return account_of(data, header, cx, started, mapped)


def _book_what_the_file_says(cx: Context) -> None:
    cx.site = Site("embedded file", "ClinicalDocument/component/nonXMLBody")
    order = cx.document.composition.resource
    cx.report_modifiers(order)
    cx.lose_rest(order, _IN_THE_FILE, Severity.INFORMATION)
