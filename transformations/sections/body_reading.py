"""The body of a CDA as the sections of a Composition.

Every section keeps its text; where a table knows it, its entries become resources too.
What must not be carried (an entry about somebody else, a negation that no row read) is
lost aloud: the text that stays says it.

Spec: eHDSI structuredBody (EH.1.1 to EH.1.3), all waves /
FHIR R4 Composition.section / IPS 2.0.1, EPS 1.0.0 Composition.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeAlias

from transformations.cda.source_node import SourceNode
from transformations.cda.structure import CdaNode, class_of
from transformations.cda.xhtml import to_xhtml, words_to_xhtml
from transformations.mapping import CE, ST, IgnoreCda, Row, Section, Severity, Table
from transformations.mapping.cda_context import CdaContext, says_anything
from transformations.mapping.ledger import Site
from transformations.mapping.steps import EntryRefused
from transformations.sections.absent_reading import absent_resource
from transformations.terminology import Absence, AbsenceKind

_SECTION = Table(
    "section",
    "CompositionSection",
    "Section",
    Row("title", "title", ST),
    Row("code", "code", CE),
    IgnoreCda("id", "a section of FHIR has no identifier"),
)
_EMPTY_REASONS = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_APPEARANCE = "how the text looks, not what it says"
_NO_PICTURE = "a picture in the text of a section is not carried, its words are"
_NO_TEXT = "The source has no text for this section."
_TEXT = Site("text of a section", "Composition.section.text")


Tables: TypeAlias = Mapping[str, Section]


def read_body(
    document: CdaNode, tables: Tables, cx: CdaContext
) -> list[dict[str, Any]]:
    """Read every section, and make the resources of its entries.

    Parameters
    ----------
    tables
        The sections that have entries, by their LOINC code; of another section the
        text is carried.
    """
    sections = []
    for component in document.elements("component"):
        for body in component.elements("structuredBody"):
            for part in body.elements("component"):
                sections += _sections(part, tables, cx)
        for file in component.elements("nonXMLBody"):
            sections += _file(file, cx)
    return sections


def _file(body: CdaNode, cx: CdaContext) -> list[dict[str, Any]]:
    """Keep a document that is a file inside a CDA as that file."""
    cx.stand_at(body)
    cx.find(
        Severity.WARNING,
        "body-not-structured",
        "the document is a file inside a CDA; it is kept, and nothing of it is read",
    )
    text = body.first("text")
    content = None if text is None else cx.text(text)
    if text is None or content is None:
        return []
    attachment = {"contentType": (cx.attr(text, "mediaType") or _NO_TYPE).strip()}
    if cx.attr(text, "representation") == "B64":
        attachment["data"] = "".join(content.split())
    else:
        attachment["data"] = b64encode(content.encode()).decode()
    reference = cx.make_resource(
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "subject": {"reference": cx.patient},
            "content": [{"attachment": attachment}],
        }
    )
    words = {"status": "generated", "div": words_to_xhtml(_A_FILE)}
    return [{"title": "Document", "text": words, "entry": [{"reference": reference}]}]


_NO_TYPE = "application/octet-stream"
_A_FILE = "The source is one file; it is attached."


def _sections(part: CdaNode, tables: Tables, cx: CdaContext) -> list[dict[str, Any]]:
    return [_section(node, tables, cx) for node in part.elements("section")]


def _section(node: CdaNode, tables: Tables, cx: CdaContext) -> dict[str, Any]:
    cx.stand_at(node)
    made: dict[str, Any] = {}
    _SECTION.read(node, made, cx)
    code = node.first("code")
    table = tables.get("" if code is None else code.attributes.get("code", ""))
    made["text"] = _text(node, table, cx)
    absences: list[Absence] = []
    references = _entries(node, table, absences, cx)
    if references:
        made["entry"] = [{"reference": reference} for reference in references]
    elif absences:
        made["emptyReason"] = _empty_reason()
    inner = [
        section
        for part in node.elements("component")
        for section in _sections(part, tables, cx)
    ]
    if inner:
        made["section"] = inner
    return made


def _empty_reason() -> dict[str, Any]:
    coding = {
        "system": _EMPTY_REASONS,
        "code": "unavailable",
        "display": "Unavailable",
    }
    return {"coding": [coding]}


def _text(node: CdaNode, table: Section | None, cx: CdaContext) -> dict[str, str]:
    """Carry the narrative; whether it says more than the entries we cannot know."""
    text = node.first("text")
    if text is None or not says_anything(text):
        return {"status": "empty", "div": words_to_xhtml(_NO_TEXT)}
    cx.site = _TEXT

    def leave_out(element: CdaNode, name: str) -> None:
        if name == "referencedObject":
            cx.lose(element, f"@{name}", _NO_PICTURE)
        else:
            cx.lose(element, f"@{name}", _APPEARANCE, Severity.INFORMATION)

    div = to_xhtml(text, leave_out)
    cx.tell(text, ".")
    status = "generated" if _is_ours(text, table) else "additional"
    return {"status": status, "div": div}


def _is_ours(text: CdaNode, table: Section | None) -> bool:
    """Whether the text is nothing but the lines that we write from entries."""
    prefix = "" if table is None else f"{table.prefix}-"
    blocks = list(text.elements())
    if not prefix or not blocks:
        return False
    return all(
        item.tag.endswith("}item")
        and all(
            line.attributes.get("ID", "").startswith(prefix) for line in item.elements()
        )
        for block in blocks
        for item in (block.elements() if block.tag.endswith("}list") else [block])
    )


def _entries(
    node: CdaNode, table: Section | None, absences: list[Absence], cx: CdaContext
) -> list[str]:
    references: list[str] = []
    for entry in node.elements("entry"):
        cx.stand_at(entry)
        if table is None or not table.is_read:
            _lose(entry, "the entries of this section are carried in words only", cx)
            continue
        shell = _shell(node, entry)
        if not _read_absence(table, shell, entry, absences, references, cx):
            references += _read_entry(table, shell, entry, cx)
    return references


def _shell(node: CdaNode, entry: CdaNode) -> SourceNode:
    """Return the section as if it had this entry only: paths begin at the section."""
    rule = class_of("Component3").child("section")
    shell = SourceNode("section", rule, node.kind)
    shell.children = [entry]
    return shell


def _read_absence(
    table: Section,
    shell: CdaNode,
    entry: CdaNode,
    absences: list[Absence],
    references: list[str],
    cx: CdaContext,
) -> bool:
    """Read a statement that there is nothing, or nothing known."""
    absence = None if table.read_absent is None else table.read_absent(shell, cx)
    if absence is None:
        return False
    if absence.kind is AbsenceKind.NO_INFORMATION:
        absences.append(absence)
    elif absence.kind is AbsenceKind.KNOWN_ABSENCE:
        kind = next(iter(table.entries))
        references.append(cx.make_resource(absent_resource(kind, absence, cx)))
    cx.site = Site(f"{table.title}: absence", "")
    cx.settle(entry, ".")
    return True


def _read_entry(
    table: Section, shell: CdaNode, entry: CdaNode, cx: CdaContext
) -> list[str]:
    before = cx.savepoint()
    references = []
    refusal = ""
    for number, part in enumerate(table.parts(shell)):
        cx.stand_at(part, is_again=number > 0)
        try:
            reference = table.read_entry(shell, cx)
        except EntryRefused as refused:
            refusal = str(refused)
            continue
        if reference:
            references.append(reference)
    cx.stand_at(entry)
    refusal = refusal or _refusal(entry, cx)
    if refusal:
        cx.rollback(before)
        references = []
    if not references:
        _lose(entry, refusal or "no row reads an entry of this form", cx)
        return []
    return references


def _lose(entry: CdaNode, reason: str, cx: CdaContext) -> None:
    cx.site = Site("entry that is not carried", "")
    cx.find(Severity.WARNING, "entry-not-carried", f"an entry is not carried: {reason}")
    cx.lose(entry, ".", reason, Severity.CRITICAL)


def _refusal(entry: CdaNode, cx: CdaContext) -> str:
    """Say why an entry must not be carried although rows understood it."""
    for node in cx.suspects_in(entry):
        if node.attributes.get("negationInd") in {"true", "1"}:
            if not cx.is_booked(node, "@negationInd"):
                return "it is negated, and no row reads that"
        elif node.first("relatedSubject") is not None:
            return "it is about another person than the patient"
    return ""
