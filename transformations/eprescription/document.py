"""A prescription item in, an ePrescription and its account out.

Spec: eHDSI ePrescription EH.1.1, ePrescription PDF embedded EH.1.6 (Wave 8) /
HL7 Europe MPD (R4).
"""

from __future__ import annotations

from transformations.cda import CdaNode, root_node
from transformations.eprescription.items import PrescriptionItem
from transformations.eprescription.prescribers import complete_prescriber
from transformations.eprescription.prescriptions import ITEM, PRESCRIPTIONS
from transformations.eprescription.source import (
    book_the_rest,
    check_people,
    document_of,
)
from transformations.fhir import FhirBundle, Located
from transformations.header import DocumentHeader, language_of
from transformations.header.order_writing import OrderFacts, write_order_header
from transformations.mapping import Context, Policy
from transformations.sections.wording import Wording
from transformations.sections.writing import close_section, open_section
from transformations.transformed import Transformed, write_cda


def eprescription_to_cda(
    bundle: FhirBundle,
    item: PrescriptionItem,
    header: DocumentHeader,
    *,
    releases_amounts: bool = False,
    is_strict: bool = False,
) -> Transformed:
    """Translate one item of a Bundle of prescriptions to an eHDSI CDA of level 3.

    Parameters
    ----------
    bundle
        Order, medicine, patient, prescriber and whatever they refer to. Other items
        belong to documents of their own.
    item
        One of :func:`items` of the same Bundle.
    header
        Its type is ``PRESCRIPTION_L3``; its id is this document's alone.
    releases_amounts
        Write an amount of a medicine without a package as one package that holds it,
        with a warning, instead of refusing it as critical.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotFhir
        The order does not say whom it is for.
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    policy = Policy(header.language, header.country, is_strict, releases_amounts)
    return write_cda(document_of(bundle, item), header, policy, _build)


def _build(header: DocumentHeader, cx: Context) -> CdaNode:
    """Write the CDA of the context's order as light nodes."""
    order = cx.document.composition
    document = root_node()
    before = cx.enter(order)
    write_prescription_header(document, order, header, cx)
    wording = Wording(language_of(document))
    cx.translate = wording
    _translate_title(document, header, cx)
    _write_body(document, order, cx)
    cx.report_modifiers(order.resource)
    cx.leave(before)
    check_people(cx)
    book_the_rest(cx)
    wording.report(cx)
    return document


def _translate_title(document: CdaNode, header: DocumentHeader, cx: Context) -> None:
    """Say in the language of the document what it is, where its source has no title."""
    for title in document.elements("title"):
        if title.text == header.type.display:
            title.children[:] = [cx.translate(header.type.display)]


def write_prescription_header(
    document: CdaNode, order: Located, header: DocumentHeader, cx: Context
) -> None:
    """Write everything before the body; the order is the present resource."""
    letter = next(cx.document.of_type("Composition"), None)
    requester = order.resource.get("requester")
    facts = OrderFacts(order, [requester] if requester else [], "authoredOn", letter)
    cx.settle_resource(order)
    write_order_header(document, header, facts, cx)
    complete_prescriber(document, cx)


def _write_body(document: CdaNode, order: Located, cx: Context) -> None:
    body = document.add("component").add("structuredBody", classCode="DOCBODY")
    part, section = open_section(PRESCRIPTIONS, body, cx)
    cx.narrative.begin_line()
    ITEM.write(order.resource, section, cx)
    # The rules want this very title, whatever the language of the document.
    section.add("title", PRESCRIPTIONS.title)
    close_section(PRESCRIPTIONS, section, PRESCRIPTIONS.template_ids, cx)
    body.graft(part)
