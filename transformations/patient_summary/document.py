"""The patient summary as a whole: a FHIR document in, a CDA and its account out.

Spec: eHDSI Patient Summary (EH.1.3, Wave 8) / HL7 IPS 2.0.1 / HL7 Europe EPS 1.0.0.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from transformations.cda import PREFIXES, CdaNode, SectionNarrative, expand, root_node
from transformations.fhir import FhirDocument
from transformations.hl7v3.oids import LOINC
from transformations.mapping import (
    ST,
    Context,
    Finding,
    Ledger,
    Policy,
    Row,
    Section,
    Severity,
    Table,
)
from transformations.mapping.ledger import Site
from transformations.mapping.shape import MalformedSource, misshapen
from transformations.patient_summary.header import write_header
from transformations.patient_summary.header_facts import DocumentHeader
from transformations.patient_summary.sections import SECTIONS
from transformations.terminology import (
    Absence,
    AbsenceKind,
    absence_of_empty_reason,
    absence_statement,
)
from trust.xml import write_xml

_NOT_CARRIED = "section not carried yet"
_NOT_REFERRED = "nothing that is carried refers to it"
_LOINC_URI = "http://loinc.org"
_TITLE = Table("section", "CompositionSection", "Section", Row("title", "title", ST))


@dataclass(frozen=True, slots=True)
class Transformed:
    """A translated document with its account.

    Parameters
    ----------
    document
        The CDA, as it leaves.
    ledger
        Every leaf of the source with its fate.
    findings
        What the source lacks or what was decided about it.
    timings
        Seconds of each stage.
    """

    document: bytes = field(repr=False)
    ledger: Ledger
    findings: tuple[Finding, ...]
    timings: Mapping[str, float]


def patient_summary_to_cda(
    bundle: FhirDocument, header: DocumentHeader, *, is_strict: bool = False
) -> Transformed:
    """Translate a FHIR patient summary to an eHDSI CDA of level 3.

    Parameters
    ----------
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine; tests
        do, production reports it as a finding.

    Raises
    ------
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    started = time.perf_counter()
    cx = Context(bundle, Policy(header.language, header.country, is_strict))
    document = root_node()
    try:
        write_header(document, header, cx)
        body = document.add("component").add("structuredBody", classCode="DOCBODY")
        _write_sections(body, cx)
        mapped = time.perf_counter()
        data = write_xml(document, PREFIXES)
    except (AttributeError, KeyError, TypeError, ValueError):
        _refuse_malformed(bundle)
        raise
    written = time.perf_counter()
    ledger = Ledger(
        bundle.bundle,
        "Bundle",
        cx.bookings,
        {"format": "FHIR R4", "type": "Bundle"},
        {"format": "eHDSI CDA", "id": header.document_id, "wave": header.wave.release},
    )
    timings = {
        "map": mapped - started,
        "write": written - mapped,
        "ledger": time.perf_counter() - written,
    }
    return Transformed(data, ledger, tuple(cx.findings), timings)


def _refuse_malformed(bundle: FhirDocument) -> None:
    """Say where the source is no FHIR, if that is why the engine stumbled."""
    frame = {name: value for name, value in bundle.bundle.items() if name != "entry"}
    parts = [(frame, "Bundle", "Bundle")]
    parts += [(one.resource, one.type, one.path) for one in bundle.entries]
    for part, kind, path in parts:
        place = misshapen(part, kind, path)
        if place:
            raise MalformedSource(
                f"the document has not the shape of FHIR R4 at {place}; "
                "correct it at its source"
            ) from None


def _write_sections(body: CdaNode, cx: Context) -> None:
    sources = _sources_by_code(cx.document.composition.resource)
    for section in SECTIONS:
        found = sources.pop(section.code.value, [])
        if found or section.write_absent is not None:
            _write_section(section, found, body, cx)
    _lose_the_rest([one for group in sources.values() for one in group], cx)


def _sources_by_code(composition: Any) -> dict[str, list[Any]]:
    sources: dict[str, list[Any]] = {}
    for section in composition.get("section") or []:
        codings = (section.get("code") or {}).get("coding") or []
        code = next(
            (
                coding.get("code")
                for coding in codings
                if coding.get("system") == _LOINC_URI
            ),
            "",
        )
        sources.setdefault(code, []).append(section)
    return sources


def _write_section(
    section: Section, sources: list[Any], body: CdaNode, cx: Context
) -> None:
    cx.narrative = SectionNarrative(section.prefix)
    node = body.add("component").add("section", classCode="DOCSECT")
    for template_id in section.template_ids:
        node.add("templateId", root=expand(template_id))
    node.add(
        "code",
        code=section.code.value,
        codeSystem=LOINC,
        displayName=section.display,
    )
    for source in sources:
        _write_source(section, source, node, cx)
    if node.first("title") is None:
        node.add("title", section.title)
    if node.first("entry") is None and section.write_absent is not None:
        section.write_absent(node, _absence(section, sources, cx), cx)
    text = node.add("text")
    text.children += cx.narrative.write(section.title)


def _write_source(section: Section, source: Any, node: CdaNode, cx: Context) -> None:
    cx.site = Site(f"{section.title}: section", "section")
    _settle_section(source, cx)
    if node.first("title") is None:
        _TITLE.write(source, node, cx)
    for reference in source.get("entry") or []:
        if isinstance(reference, dict):
            section.write_entry(reference, node, cx)


def _settle_section(source: Any, cx: Context) -> None:
    for coding in source["code"].get("coding") or []:
        cx.derive(coding, "code")
        cx.derive(coding, "system")
        cx.settle(coding, "display")
        cx.settle(coding, "version")
    cx.settle(source["code"], "text")
    cx.lose_narrative(source)


def _absence(section: Section, sources: list[Any], cx: Context) -> Absence:
    """Decide what a section without entries states; silence is no information."""
    for source in sources:
        for coding in (source.get("emptyReason") or {}).get("coding") or []:
            absence = absence_of_empty_reason(section.code, str(coding.get("code")))
            if absence is not None:
                cx.site = Site(f"{section.title}: emptyReason", "section/entry")
                cx.take(coding, "code")
                cx.settle(coding, "system")
                cx.settle(coding, "display")
                return absence
    return absence_statement(section.code, AbsenceKind.NO_INFORMATION)


def _lose_the_rest(sections: list[Any], cx: Context) -> None:
    """Book sections and resources that nothing carries, visibly."""
    cx.site = Site("document", "")
    composition = cx.document.composition.resource
    uncarried = {id(section) for section in sections}
    listed = composition.get("section") or []
    referred: set[int] = set()
    for index, section in enumerate(listed):
        if id(section) in uncarried:
            cx.lose(listed, index, _NOT_CARRIED)
            referred |= _referred(section, cx)
    strays = 0
    for located in cx.document.entries:
        if not cx.is_visited(located):
            is_referred = id(located.resource) in referred
            strays += not is_referred
            reason = _NOT_CARRIED if is_referred else _NOT_REFERRED
            cx.lose_resource(located, reason, Severity.WARNING)
    if strays:
        cx.find(
            Severity.WARNING,
            "resources-outside-sections",
            f"{strays} resources are named by no section that is carried",
        )


def _referred(section: Any, cx: Context) -> set[int]:
    found = set()
    for reference in section.get("entry") or []:
        name = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(name, str):
            located = cx.document.resolve(name, cx.document.composition)
            if located is not None:
                found.add(id(located.resource))
    return found
