"""The header of a CDA as Bundle, Composition, Patient and those who stand for it.

What the rows of the writing direction say is read by the same rows; who acts in which
role is decided here, because CDA says it by elements and FHIR by types of resources.

Spec: eHDSI common header (EH.1.3), all waves / CDA R2 §4.2 / FHIR R4 Composition /
IPS 2.0.1 and EPS 1.0.0 Composition, Patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.header.facts import DocumentType
from transformations.header.patient_reading import read_patient
from transformations.header.people_reading import (
    read_author,
    read_custodian,
    read_party,
    read_performer,
)
from transformations.header.provenance import Provenances
from transformations.header.writing import (
    CONFIDENTIALITY_CODES,
    PERIOD,
    RELATED,
    RELATION,
)
from transformations.hl7v3.timestamps import from_ts
from transformations.mapping import (
    IDENTIFIER,
    ST,
    IgnoreCda,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.ledger import Site

_VERSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Composition.version"
_LOINC = "http://loinc.org"
_ACT_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActClass"
_FRAME = Site("frame of the document", "")

_COMPOSITION = Table(
    "header",
    "Composition",
    "ClinicalDocument",
    Row("title", "title", ST),
    Row("confidentiality", "confidentialityCode", CONFIDENTIALITY_CODES),
    Row("identifier", "setId", IDENTIFIER),
    IgnoreCda("copyTime", "when a copy was made is not carried"),
    IgnoreCda("dataEnterer", "who typed the document has no place in FHIR"),
    IgnoreCda("informant", "who informed the author has no place in FHIR"),
    IgnoreCda("informationRecipient", "for whom it was written is not carried"),
    IgnoreCda("authorization", "consents given for the document are not carried"),
    IgnoreCda(
        "confidentialityCode", "a code that FHIR does not have", Severity.WARNING
    ),
)
_BUNDLE = Table(
    "header", "Bundle", "ClinicalDocument", Row("identifier", "id", IDENTIFIER)
)
_NO_ORDER = Table(
    "header",
    "Composition",
    "ClinicalDocument",
    IgnoreCda("inFulfillmentOf", "a document of this kind fulfils no order"),
)
_FROM_RELATION = {code: name for name, code in RELATION.items()}


def read_header(
    document: CdaNode, kind: DocumentType, cx: CdaContext
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read everything before the body; returns the Bundle and the Composition."""
    cx.stand_at(document)
    _settle_fixed(document, kind, cx)
    bundle: dict[str, Any] = {"resourceType": "Bundle"}
    _BUNDLE.read(document, bundle, cx)
    cx.patient = read_patient(document, cx)
    composition: dict[str, Any] = {"status": "final", "type": _type(kind)}
    _COMPOSITION.read(document, composition, cx)
    if not kind.fulfils_order:
        _NO_ORDER.read(document, composition, cx)
    _read_version(document, composition, cx)
    composition.setdefault("title", _words_for(kind).capitalize())
    composition["subject"] = {"reference": cx.patient}
    _read_language(document, composition, cx)
    _read_time(document, bundle, composition, cx)
    book = Provenances()
    _read_people(document, composition, book, cx)
    _read_events(document, composition, book, cx)
    _read_relations(document, composition, cx)
    cx.stand_at(document)
    book.make(cx.composition, bundle.get("timestamp"), cx)
    return bundle, composition


def _type(kind: DocumentType) -> dict[str, Any]:
    coding = {"system": _LOINC, "code": kind.code, "display": kind.display}
    return {"coding": [coding]}


def _words_for(kind: DocumentType) -> str:
    return kind.name.replace("-", " ")


def _settle_fixed(document: CdaNode, kind: DocumentType, cx: CdaContext) -> None:
    cx.site = _FRAME
    for name in ("realmCode", "typeId", "templateId"):
        for node in document.elements(name):
            cx.settle(node, ".")
    for name in document.attributes:
        cx.settle(document, f"@{name}")
    code = document.first("code")
    if code is None or code.attributes.get("code") != kind.code:
        cx.find(
            Severity.CRITICAL,
            f"not-a-{kind.name}",
            f"the document is not typed as a {_words_for(kind)} ({kind.code})",
        )
    elif code is not None:
        cx.settle(code, ".")


def _read_version(
    document: CdaNode, composition: dict[str, Any], cx: CdaContext
) -> None:
    """Read the version, which FHIR has since R5 and R4 as an extension."""
    cx.site = Site("header: versionNumber", "Composition.extension")
    for node in document.elements("versionNumber"):
        value = (cx.attr(node, "value") or "").strip()
        if value:
            composition["extension"] = [{"url": _VERSION, "valueString": value}]


def _read_language(
    document: CdaNode, composition: dict[str, Any], cx: CdaContext
) -> None:
    cx.site = Site("header: language", "Composition.language")
    for node in document.elements("languageCode"):
        code = (cx.attr(node, "code") or "").strip()
        if code:
            composition["language"] = code


def _read_time(
    document: CdaNode,
    bundle: dict[str, Any],
    composition: dict[str, Any],
    cx: CdaContext,
) -> None:
    """Read the time of the document; an instant has seconds and a zone."""
    cx.site = Site("header: effectiveTime", "Composition.date")
    node = document.first("effectiveTime")
    read = None if node is None else from_ts(node.attributes.get("value", ""))
    if node is None or read is None:
        cx.find(Severity.WARNING, "document-date-missing", "the document has no date")
        composition["_date"] = data_absent("unknown")
        return
    cx.attr(node, "value")
    composition["date"] = read
    if "T" in read:
        bundle["timestamp"] = read
        return
    cx.find(
        Severity.INFORMATION,
        "document-time-without-zone",
        "the time of the document has no zone; its moment is told as midnight UTC",
    )
    day = f"{read}-01-01"[:10] if len(read) < _DAY else read
    bundle["timestamp"] = f"{day}T00:00:00Z"


_DAY = 10


def _read_people(
    document: CdaNode, composition: dict[str, Any], book: Provenances, cx: CdaContext
) -> None:
    composition["author"] = _authors(document, composition.get("date"), book, cx)
    for node in document.elements("custodian"):
        cx.stand_at(node)
        keeper = read_custodian(node, cx)
        if keeper:
            composition["custodian"] = {"reference": keeper}
    attesters = list(_attesters(document, cx))
    if attesters:
        composition["attester"] = attesters


def _authors(
    document: CdaNode, date: str | None, book: Provenances, cx: CdaContext
) -> list[dict[str, Any]]:
    """Read who wrote the document; somebody must stand there."""
    authors = []
    for node in document.elements("author"):
        cx.stand_at(node)
        reference = read_author(node, cx)
        authors.append({"reference": reference})
        book.author(node, reference, date, cx)
    return [one for one in authors if one["reference"]] or [{"display": "not named"}]


def _attesters(document: CdaNode, cx: CdaContext) -> Iterator[dict[str, Any]]:
    """Read who answers for the document; stand-ins for nobody are passed over."""
    for name, mode in (
        ("legalAuthenticator", "legal"),
        ("authenticator", "professional"),
    ):
        for node in document.elements(name):
            cx.stand_at(node)
            if _is_stand_in(node):
                cx.site = Site("what CDA demands and nobody said", "")
                cx.settle(node, ".")
            else:
                yield _attester(node, mode, cx)


def _is_stand_in(node: CdaNode) -> bool:
    """Whether nobody signed: the organization stands in where CDA wants a person."""
    unsigned = all(
        "nullFlavor" in signature.attributes
        for signature in node.elements("signatureCode")
    )
    given = [
        part.text or ""
        for entity in node.elements("assignedEntity")
        for person in entity.elements("assignedPerson")
        for name in person.elements("name")
        for part in name.elements("given")
    ]
    return unsigned and len(given) == 1 and given[0].startswith("NCPeH ")


def _attester(node: CdaNode, mode: str, cx: CdaContext) -> dict[str, Any]:
    attester: dict[str, Any] = {"mode": mode}
    cx.site = Site("header: attester", "Composition.attester")
    time = node.first("time")
    read = None if time is None else from_ts(time.attributes.get("value", ""))
    if time is not None and read is not None:
        cx.attr(time, "value")
        attester["time"] = read
    for signature in node.elements("signatureCode"):
        cx.settle(signature, ".")
    party = read_party(node, cx)
    if party:
        attester["party"] = {"reference": party}
    return attester


def _read_events(
    document: CdaNode, composition: dict[str, Any], book: Provenances, cx: CdaContext
) -> None:
    for node in document.elements("documentationOf"):
        cx.stand_at(node)
        for service in node.elements("serviceEvent"):
            event: dict[str, Any] = {"code": [_care()]}
            for moment in service.elements("effectiveTime"):
                _read_period(moment, event, cx)
            if "period" in event:
                composition.setdefault("event", []).append(event)
            for performer in service.elements("performer"):
                book.performer(performer, read_performer(performer, cx), cx)


def _read_period(moment: CdaNode, event: dict[str, Any], cx: CdaContext) -> None:
    PERIOD.read(moment, event, cx)
    read = from_ts(moment.attributes.get("value", ""))
    if read is not None and "period" not in event:
        cx.attr(moment, "value")
        event["period"] = {"start": read, "end": read}


def _care() -> dict[str, Any]:
    coding = {"system": _ACT_CLASS, "code": "PCPR", "display": "care provision"}
    return {"coding": [coding]}


def _read_relations(
    document: CdaNode, composition: dict[str, Any], cx: CdaContext
) -> None:
    for node in document.elements("relatedDocument"):
        cx.stand_at(node)
        relation: dict[str, Any] = {}
        name = _FROM_RELATION.get(node.attributes.get("typeCode", ""))
        if name is None or not RELATED.read(node, relation, cx):
            continue
        cx.site = Site("header: relatedDocument", "Composition.relatesTo.code")
        cx.attr(node, "typeCode")
        relation = {"code": name, **relation}
        composition.setdefault("relatesTo", []).append(relation)
