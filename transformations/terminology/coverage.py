"""What a set of national documents says that the catalogue cannot: before going live.

Each document is pivoted, as it would be when it leaves; what comes out without a code
of its value set is counted by element and code, with the words that stand beside it.
Words and codes are of the documents: the report is for terminologists of the same
house, and stays there.

Spec: eHDSI MTC (mapping work of a member state).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from lxml import etree

from transformations.terminology.coded_elements_table import CODED_ELEMENTS
from transformations.terminology.passes.account import CodedPlace, CodeFate
from transformations.terminology.passes.cda_places import TRANSLATION
from transformations.terminology.passes.pivot import pivot
from transformations.terminology.port import Catalogue
from transformations.terminology.systems import system_name
from transformations.terminology.value_sets import value_set_name

_UNMAPPED = frozenset({"unmapped", "value set not in the catalogue"})
_NO_CODE = "(words only)"


class GapKey(NamedTuple):
    """A code that has none in the value sets of a place."""

    element: str
    code_system: str
    code: str


@dataclass(slots=True)
class Gap:
    """How often a code was met without a pivot, in how many documents."""

    count: int = 0
    documents: set[str] = field(default_factory=set)
    words: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Coverage:
    """The account over all documents."""

    release: str
    documents: int = 0
    covered: Counter[str] = field(default_factory=Counter)
    gaps: dict[GapKey, Gap] = field(default_factory=dict)

    def add(self, name: str, root: etree._Element, catalogue: Catalogue) -> None:
        """Take one document in; the tree is pivoted in place."""
        self.documents += 1
        for place in pivot(root, catalogue).places:
            if not place.name:
                continue
            if _is_gap(place):
                self._gap(name, place)
            elif place.fate is not CodeFate.MISSING:
                self.covered[place.name] += 1

    def _gap(self, document: str, place: CodedPlace) -> None:
        code, system, words = _said(place.element)
        gap = self.gaps.setdefault(GapKey(place.name, system, code), Gap())
        gap.count += 1
        gap.documents.add(document)
        if words:
            gap.words[words] += 1

    def by_frequency(self) -> list[tuple[GapKey, Gap]]:
        """Return the gaps, the most frequent first."""
        return sorted(self.gaps.items(), key=lambda one: (-one[1].count, one[0]))

    def elements(self) -> list[tuple[str, int, int]]:
        """Return each kind of element with how many are covered and how many not."""
        missing: Counter[str] = Counter()
        for key, gap in self.gaps.items():
            missing[key.element] += gap.count
        names = sorted(self.covered.keys() | missing.keys())
        found = [(name, self.covered[name], missing[name]) for name in names]
        return sorted(found, key=lambda one: -one[2])


def _is_gap(place: CodedPlace) -> bool:
    return place.reason in _UNMAPPED


def _said(element: etree._Element) -> tuple[str, str, str]:
    """Return code, system and words of what stood there before the pivot."""
    parts = [element, *element.iter(TRANSLATION)]
    coded = next((part for part in parts if part.get("code")), None)
    if coded is None:
        return _NO_CODE, "", ""
    return (
        coded.get("code", ""),
        coded.get("codeSystem", ""),
        coded.get("displayName", ""),
    )


def value_sets_of(element: str) -> str:
    """Return the names of the value sets an element is bound to."""
    names: dict[str, None] = {}
    for row in CODED_ELEMENTS:
        if row.name == element:
            names.update(dict.fromkeys(value_set_name(one) for one in row.value_sets))
    return ", ".join(names)


# Forms of the report ----------------------------------------------------------------

_HEADER = (
    "element",
    "value sets",
    "code system",
    "code",
    "words",
    "times",
    "documents",
)


def _rows(coverage: Coverage) -> Iterator[tuple[str, ...]]:
    for key, gap in coverage.by_frequency():
        words = gap.words.most_common(1)
        yield (
            key.element,
            value_sets_of(key.element),
            system_name(key.code_system) or key.code_system,
            key.code,
            words[0][0] if words else "",
            str(gap.count),
            str(len(gap.documents)),
        )


def as_csv(coverage: Coverage) -> str:
    """Return the gaps as CSV, the most frequent first."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows([_inert(cell) for cell in row] for row in _rows(coverage))
    return file.getvalue()


def _inert(cell: str) -> str:
    """Keep a spreadsheet from taking words of a document for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def as_text(coverage: Coverage, most: int = 40) -> Iterator[str]:
    """Yield the lines of a table for a terminal."""
    covered = sum(coverage.covered.values())
    missing = sum(gap.count for gap in coverage.gaps.values())
    yield (
        f"{coverage.documents} documents against {coverage.release}: "
        f"{covered} coded elements covered, {missing} not"
    )
    if not coverage.gaps:
        return
    yield ""
    yield from _table(("element", "covered", "not"), _element_rows(coverage))
    yield ""
    rows = list(_rows(coverage))
    columns = [(row[5], row[6], row[0], row[2], row[3], row[4]) for row in rows[:most]]
    header = ("times", "documents", "element", "code system", "code", "words")
    yield from _table(header, columns)
    if len(rows) > most:
        yield f"... and {len(rows) - most} more; see --csv or --html"


def _element_rows(coverage: Coverage) -> list[tuple[str, ...]]:
    return [
        (name, str(covered), str(missing))
        for name, covered, missing in coverage.elements()
        if missing
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [
        min(48, max(len(row[column]) for row in table)) for column in range(len(header))
    ]
    for row in table:
        cells = (
            cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border:1px solid #999;padding:.25rem .6rem;text-align:left}"
    "td.number{text-align:right}"
)
_HEAD = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<title>Coverage of terminology</title><style>{_STYLE}</style></head><body>"""


def as_html(coverage: Coverage) -> str:
    """Return the report as one page without scripts and remote parts."""
    covered = sum(coverage.covered.values())
    missing = sum(gap.count for gap in coverage.gaps.values())
    elements = [
        {"element": name, "covered": str(done), "not covered": str(open_)}
        for name, done, open_ in coverage.elements()
    ]
    gaps = [dict(zip(_HEADER, row, strict=True)) for row in _rows(coverage)]
    return "\n".join(
        (
            _HEAD,
            "<h1>Coverage of terminology</h1>",
            f"<p>{coverage.documents} documents against {escape(coverage.release)}: ",
            f"{covered} coded elements covered, {missing} not.</p>",
            "<h2>By element</h2>",
            _html_table(elements),
            "<h2>Codes that do not map, the most frequent first</h2>",
            _html_table(gaps) if gaps else "<p>None.</p>",
            "</body></html>",
        )
    )


def _html_table(rows: Sequence[Mapping[str, str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "\n".join(
        "<tr>" + "".join(_html_cell(cell) for cell in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _html_cell(cell: str) -> str:
    kind = ' class="number"' if cell.isdigit() else ""
    return f"<td{kind}>{escape(cell)}</td>"
