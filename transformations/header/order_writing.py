"""The header of a document that is made of one order, and not of a Composition.

Who ordered is the author, whom the order is for the patient. Where the Bundle is a
document, its Composition gives the rest: title, language, keeper, who vouches for it.

Spec: eHDSI common header (EH.1.1, EH.1.2, EH.1.6, Wave 8) / HL7 Europe MPD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from transformations.cda import CdaNode
from transformations.fhir import Located
from transformations.header.facts import DocumentHeader
from transformations.header.roles import (
    write_authors,
    write_custodian,
    write_legal_authenticator,
)
from transformations.header.writing import (
    CONFIDENTIALITY_CODES,
    check_status,
    check_type,
    complete_header,
    date_to_cda,
    settle_bundle,
    write_fixed,
    write_language,
    write_moment,
    write_patient,
)
from transformations.hl7v3.timestamps import to_ts
from transformations.mapping import (
    IDENTIFIER,
    ST,
    Context,
    Ignore,
    Pair,
    Row,
    Severity,
    Table,
)
from transformations.mapping.ledger import Site

_NOT_OF_AN_ORDER = "the header of an order has no place for it"
_LETTER = Table(
    "header",
    "Composition",
    "ClinicalDocument",
    Row("title", "title", ST),
    Pair("date", date_to_cda),
    Row("confidentiality", "confidentialityCode", CONFIDENTIALITY_CODES),
    Row("identifier", "setId", IDENTIFIER),
    Ignore("status", "a document of CDA has no status"),
    Ignore("encounter", "the header names no encounter"),
    Ignore("relatesTo[]", _NOT_OF_AN_ORDER),
    Ignore("event[]", _NOT_OF_AN_ORDER),
)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the header takes from an order.

    Parameters
    ----------
    order
        The resource the document is made of; it is the present one.
    authors
        References to those who wrote it.
    dated
        Name of the element that says when.
    letter
        The Composition of the Bundle, where there is one.
    """

    order: Located
    authors: Sequence[Any] = field(repr=False)
    dated: str
    letter: Located | None = None


def write_order_header(
    document: CdaNode, header: DocumentHeader, facts: OrderFacts, cx: Context
) -> None:
    """Write everything before the body."""
    order = facts.order.resource
    composition = {} if facts.letter is None else facts.letter.resource
    write_fixed(document, header)
    settle_bundle(cx)
    _write_language(composition, order, document, header, cx)
    if facts.letter is not None:
        _write_letter(facts.letter, document, header, cx)
    dated = _dated(order, facts.dated, cx)
    write_moment(composition.get("date") or dated, document, header, cx)
    before = _enter(facts.letter, cx)
    write_custodian(composition, document, header.custodian, cx)
    _leave(before, cx)
    write_authors(facts.authors, dated, document, cx)
    before = _enter(facts.letter, cx)
    write_legal_authenticator(
        composition, document, header.country, cx, is_needed=header.type.is_vouched_for
    )
    _leave(before, cx)
    write_patient(order, document, header.type, cx)
    complete_header(composition, document, header.type, cx)


def _enter(located: Located | None, cx: Context) -> Any:
    return None if located is None else cx.enter(located)


def _leave(before: Any, cx: Context) -> None:
    if before is not None:
        cx.leave(before)


def _write_language(
    composition: Any,
    order: Any,
    document: CdaNode,
    header: DocumentHeader,
    cx: Context,
) -> None:
    """Write the language of the letter, else that of the order."""
    if "language" in composition:
        cx.settle(order, "language")
        write_language(composition, document, header, cx)
    else:
        write_language(order, document, header, cx)


def _write_letter(
    letter: Located, document: CdaNode, header: DocumentHeader, cx: Context
) -> None:
    composition = letter.resource
    before = cx.enter(letter)
    cx.settle_resource(letter)
    cx.report_modifiers(composition)
    cx.site = Site("header: Composition", "ClinicalDocument")
    check_status(composition, cx)
    check_type(composition, header.type, cx)
    _LETTER.write(composition, document, cx)
    cx.site = Site("header: Composition", "ClinicalDocument")
    _check_subject(composition, cx)
    for author in composition.get("author") or ():
        cx.settle_rest(author)
    for section in composition.get("section") or ():
        _settle_section(section, cx)
    cx.leave(before)


def _check_subject(composition: Any, cx: Context) -> None:
    """Report a letter about somebody else than the order that it holds."""
    subject = composition.get("subject")
    name = subject.get("reference") if isinstance(subject, dict) else None
    if not isinstance(name, str):
        return
    located = cx.document.resolve(name, cx.located)
    if located is not None and located.resource is not cx.document.patient.resource:
        cx.find(
            Severity.CRITICAL,
            "subject-of-another-patient",
            "the Composition is about another patient than the order",
        )
    cx.derive(subject, "reference")
    cx.settle_rest(subject)


def _settle_section(section: Any, cx: Context) -> None:
    """Book a section of the letter: what it lists is a document of its own."""
    cx.lose_narrative(section)
    for inner in section.get("section") or ():
        _settle_section(inner, cx)
    for name in section:
        if name not in {"section", "text"}:
            cx.settle(section, name)


def _dated(order: Any, name: str, cx: Context) -> Any:
    cx.site = Site(f"header: {name}", "ClinicalDocument/author/time")
    value = order.get(name)
    if isinstance(value, str) and to_ts(value) is not None:
        return cx.take(order, name)
    cx.find(Severity.CRITICAL, "order-date-missing", "nothing says when it was ordered")
    return ""
