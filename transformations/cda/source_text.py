"""The words of a source's narrative, without its markup.

XHTML from outside is read for its text only: what comes out is plain lines, which the
writer escapes. Scripts, styles, forms and links cannot survive that.

Spec: FHIR R4 §2.4.4 Narrative (a limited XHTML) / CDA R2 §4.3.5 (narrative block).
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

# Elements that end the line before and after them.
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "head", "template", "object", "form"})
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_SPACES = re.compile(r"\s+")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BREAK, _CELL = "\n", "\t"


class NotReadable(ValueError):  # noqa: N818 - a verdict on the source
    """The narrative is no XHTML; the text says why and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class SourceWords:
    """What a narrative says, line by line; cells of a table are set apart by a bar."""

    lines: tuple[str, ...]
    has_image: bool


def source_words(div: str) -> SourceWords:
    """Read the words of a narrative.

    Raises
    ------
    NotReadable
        It is no well-formed XHTML.
    """
    try:
        root = parse_xml(_without_html_names(div).encode(), DOCUMENT_LIMITS)
    except (XmlRefused, UnicodeEncodeError):
        raise NotReadable("the narrative is no well-formed XHTML") from None
    lines = [_line(part) for part in "".join(_words(root)).split(_BREAK)]
    has_image = any(_name(element) == "img" for element in root.iter("{*}*"))
    return SourceWords(tuple(line for line in lines if line), has_image)


def _without_html_names(div: str) -> str:
    """Write ``&nbsp;`` and its like as characters: XML knows five names only."""
    return _ENTITY.sub(_character, div)


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES:
        return match[0]
    return html.entities.html5.get(f"{name};", match[0])


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _words(element: etree._Element) -> Iterator[str]:
    """Yield the text in order; line breaks and ends of cells are marked in it."""
    name = _name(element) if isinstance(element.tag, str) else ""
    if not name or name in _SILENT:
        return
    is_block = name in _BLOCKS
    if is_block:
        yield _BREAK
    yield _flat(element.get("alt") if name == "img" else element.text)
    for child in element:
        yield from _words(child)
        yield _flat(child.tail)
    if is_block or name in _CELLS:
        yield _BREAK if is_block else _CELL


def _flat(text: str | None) -> str:
    return _SPACES.sub(" ", text) if text else ""


def _line(part: str) -> str:
    """Return one line; an empty cell keeps its place, so that columns stay columns."""
    cells = [cell.strip() for cell in part.split(_CELL)]
    if len(cells) > 1 and not cells[-1]:
        cells.pop()
    return " | ".join(cell or "-" for cell in cells) if any(cells) else ""
