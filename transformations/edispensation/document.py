"""The eDispensation as a whole: a FHIR Bundle in, a CDA and its account out.

Spec: eHDSI eDispensation (EH.1.2, Wave 8) / HL7 Europe MPD MedicationDispense.
"""

from __future__ import annotations

from transformations.cda import CdaNode, root_node
from transformations.edispensation.prescribed import order_to_cda
from transformations.edispensation.section import DISPENSATION
from transformations.fhir import FhirDocument, Located
from transformations.header import DocumentHeader, language_of, write_header
from transformations.mapping import Context, Policy, Severity
from transformations.mapping.ledger import Site
from transformations.sections.wording import Wording
from transformations.sections.writing import close_section, open_section
from transformations.transformed import Transformed, write_cda

_NOT_CARRIED = "an eDispensation tells of the dispensation and its prescription only"
_ANOTHER = "an eDispensation tells of one dispensation; this is another"


def write_edispensation(
    bundle: FhirDocument, header: DocumentHeader, *, is_strict: bool = False
) -> Transformed:
    """Translate a FHIR dispensation to an eHDSI eDispensation of level 3.

    Parameters
    ----------
    bundle
        A document with a Composition, or one dispense of a Bundle of several
        (:func:`~transformations.edispensation.dispensations`).
    header
        Of type ``EDISPENSATION_L3``.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine; tests
        do, production reports it as a finding.

    Raises
    ------
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    policy = Policy(header.language, header.country, is_strict)
    return write_cda(bundle, header, policy, _build)


def _build(header: DocumentHeader, cx: Context) -> CdaNode:
    document = root_node()
    write_header(document, header, cx)
    wording = Wording(language_of(document))
    cx.translate = wording
    dispense = _the_dispense(cx)
    _write_section(dispense, document, cx)
    if dispense is not None:
        before = cx.enter(dispense)
        order_to_cda(dispense.resource, document, cx)
        cx.leave(before)
    _settle_sections(cx)
    _lose_the_rest(cx)
    wording.report(cx)
    return document


def _the_dispense(cx: Context) -> Located | None:
    """Find what the document is about: what it lists, else the first there is."""
    composition = cx.document.composition
    if composition.container is not None:
        return composition.container
    for section in composition.resource.get("section") or ():
        for reference in section.get("entry") or ():
            name = reference.get("reference")
            found = (
                cx.document.resolve(name, composition)
                if isinstance(name, str)
                else None
            )
            if found is not None and found.type == "MedicationDispense":
                return found
    return next(cx.document.of_type("MedicationDispense"), None)


def _write_section(dispense: Located | None, document: CdaNode, cx: Context) -> None:
    body = document.add("component").add("structuredBody", classCode="DOCBODY")
    part, node = open_section(DISPENSATION, body, cx)
    node.add("id", root=cx.new_id("section"))
    if dispense is None:
        cx.find(
            Severity.CRITICAL,
            "dispensation-missing",
            "the Bundle holds no MedicationDispense",
        )
    else:
        DISPENSATION.write_entry({"reference": _name(dispense, cx)}, node, cx)
    close_section(DISPENSATION, node, DISPENSATION.template_ids, cx)
    body.graft(part)


def _name(dispense: Located, cx: Context) -> str:
    """Return what resolves to it: itself, where the document is made of it."""
    if cx.document.composition.container is dispense:
        return "#"
    return dispense.full_url or f"{dispense.type}/{dispense.resource.get('id')}"


def _settle_sections(cx: Context) -> None:
    """Book the sections of the source: their frame is ours, their text written anew."""
    composition = cx.document.composition.resource
    cx.site = Site("section of the source", "section")
    for section in composition.get("section") or ():
        cx.lose_narrative(section)
        for name in ("code", "title", "entry", "mode", "id"):
            cx.settle(section, name)
        cx.lose_rest(section, "a section of an eDispensation has no place for it")


def _lose_the_rest(cx: Context) -> None:
    """Book the resources that an eDispensation does not tell of."""
    cx.site = Site("document", "")
    for located in cx.document.entries:
        if cx.is_visited(located):
            continue
        is_another = located.type == "MedicationDispense"
        cx.lose_resource(
            located, _ANOTHER if is_another else _NOT_CARRIED, Severity.WARNING
        )
