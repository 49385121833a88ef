"""What a CDA says to a person: the patient, the sections, their entries as facts.

The narrative of our own documents names each fact and its label; that of others is
shown as it stands. Nothing is read from codes that the narrative does not say.

Spec: CDA R2 §4.3.5 (narrative block), §4.2 (header).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from transformations.cda.namespaces import CDA

_V3 = {"v3": CDA}
ALLERGIES = "48765-2"


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled statement; the label may be empty."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadableSection:
    """A section: words of its own, entries made of facts, and tables of others."""

    code: str
    title: str
    paragraphs: tuple[str, ...] = field(repr=False)
    entries: tuple[tuple[Fact, ...], ...] = field(repr=False)
    tables: tuple[tuple[tuple[str, ...], ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ReadableDocument:
    """A document as a person reads it; nothing of it shows in a repr.

    Attributes
    ----------
    code
        The type of the document, a code of LOINC.
    created
        ``effectiveTime`` as it stands (HL7 TS).
    gender
        The code of HL7 AdministrativeGender.
    contacts
        Whom to ask at home: name, and how to reach them.
    """

    code: str
    title: str = field(repr=False)
    language: str
    created: str
    patient_names: tuple[str, ...] = field(repr=False)
    patient_ids: tuple[str, ...] = field(repr=False)
    birth: str = field(repr=False)
    gender: str = field(repr=False)
    authors: tuple[str, ...] = field(repr=False)
    custodian: str = field(repr=False)
    contacts: tuple[tuple[str, str], ...] = field(repr=False)
    sections: tuple[ReadableSection, ...] = field(repr=False)


def read_readable(root: etree._Element) -> ReadableDocument:
    """Read a CDA of level 3; allergies come first, the rest in its order."""
    sections = [
        _section(found)
        for found in root.iterfind("v3:component/v3:structuredBody//v3:section", _V3)
    ]
    sections.sort(key=lambda section: section.code != ALLERGIES)
    role = root.find("v3:recordTarget/v3:patientRole", _V3)
    person = None if role is None else role.find("v3:patient", _V3)
    return ReadableDocument(
        code=_value(root, "v3:code", "code"),
        title=_text(root.find("v3:title", _V3)),
        language=_value(root, "v3:languageCode", "code"),
        created=_value(root, "v3:effectiveTime", "value"),
        patient_names=tuple(_names(person, "v3:name")),
        patient_ids=tuple(
            identifier.get("extension") or identifier.get("root") or ""
            for identifier in ([] if role is None else role.findall("v3:id", _V3))
        ),
        birth=_value(person, "v3:birthTime", "value"),
        gender=_value(person, "v3:administrativeGenderCode", "code"),
        authors=tuple(_authors(root)),
        custodian=_text(root.find("v3:custodian//v3:name", _V3)),
        contacts=tuple(_contacts(root)),
        sections=tuple(sections),
    )


# Header -----------------------------------------------------------------------------


def _authors(root: etree._Element) -> Iterator[str]:
    for author in root.iterfind("v3:author/v3:assignedAuthor", _V3):
        people = [
            *_names(author, "v3:assignedPerson/v3:name"),
            *_names(author, "v3:assignedAuthoringDevice/v3:softwareName"),
        ]
        houses = _names(author, "v3:representedOrganization/v3:name")
        told = ", ".join(dict.fromkeys((*people, *houses)))
        if told:
            yield told


def _contacts(root: etree._Element) -> Iterator[tuple[str, str]]:
    for entity in root.iterfind("v3:participant/v3:associatedEntity", _V3):
        names = [
            *_names(entity, "v3:associatedPerson/v3:name"),
            *_names(entity, "v3:scopingOrganization/v3:name"),
        ]
        reached = [
            found.get("value", "").partition(":")[2] or found.get("value", "")
            for found in entity.iterfind("v3:telecom", _V3)
            if found.get("value")
        ]
        if names:
            yield names[0], ", ".join(reached)


def _names(node: etree._Element | None, path: str) -> Iterator[str]:
    for found in [] if node is None else node.iterfind(path, _V3):
        told = _name(found)
        if told:
            yield told


def _name(node: etree._Element) -> str:
    """Return a name in the order of speech: prefix, given, family, suffix."""
    parts = [
        _text(part)
        for kind in ("prefix", "given", "family", "suffix")
        for part in node.iterfind(f"v3:{kind}", _V3)
    ]
    return " ".join(part for part in parts if part) or _text(node)


def _value(node: etree._Element | None, path: str, attribute: str) -> str:
    found = None if node is None else node.find(path, _V3)
    return "" if found is None else found.get(attribute, "")


def _text(node: etree._Element | None) -> str:
    return "" if node is None else " ".join("".join(map(str, node.itertext())).split())


# Narrative --------------------------------------------------------------------------


def _section(section: etree._Element) -> ReadableSection:
    text = section.find("v3:text", _V3)
    items = [] if text is None else text.findall(".//v3:item", _V3)
    return ReadableSection(
        code=_value(section, "v3:code", "code"),
        title=_text(section.find("v3:title", _V3)),
        paragraphs=tuple(_paragraphs(text)),
        entries=tuple(_facts(item) for item in items),
        tables=tuple(
            tuple(
                tuple(_text(cell) for cell in row)
                for row in table.iterfind(".//v3:tr", _V3)
            )
            for table in ([] if text is None else text.findall(".//v3:table", _V3))
        ),
    )


def _paragraphs(text: etree._Element | None) -> Iterator[str]:
    if text is None:
        return
    if text.text and text.text.strip():
        yield " ".join(text.text.split())
    for found in text.iterfind("v3:paragraph", _V3):
        told = "\n".join(
            " ".join(line.split()) for line in _lines(found) if line.strip()
        )
        if told:
            yield told


def _lines(paragraph: etree._Element) -> list[str]:
    """Return the lines of a paragraph, which ``br`` parts."""
    lines = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == f"{{{CDA}}}br":
            lines.append("")
        else:
            lines[-1] += "".join(map(str, child.itertext()))
        lines[-1] += child.tail or ""
    return lines


def _facts(item: etree._Element) -> tuple[Fact, ...]:
    """Return the labelled facts of an item; of another's narrative, its words."""
    [*holders] = item.findall("v3:content", _V3)
    if len(holders) == 1 and len(holders[0]):
        facts = tuple(_labelled(holders[0]))
        if facts:
            return facts
    return (Fact("", _text(item)),)


def _labelled(line: etree._Element) -> Iterator[Fact]:
    """Read ``label: <content>value</content>; label: ...``."""
    before = line.text or ""
    for child in line:
        label = before.strip().removeprefix(";").strip().removesuffix(":").strip()
        yield Fact(label, _text(child))
        before = child.tail or ""
