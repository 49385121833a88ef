"""Sets a document as PDF/A for who has no software for the coded one.

The page shows the narrative of the coded document, which is made of the same facts: of
a patient summary the allergies first, in a frame; each further section as it stands. It
says on each page whose it is, where the data come from and of when they are, and that
it is a rendering.

Spec: ISO 19005-2 (PDF/A-2b) / eHDSI Patient Summary PDF embedded (EH.1.7),
ePrescription PDF embedded (EH.1.6).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

from transformations.display.pdf.typesetting import set_page
from transformations.display.pdf.words import PRESCRIPTION, words_for
from transformations.display.readable import (
    ALLERGIES,
    Fact,
    ReadableDocument,
    ReadableSection,
)

MOST_COLUMNS = 5
# Kinds of documents that say nothing of allergies, and need not say so.
WITHOUT_WARNING = frozenset({PRESCRIPTION})
# Kinds of documents with one entry, whose facts stand in a line each.
IN_LINES = frozenset({PRESCRIPTION})
_TS = re.compile(
    r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\d\d)?(?:\.\d+)?([+-]\d{4})?", re.ASCII
)
_DATE = re.compile(r"\d{4}(-\d\d){0,2}([ T].*)?", re.ASCII)


def render_document(document: ReadableDocument) -> bytes:
    """Return the document as PDF/A-2b; the same document gives the same bytes."""
    return set_page(_template(), page_of(document), ("a-2b",))


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("document.typ").read_bytes()


def page_of(document: ReadableDocument) -> dict[str, Any]:
    """Return what the template shows, as plain values."""
    words = words_for(document.language, document.code)
    warned = [each for each in document.sections if each.code == ALLERGIES]
    others = [each for each in document.sections if each.code != ALLERGIES]
    return {
        "lang": document.language.partition("-")[0].lower() or "en",
        "title": document.title,
        "words": dict(words),
        "patient": " / ".join(document.patient_names),
        "born": told_time(document.birth) or words["unknown"],
        "identifier": ", ".join(document.patient_ids),
        "keeper": document.custodian,
        "made": told_time(document.created) or words["unknown"],
        "moment": _moment(document.created),
        "header": _header(document, words),
        "warns": document.code not in WITHOUT_WARNING,
        "allergies": _shown(warned[0]) if warned else None,
        "sections": [
            _shown(each, in_lines=document.code in IN_LINES)
            for each in (*warned[1:], *others)
        ],
    }


def told_time(written: str) -> str:
    """Write an HL7 TS as far as it is told: ``2026-01-19 10:42 +01:00``."""
    match = _TS.fullmatch(written)
    if match is None:
        return written
    year, month, day, hour, minute, zone = match.groups()
    told = "-".join(part for part in (year, month, day) if part)
    if hour is None:
        return told
    told = f"{told} {hour}:{minute or '00'}"
    return told if zone is None else f"{told} {zone[:3]}:{zone[3:]}"


def _moment(written: str) -> dict[str, int] | None:
    """Return what stands as date in the file's own data."""
    match = _TS.fullmatch(written)
    if match is None or match[3] is None:
        return None
    names = ("year", "month", "day", "hour", "minute")
    values = {name: int(match[i] or 0) for i, name in enumerate(names, 1)}
    return {**values, "second": 0}


def _header(
    document: ReadableDocument, words: Mapping[str, str]
) -> list[tuple[str, str]]:
    gender = words.get(document.gender, words["unknown"])
    return [
        (words["patient"], " / ".join(document.patient_names) or words["unknown"]),
        (words["born"], told_time(document.birth) or words["unknown"]),
        (words["gender"], gender),
        *((words["identifier"], each) for each in document.patient_ids),
        *((words["author"], each) for each in document.authors),
        *(
            (words["contact"], ": ".join(part for part in each if part))
            for each in document.contacts
        ),
    ]


def _shown(section: ReadableSection, *, in_lines: bool = False) -> dict[str, Any]:
    columns = _columns(section)
    rows = None
    if columns is not None:
        told = [{fact.label: fact.value for fact in each} for each in section.entries]
        rows = [[each.get(name, "") for name in columns] for each in told]
    return {
        "title": section.title,
        "paragraphs": section.paragraphs,
        "tables": [_even(table) for table in section.tables if table],
        "columns": columns,
        "rows": rows,
        "entries": [
            [asdict(fact) for fact in _subject_first(each)] for each in section.entries
        ],
        "in_lines": in_lines,
        "is_silent": not (section.paragraphs or section.entries or section.tables),
    }


def _subject_first(entry: tuple[Fact, ...]) -> list[Fact]:
    """Begin with what an entry is about, not with its date."""
    subjects = [i for i, fact in enumerate(entry) if not _DATE.fullmatch(fact.value)]
    first = subjects[0] if subjects else 0
    return [entry[first], *entry[:first], *entry[first + 1 :]]


def _columns(section: ReadableSection) -> list[str] | None:
    """Return the labels as columns, where the entries make a table that fits."""
    labels = dict.fromkeys(fact.label for each in section.entries for fact in each)
    are_plain = len(section.entries) > 1 and all(
        max(Counter(fact.label for fact in each).values()) == 1
        for each in section.entries
    )
    return list(labels) if are_plain and 1 < len(labels) <= MOST_COLUMNS else None


def _even(rows: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    """Fill rows of another's table to one width; spans are not kept."""
    width = max(len(row) for row in rows)
    return [[*row, *[""] * (width - len(row))] for row in rows]
