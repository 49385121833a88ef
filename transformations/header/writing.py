"""The header, written: Bundle, Composition and Patient to CDA.

Spec: eHDSI common header (EH.1.3 and EH.1.7 to EH.1.11, Wave 8) / CDA R2 §4.2 /
IPS 2.0.1 and EPS 1.0.0 Composition.
"""

from __future__ import annotations

import re
from typing import Any

from transformations.cda import CdaNode, expand
from transformations.fhir import Located
from transformations.header.facts import DocumentHeader, DocumentType
from transformations.header.patient import (
    PATIENT,
    PATIENT_ALONE,
    write_preferred_contact,
)
from transformations.header.roles import (
    keeper_name,
    write_authors,
    write_custodian,
    write_legal_authenticator,
)
from transformations.hl7v3.oids import CONFIDENTIALITY, LOINC
from transformations.hl7v3.timestamps import to_ts
from transformations.mapping import (
    IDENTIFIER,
    ST,
    TS,
    CodeMeaning,
    Context,
    Ignore,
    Pair,
    Row,
    Severity,
    StatusCodec,
    Table,
)
from transformations.mapping.ledger import Site

_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_BARE_LANGUAGE = re.compile(r"[a-z]{2}")

CONFIDENTIALITY_CODES = StatusCodec(
    {
        code: CodeMeaning(code, display, CONFIDENTIALITY)
        for code, display in (
            ("L", "low"),
            ("M", "moderate"),
            ("N", "normal"),
            ("R", "restricted"),
            ("U", "unrestricted"),
            ("V", "very restricted"),
        )
    }
)

# What a replaced or appended document becomes in CDA; the source itself is XFRM.
RELATION = {"transforms": "XFRM", "replaces": "RPLC", "appends": "APND"}


def relation_to_cda(composition: Any, document: CdaNode, cx: Context) -> bool:
    """Write documents the Composition relates to that are named by identifier."""
    for relation in composition.get("relatesTo") or []:
        code = RELATION.get(relation.get("code"))
        parent = CdaNode(document.kind.child("relatedDocument"))
        if code is None or not RELATED.write(relation, parent, cx):
            continue
        cx.take(relation, "code")
        parent.attributes["typeCode"] = code
        document.graft(parent)
    return False


def event_to_cda(composition: Any, document: CdaNode, cx: Context) -> bool:
    """Write the care the summary is about, until its last update."""
    service = document.add("documentationOf", typeCode="DOC").add(
        "serviceEvent", classCode="PCPR", moodCode="EVN"
    )
    moment = service.add("effectiveTime")
    _write_period(composition, moment, cx)
    if moment.first("high") is None:
        updated = to_ts(str(composition.get("date", "")))
        moment.add("high", **({"value": updated} if updated else {"nullFlavor": "UNK"}))
    return False


def act_to_cda(composition: Any, document: CdaNode, cx: Context) -> bool:
    """Write the act the document tells of, where its time is known."""
    of = CdaNode(document.kind.child("documentationOf"), None, {"typeCode": "DOC"})
    service = of.add("serviceEvent", classCode="ACT", moodCode="EVN")
    moment = service.add("effectiveTime")
    _write_period(composition, moment, cx)
    if moment.children:
        document.graft(of)
    return False


def _write_period(composition: Any, moment: CdaNode, cx: Context) -> None:
    for event in composition.get("event") or []:
        if not moment.children and isinstance(event.get("period"), dict):
            PERIOD.write(event, moment, cx)
            for concept in event.get("code") or []:
                for coding in concept.get("coding") or []:
                    for name in ("system", "version", "code", "display"):
                        cx.settle(coding, name)


def check_type(composition: Any, wanted: DocumentType, cx: Context) -> None:
    """Check that the document is of its type; the code in CDA is fixed."""
    concept = composition.get("type")
    codings = concept.get("coding") or [] if isinstance(concept, dict) else []
    if all(coding.get("code") != wanted.code for coding in codings):
        cx.find(
            Severity.CRITICAL,
            f"not-a-{wanted.name}",
            f"the document is not typed as a {wanted.name.replace('-', ' ')}"
            f" ({wanted.code})",
        )
    for coding in codings:
        for name in ("system", "code", "display", "version"):
            cx.settle(coding, name)
    if isinstance(concept, dict):
        cx.settle(concept, "text")


def date_to_cda(composition: Any, _document: CdaNode, cx: Context) -> bool:
    """Write the Composition's date, as author/time and last update too."""
    value = composition.get("date")
    if isinstance(value, str) and to_ts(value) is not None:
        cx.take(composition, "date")
    return False


_OF_TRANSPORT = "it tells how the document was found or sent"
RELATED = Table(
    "relatedDocument",
    "CompositionRelatesTo",
    "RelatedDocument",
    Row("targetIdentifier", "parentDocument/id", IDENTIFIER),
)
PERIOD = Table(
    "documentationOf",
    "CompositionEvent",
    "IVL_TS",
    Row("period.start", "low", TS),
    Row("period.end", "high", TS),
)
_COMPOSITION = Table(
    "header",
    "Composition",
    "ClinicalDocument",
    Row("title", "title", ST),
    Pair("date", date_to_cda),
    Row("confidentiality", "confidentialityCode", CONFIDENTIALITY_CODES),
    Row("identifier", "setId", IDENTIFIER),
    Pair("relatesTo", relation_to_cda),
    Ignore("status", "a document of CDA has no status"),
    Ignore("encounter", "the header names no encounter"),
)
_BUNDLE = Table(
    "header",
    "Bundle",
    "ClinicalDocument",
    Row(
        "identifier",
        "relatedDocument[typeCode=XFRM]/parentDocument/id",
        IDENTIFIER,
    ),
    Ignore("timestamp", "the document has its own time"),
    Ignore("language", "the language is the Composition's"),
)
_CARE = Table("header", "Composition", "ClinicalDocument", Pair("event", event_to_cda))
_ACT = Table("header", "Composition", "ClinicalDocument", Pair("event", act_to_cda))
_PATIENT = Table("patient", "Patient", "ClinicalDocument", *PATIENT)
_PATIENT_ALONE = Table("patient", "Patient", "ClinicalDocument", *PATIENT_ALONE)


def write_header(document: CdaNode, header: DocumentHeader, cx: Context) -> None:
    """Write everything before the body."""
    source = cx.document
    composition = source.composition.resource
    write_fixed(document, header)
    settle_bundle(cx)
    before = cx.enter(source.composition)
    cx.settle_resource(source.composition)
    cx.report_modifiers(composition)
    cx.site = Site("header: Composition", "ClinicalDocument")
    check_status(composition, cx)
    check_type(composition, header.type, cx)
    _COMPOSITION.write(composition, document, cx)
    write_language(composition, document, header, cx)
    write_moment(composition.get("date", ""), document, header, cx)
    write_custodian(composition, document, header.custodian, cx)
    authors = composition.get("author") or []
    write_authors(authors, composition.get("date", ""), document, cx)
    write_legal_authenticator(
        composition, document, header.country, cx, is_needed=header.type.is_vouched_for
    )
    write_patient(composition, document, header.type, cx)
    event = _CARE if header.type.service_class == "PCPR" else _ACT
    event.write(composition, document, cx)
    cx.leave(before)
    complete_header(composition, document, header.type, cx)


def write_fixed(document: CdaNode, header: DocumentHeader) -> None:
    """Write what the type of the document fixes, and its id."""
    document.add("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    kind = header.type
    document.add("templateId", root=expand(kind.template))
    document.add("id", root=header.document_id)
    document.add("code", code=kind.code, codeSystem=LOINC, displayName=kind.display)


def settle_bundle(cx: Context) -> None:
    """Book the frame of the Bundle and of its entries."""
    cx.site = Site("Bundle", "")
    bundle = cx.document.bundle
    for name in ("resourceType", "type", "id", "meta", "implicitRules", "total"):
        cx.settle(bundle, name)
    cx.lose(bundle, "link", _OF_TRANSPORT, Severity.INFORMATION)
    cx.lose(bundle, "signature", "it is a signature of the source's own bytes")
    for entry in bundle["entry"]:
        _settle_entry(entry, cx)


def _settle_entry(entry: Any, cx: Context) -> None:
    """Book what stands beside a resource; its fullUrl goes with the resource."""
    for name in entry.keys() - {"fullUrl", "resource"}:
        if name in {"link", "search", "request", "response"}:
            cx.lose(entry, name, _OF_TRANSPORT, Severity.INFORMATION)
    if entry.get("resource") is None:
        cx.lose(entry, "fullUrl", "an entry without a resource")


def check_status(composition: Any, cx: Context) -> None:
    """Report a document that should never have been."""
    if composition.get("status") == "entered-in-error":
        cx.find(
            Severity.CRITICAL,
            "document-entered-in-error",
            "the source says that this document was entered in error",
        )


def write_language(
    composition: Any, document: CdaNode, header: DocumentHeader, cx: Context
) -> None:
    """Write the language with its country; a bare one takes the document's country."""
    language = composition.get("language")
    code = header.language
    cx.site = Site("header: language", "ClinicalDocument/languageCode")
    if isinstance(language, str) and _LANGUAGE.fullmatch(language):
        code = cx.take(composition, "language")
    elif isinstance(language, str) and _BARE_LANGUAGE.fullmatch(language):
        code = f"{cx.take(composition, 'language')}-{header.country}"
    document.add("languageCode", code=code)


def language_of(document: CdaNode) -> str:
    """Return the language of the document as it was written."""
    code = document.first("languageCode")
    return "" if code is None else code.attributes.get("code", "")


def write_moment(
    dated: Any, document: CdaNode, header: DocumentHeader, cx: Context
) -> None:
    """Write when the document was made, else the date of its source.

    Parameters
    ----------
    dated
        A date of FHIR, or anything else where the source has none.
    """
    made = header.created
    if made is not None:
        document.add("effectiveTime", value=made.strftime("%Y%m%d%H%M%S%z"))
        return
    moment = to_ts(str(dated))
    if moment is None:
        cx.find(Severity.CRITICAL, "document-date-missing", "the document has no date")
        document.add("effectiveTime", nullFlavor="UNK")
    else:
        document.add("effectiveTime", value=moment)


def _subject(subject: dict[str, Any], cx: Context) -> Located | None:
    """Find whom the Composition is about; by identifier it may be the only Patient."""
    identifier = subject.get("identifier")
    if isinstance(subject.get("reference"), str):
        return cx.follow(subject)
    if identifier is None:
        cx.settle_rest(subject)
        return None
    if cx.document.is_patient(identifier):
        cx.derive(identifier, "system")
        cx.derive(identifier, "value")
        cx.settle_rest(subject)
        return cx.document.patient
    cx.find(
        Severity.CRITICAL,
        "subject-of-another-patient",
        "the patient is named by an identifier that the Patient has not",
    )
    cx.lose_rest(subject, "it is named only, and not in this document")
    return None


def write_patient(
    source: Any, document: CdaNode, kind: DocumentType, cx: Context
) -> None:
    """Write the patient, whom the ``subject`` of the source names."""
    patient = cx.document.patient
    cx.site = Site("header: subject", "ClinicalDocument/recordTarget")
    subject = source.get("subject")
    located = _subject(subject, cx) if isinstance(subject, dict) else None
    if located is not None and located.resource is not patient.resource:
        cx.find(
            Severity.CRITICAL,
            "subject-of-another-patient",
            "the document is about another patient than its Bundle",
        )
    before = cx.enter(patient)
    cx.settle_resource(patient)
    cx.report_modifiers(patient.resource)
    table = _PATIENT if kind.names_contacts else _PATIENT_ALONE
    table.write(patient.resource, document, cx)
    cx.leave(before)


def _write_confidentiality(composition: Any, document: CdaNode, cx: Context) -> None:
    """Write normal where nothing is said, and unknown where we cannot read what is."""
    if "confidentiality" not in composition:
        document.add(
            "confidentialityCode",
            code="N",
            codeSystem=CONFIDENTIALITY,
            displayName="normal",
        )
        return
    document.add("confidentialityCode", nullFlavor="UNK")
    cx.find(
        Severity.WARNING,
        "confidentiality-unreadable",
        "the confidentiality of the document is no code CDA knows; written as unknown",
    )


def complete_header(
    composition: Any, document: CdaNode, kind: DocumentType, cx: Context
) -> None:
    """Add what every document has and this source did not give."""
    _BUNDLE.write(cx.document.bundle, document, cx)
    if document.first("title") is None:
        document.add("title", kind.display)
    if document.first("confidentialityCode") is None:
        _write_confidentiality(composition, document, cx)
    if kind.names_contacts:
        write_preferred_contact(document, keeper_name(document))
    if kind.is_vouched_for and all(
        related.attributes.get("typeCode") != "XFRM"
        for related in document.elements("relatedDocument")
    ):
        related = document.add("relatedDocument", typeCode="XFRM")
        related.add("parentDocument").add("id", root=cx.new_id("source"))
