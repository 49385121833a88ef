"""The body of the summary: its sections, the entries of each, and the source's words.

What a source says in words only must not become "no information": its words are
written as its own, and the coded part says that there are words without code. Words
that cannot be read are a critical finding, because the document would deny them.

Spec: eHDSI Patient Summary (EH.1.3, Wave 8) structuredBody /
FHIR R4 Composition.section, Narrative.status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from transformations.cda import CdaNode, SectionNarrative, expand
from transformations.fhir import Located
from transformations.hl7v3.oids import LOINC
from transformations.mapping import ST, Context, Row, Section, Severity, Table
from transformations.mapping.ledger import Site
from transformations.patient_summary.sections import SECTIONS
from transformations.sections.quotation import quote_source
from transformations.sections.writing import close_section, open_section
from transformations.terminology import (
    SECTION_LABELS,
    Absence,
    AbsenceKind,
    SectionCode,
    absence_of_empty_reason,
    absence_statement,
)

_NOT_CARRIED = "no section of the patient summary has a place for it"
_IN_WORDS = "its section is carried in the words of the source only"
_REPEATED = "it repeats another entry word for word"
_NOT_REFERRED = "nothing that is carried refers to it"
_ELSEWHERE = "What the source lists here stands in another section of this document"
_LOINC_URI = "http://loinc.org"
_TITLE = Table("section", "CompositionSection", "Section", Row("title", "title", ST))
_TABLES: Mapping[str, Section] = {section.code.value: section for section in SECTIONS}


@dataclass(slots=True)
class _Chapter:
    """What the source gives for one section: its sections and what they list."""

    sources: list[Any] = field(default_factory=list)
    references: list[Any] = field(default_factory=list)
    has_moved: bool = False
    unlisted: str = ""


def write_body(document: CdaNode, cx: Context) -> None:
    """Write every section, and book what none of them carries."""
    body = document.add("component").add("structuredBody", classCode="DOCBODY")
    chapters, others = _plan(cx)
    for section in SECTIONS:
        chapter = chapters.get(section.code.value)
        if chapter is not None or section.write_absent is not None:
            _write_section(section, chapter or _Chapter(), body, cx)
    carried = [source for source in others if _write_foreign(source, body, cx)]
    _lose_the_rest(others, carried, cx)


def _plan(cx: Context) -> tuple[dict[str, _Chapter], list[Any]]:
    """Sort sections and listed resources by where they belong; nothing is booked."""
    chapters: dict[str, _Chapter] = {}
    others = []
    for code, source in _sections(cx.document.composition.resource, ""):
        table = _TABLES.get(code)
        if table is None:
            others.append(source)
            continue
        chapters.setdefault(code, _Chapter()).sources.append(source)
        for reference in source.get("entry") or []:
            if isinstance(reference, dict):
                home = _home(table, reference, cx)
                chapters.setdefault(home, _Chapter()).references.append(reference)
                chapters[code].has_moved |= home != code
    return chapters, others


def _sections(holder: Any, above: str) -> Iterator[tuple[str, Any]]:
    """Yield sections with their codes; one inside another may take the outer's."""
    for section in holder.get("section") or []:
        code = _code_of(section)
        if code not in _TABLES and above:
            code = above
        yield code, section
        yield from _sections(section, code if code in _TABLES else "")


def _code_of(section: Any) -> str:
    coding = _coding_of(section)
    return "" if coding is None else str(coding.get("code"))


def _coding_of(section: Any) -> Any:
    """Find the coding that says which section it is: the first of LOINC."""
    codings = (section.get("code") or {}).get("coding") or []
    return next((one for one in codings if one.get("system") == _LOINC_URI), None)


def _home(table: Section, reference: Any, cx: Context) -> str:
    located = _resolved(reference, cx)
    if table.home is None or located is None:
        return table.code.value
    return table.home(located.resource).value


def _resolved(reference: Any, cx: Context) -> Any:
    name = reference.get("reference")
    if not isinstance(name, str):
        return None
    return cx.document.resolve(name, cx.document.composition)


def _write_section(
    section: Section, chapter: _Chapter, body: CdaNode, cx: Context
) -> None:
    part, node = open_section(section, body, cx)
    for source in chapter.sources:
        _settle_source(source, f"{section.title}: section", node, cx)
    refused = _write_entries(section, chapter, node, cx)
    _write_words(section, chapter, node, cx, is_withdrawn=refused)
    has_entry = node.first("entry") is not None
    if not has_entry and section.write_absent is not None:
        absence = _absence(section, chapter, cx, is_withdrawn=refused)
        cx.narrative.begin_line()
        section.write_absent(node, absence, cx)
    elif not has_entry and cx.narrative.is_silent:
        return
    promises = section.template_ids if _keeps_promise(section, node) else ()
    close_section(section, node, promises, cx)
    body.graft(part)


def _keeps_promise(section: Section, node: CdaNode) -> bool:
    """Whether the section has an entry that its template demands."""
    if not section.demands:
        return True
    demanded = {expand(template_id) for template_id in section.demands}
    return any(
        template_id.attributes.get("root") in demanded
        for entry in node.elements("entry")
        for act in entry.elements()
        for template_id in act.elements("templateId")
    )


def _settle_source(source: Any, rule: str, node: CdaNode, cx: Context) -> None:
    """Book the frame of a section of the source, and write its title once."""
    cx.site = Site(rule, "section")
    chosen = _coding_of(source)
    for coding in (source.get("code") or {}).get("coding") or []:
        book = cx.derive if coding is chosen else cx.settle
        book(coding, "code")
        book(coding, "system")
        cx.settle(coding, "display")
        cx.settle(coding, "version")
    cx.settle(source.get("code") or {}, "text")
    for name in ("id", "mode", "orderedBy"):
        cx.settle(source, name)
    cx.lose(source, "author", "who wrote a section is not carried")
    cx.lose(source, "focus", "whom a section is about is not carried")
    cx.report_modifiers(source)
    if node.first("title") is None:
        _TITLE.write(source, node, cx)
    else:
        cx.lose(source, "title", "CDA has one title for sections of one kind")


def _write_entries(
    section: Section, chapter: _Chapter, node: CdaNode, cx: Context
) -> bool:
    """Write what the source lists; whether all of it was withdrawn as an error."""
    before = len(cx.findings)
    for reference in sorted(chapter.references, key=lambda one: _follows(one, cx)):
        located = _resolved(reference, cx)
        if located is None:
            _tell_reference(section, reference, cx)
        elif id(located.resource) in cx.carried:
            # As an entry, or as a part of one: once is enough.
            cx.settle(reference, "reference")
            cx.settle(reference, "display")
        elif located.type not in section.entries:
            _lose_unlisted(chapter, reference, located, cx)
        else:
            cx.carried.add(id(located.resource))
            section.write_entry(reference, node, cx)
    withdrawn = [f for f in cx.findings[before:] if f.rule == "entered-in-error"]
    return 0 < len(withdrawn) == len(chapter.references)


def _lose_unlisted(
    chapter: _Chapter, reference: Any, located: Located, cx: Context
) -> None:
    """Lose a resource that the section has no rows for; the words of the source stay.

    FHIR wants the text of a section to say what its entries say, so the section is
    quoted; whether it could be is found out later.
    """
    kind = located.type or "resource without a type"
    chapter.unlisted = f"a {kind} is not carried in this place"
    cx.leave(cx.enter(located))
    cx.derive(reference, "reference")
    cx.settle(reference, "display")
    cx.settle(reference, "type")
    cx.lose_resource(located, chapter.unlisted, Severity.CRITICAL)


def _follows(reference: Any, cx: Context) -> bool:
    """Whether an entry comes after those that have others as their parts."""
    located = _resolved(reference, cx)
    return located is None or not _PARTS.intersection(located.resource)


_PARTS = frozenset({"hasMember", "result"})


def _tell_reference(section: Section, reference: Any, cx: Context) -> None:
    """Say the name of what is listed but not in the document; without one, refuse."""
    cx.site = Site(f"{section.title}: entry", "section/text")
    display = reference.get("display")
    is_named = isinstance(display, str) and bool(display.strip())
    cx.find(
        Severity.WARNING if is_named else Severity.CRITICAL,
        "entry-not-in-document",
        "a section lists a resource that is not in the document; "
        + ("only its name is written" if is_named else "what it says is not known"),
    )
    if is_named:
        cx.narrative.begin_line()
        cx.narrative.say("Listed by name only", cx.tell(reference, "display").strip())
    cx.lose_rest(reference, "names nothing in this document", Severity.CRITICAL)


def _write_words(
    section: Section,
    chapter: _Chapter,
    node: CdaNode,
    cx: Context,
    *,
    is_withdrawn: bool,
) -> None:
    """Quote the sources that say more than their entries, and lose the other texts."""
    cx.site = Site(f"{section.title}: text", "section/text")
    is_bare = node.first("entry") is None and not is_withdrawn
    if is_bare and chapter.has_moved:
        cx.narrative.say_ours("", _ELSEWHERE)
        is_bare = False
    is_quoted = False
    for source in chapter.sources:
        text = source.get("text")
        status = text.get("status") if isinstance(text, dict) else None
        is_silent = is_bare or bool(chapter.unlisted) or not source.get("entry")
        if status == "additional" or (
            is_silent and status != "empty" and not source.get("emptyReason")
        ):
            is_quoted |= quote_source(source, cx)
        else:
            cx.lose_narrative(source)
    if chapter.unlisted:
        severity = Severity.WARNING if is_quoted else Severity.CRITICAL
        cx.find(severity, "resource-type-not-carried", chapter.unlisted)
    _say_empty_reasons(section, chapter, cx)


def _say_empty_reasons(section: Section, chapter: _Chapter, cx: Context) -> None:
    """Say why a section is empty, where no coded absence can say it."""
    if section.write_absent is not None:
        return
    for source in chapter.sources:
        for coding in (source.get("emptyReason") or {}).get("coding") or []:
            words = _EMPTY_WORDS.get(str(coding.get("code")))
            if words is not None:
                cx.tell(coding, "code")
                cx.settle(coding, "system")
                cx.settle(coding, "display")
                cx.narrative.say_ours("", words)


_EMPTY_WORDS = {
    "nilknown": "None known",
    "notasked": "Not asked",
    "withheld": "Withheld",
    "unavailable": "No information is available",
    "notstarted": "Not yet recorded",
}


def _absence(
    section: Section, chapter: _Chapter, cx: Context, *, is_withdrawn: bool
) -> Absence:
    """Decide what a section without entries states; silence is no information."""
    for source in chapter.sources:
        for coding in (source.get("emptyReason") or {}).get("coding") or []:
            cx.site = Site(f"{section.title}: emptyReason", "section/entry")
            cx.take(coding, "code")
            cx.settle(coding, "system")
            cx.settle(coding, "display")
            return absence_of_empty_reason(section.code, str(coding.get("code")))
    if not cx.narrative.is_silent:
        return absence_statement(section.code, AbsenceKind.IN_WORDS_ONLY)
    if chapter.references and not is_withdrawn:
        cx.find(
            Severity.CRITICAL,
            "section-not-carried",
            f"nothing of what the source lists under {section.title!r} can be written",
        )
    return absence_statement(section.code, AbsenceKind.NO_INFORMATION)


def _write_foreign(source: Any, body: CdaNode, cx: Context) -> bool:
    """Write a section that CDA has no template for: its title and its own words."""
    cx.narrative = SectionNarrative(f"own-{len(body.children)}", cx.translate)
    part = CdaNode(body.kind.child("component"))
    node = part.add("section", classCode="DOCSECT")
    cx.site = Site("section without template", "section/text")
    if not isinstance(source.get("text"), dict) or not quote_source(source, cx):
        return False
    _settle_source(source, "section without template", node, cx)
    code = _code_of(source)
    if code:
        node.add("code", code=code, codeSystem=LOINC)
        label = SECTION_LABELS.get(SectionCode(code)) if code in _LABELLED else None
        if node.first("title") is None:
            node.add("title", cx.translate(label or "Further information"))
    elif node.first("title") is None:
        node.add("title", cx.translate("Further information"))
    node.add("text").children += cx.narrative.write("")
    body.graft(part)
    return True


_LABELLED = frozenset(code.value for code in SECTION_LABELS)


def _lose_the_rest(others: list[Any], carried: list[Any], cx: Context) -> None:
    """Book sections and resources that nothing carries, visibly."""
    cx.site = Site("document", "")
    reasons: dict[int, str] = {}
    for source in others:
        is_carried = any(source is one for one in carried)
        reason = _IN_WORDS if is_carried else _NOT_CARRIED
        cx.lose_rest(source, reason)
        for reference in source.get("entry") or []:
            located = _resolved(reference, cx) if isinstance(reference, dict) else None
            if located is not None:
                reasons[id(located.resource)] = reason
    for located in cx.document.entries:
        if not cx.is_visited(located):
            _lose_stray(located, reasons.get(id(located.resource), ""), cx)


def _lose_stray(located: Located, reason: str, cx: Context) -> None:
    """Lose a resource that nothing led to, and report it with its place."""
    if not reason and _is_repeated(located, cx):
        cx.lose_resource(located, _REPEATED, Severity.INFORMATION)
        return
    is_about_origin = located.type == "Provenance"
    cx.lose_resource(located, reason or _NOT_REFERRED, Severity.WARNING)
    if not reason:
        before, cx.located = cx.located, located
        cx.find(
            Severity.INFORMATION if is_about_origin else Severity.WARNING,
            "resource-outside-sections",
            f"the {located.type or 'resource'} is named by no section that is carried",
        )
        cx.located = before


def _is_repeated(located: Located, cx: Context) -> bool:
    """Whether another entry says the same word for word, and is carried."""
    url = located.full_url
    first = None if url is None else cx.document.resolve(url, located)
    return (
        first is not None
        and first is not located
        and first.resource == located.resource
        and cx.is_visited(first)
    )
