"""An eDispensation of any wave in, a FHIR document and its account out.

Spec: eHDSI eDispensation (EH.1.2, Waves 1 to 8) / HL7 Europe MPD MedicationDispense /
FHIR R4 §3.3 Documents.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.edispensation.recorded import RECORDED
from transformations.edispensation.section import DISPENSATION
from transformations.header.facts import EDISPENSATION_L3
from transformations.hl7v3.timestamps import from_ts
from transformations.mapping import IDENTIFIER, IgnoreCda, Severity, Table
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.ledger import Site
from transformations.sections.document_reading import DocumentKind, document_to_fhir
from transformations.transformed import Transformed

_PROFILE = "http://hl7.eu/fhir/mpd/StructureDefinition/MedicationDispense-eu-mpd"
# What the profile demands of a dispensation.
_DEMANDED = frozenset({"medicationReference", "performer", "quantity", "subject"})
_ORDER = Table(
    "order",
    "MedicationDispense",
    "Order",
    IgnoreCda("code", "what kind of order it is is not carried"),
    IgnoreCda("priorityCode", "how urgent the order was is not carried"),
)


def _orders(document: CdaNode, cx: CdaContext) -> list[dict[str, Any]]:
    """Read which prescriptions the document fulfils."""
    found: list[dict[str, Any]] = []
    cx.site = Site("header: inFulfillmentOf", "MedicationDispense")
    for link in document.elements("inFulfillmentOf"):
        for order in link.elements("order"):
            for node in order.elements("id"):
                read: dict[str, Any] = {}
                if IDENTIFIER.to_fhir(node, read, "identifier", cx):
                    found.append(read)
            _ORDER.read(order, {}, cx)
    if not found:
        cx.find(
            Severity.CRITICAL,
            "prescription-not-named",
            "the document does not name the prescription that was dispensed",
        )
    return found


def _complete(document: CdaNode, _composition: dict[str, Any], cx: CdaContext) -> None:
    """Tell each dispensation which prescription it fulfils, and when it was recorded.

    The header says both for all of them.
    """
    orders = _orders(document, cx)
    moment = document.first("effectiveTime")
    recorded = None if moment is None else from_ts(moment.attributes.get("value", ""))
    for _, resource in cx.made:
        if resource["resourceType"] == "MedicationDispense":
            _fulfil(resource, orders, cx)
            if recorded is not None:
                extension = {"url": RECORDED, "valueDateTime": recorded}
                resource["extension"] = [*resource.get("extension", ()), extension]
                _claim(resource)


def _fulfil(
    dispense: dict[str, Any], orders: list[dict[str, Any]], cx: CdaContext
) -> None:
    """Name the order beside what was prescribed."""
    prescribed = dispense.get("authorizingPrescription", [])
    if len(orders) == 1 and len(prescribed) == 1:
        prescribed[0].update(orders[0])
        _group(prescribed[0], cx)
    elif orders:
        dispense["authorizingPrescription"] = [*prescribed, *map(dict, orders)]


def _group(reference: dict[str, Any], cx: CdaContext) -> None:
    """Let the order group its items, where it has another id than the item."""
    order = reference["identifier"]
    for full_url, request in cx.made:
        is_named = order in request.get("identifier", ())
        if full_url == reference["reference"] and not is_named:
            request["groupIdentifier"] = order


def _claim(dispense: dict[str, Any]) -> None:
    if dispense.keys() >= _DEMANDED:
        dispense["meta"] = {"profile": [_PROFILE]}


EDISPENSATION = DocumentKind(
    type=EDISPENSATION_L3,
    tables={DISPENSATION.code.value: DISPENSATION},
    bundle_profile="",
    composition_profile="",
    keeps_profiles=lambda _: False,
    complete=_complete,
)


def edispensation_to_fhir(
    data: bytes, *, language: str = "en-GB", is_strict: bool = False
) -> Transformed:
    """Translate an eHDSI eDispensation to a FHIR document Bundle.

    Parameters
    ----------
    data
        The CDA, of any wave.
    language
        Language of the document where it names none, ``xx-YY``.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotCda
        The bytes are no CDA; the text says why.
    """
    return document_to_fhir(data, EDISPENSATION, language=language, is_strict=is_strict)
