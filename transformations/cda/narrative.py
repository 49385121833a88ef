"""The narrative block of a section, growing with the rows that speak.

One list item per entry, one ``content`` with an ID per fact that is said, so that the
entry's ``text`` and the codes' ``originalText`` point at what a person reads.

Spec: CDA R2 §4.3.5 (narrative block) / eHDSI sections: ``text`` mandatory, IDs unique.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transformations.cda.namespaces import CDA
from trust.xml import Element, Node

_ITEM = f"{{{CDA}}}item"
_CONTENT = f"{{{CDA}}}content"


class Line:
    """What one entry says: its anchor and its facts in order."""

    __slots__ = ("anchor", "facts")

    def __init__(self, anchor: str) -> None:
        self.anchor = anchor
        self.facts: list[tuple[str, str, str]] = []


class SectionNarrative:
    """Collects lines while the entries of one section are written.

    Parameters
    ----------
    prefix
        Beginning of the IDs.
    translate
        Turns words of ours into the language of the document.
    """

    __slots__ = (
        "_count",
        "_journal",
        "_lines",
        "_paragraphs",
        "_translate",
        "prefix",
        "quoted",
    )

    def __init__(self, prefix: str, translate: Callable[[str], str] = str) -> None:
        self.prefix = prefix
        self.quoted = ""
        self._translate = translate
        self._lines: list[Line] = []
        self._paragraphs: list[Element] = []
        self._journal: list[Line | None] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._journal)

    def begin_line(self) -> str:
        """Begin the line of an entry; returns the ID entries refer to."""
        self._count += 1
        self._lines.append(Line(f"{self.prefix}-{self._count}"))
        self._journal.append(None)
        return self._lines[-1].anchor

    @property
    def anchor(self) -> str:
        """The ID of the present line."""
        if not self._lines:
            return self.begin_line()
        return self._lines[-1].anchor

    def say(self, label: str, phrase: str) -> str:
        """Add ``label: phrase`` to the present line; returns the ID of the phrase.

        The label is ours and is translated, the phrase is the source's and is not.
        """
        if not self._lines:
            self.begin_line()
        line = self._lines[-1]
        anchor = f"{line.anchor}-{len(line.facts) + 1}"
        line.facts.append((self._translate(label) if label else "", phrase, anchor))
        self._journal.append(line)
        return anchor

    def say_ours(self, label: str, phrase: str) -> str:
        """Add a phrase that is ours too, such as the name of a status."""
        return self.say(label, self._translate(phrase))

    def quote(self, marker: str, lines: Sequence[str]) -> str:
        """Add the source's own words above the lines, marked as such; returns the ID.

        They are one paragraph, so that one ID names all of them.
        """
        anchor = f"{self.prefix}-source-{len(self._paragraphs) + 1}"
        heading = _element(
            "content", [f"{self._translate(marker)}:"], styleCode="Italics"
        )
        parts: list[Node] = [heading]
        for line in lines:
            parts += [_element("br", []), line]
        self._paragraphs.append(_element("paragraph", parts, ID=anchor))
        self.quoted = self.quoted or anchor
        return anchor

    def said(self) -> frozenset[str]:
        """Return the lines of the entries so far, as a person reads them."""
        return frozenset(_folded(line) for line in self._lines if line.facts)

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said or quoted yet."""
        return not self._paragraphs and not any(line.facts for line in self._lines)

    def truncate(self, length: int) -> None:
        """Take back what was said since the narrative had this length."""
        while len(self._journal) > length:
            line = self._journal.pop()
            if line is None:
                self._lines.pop()
                self._count -= 1
            else:
                line.facts.pop()

    def write(self, nothing_said: str) -> list[Node]:
        """Return the block: paragraphs, then a list with one item per line."""
        blocks: list[Node] = [*self._paragraphs]
        items: list[Node] = [_item(line) for line in self._lines if line.facts]
        if items:
            blocks.append(_element("list", items))
        return blocks or [_paragraph(nothing_said)]


def _folded(line: Line) -> str:
    facts = (f"{label}: {said}" if label else said for label, said, _ in line.facts)
    return " ".join("; ".join(facts).split())


def _item(line: Line) -> Element:
    parts: list[Node] = []
    for label, phrase, anchor in line.facts:
        if parts:
            parts.append("; ")
        if label:
            parts.append(f"{label}: ")
        parts.append(Element(_CONTENT, {"ID": anchor}, [phrase]))
    return Element(_ITEM, {}, [Element(_CONTENT, {"ID": line.anchor}, parts)])


def _paragraph(text: str) -> Element:
    return _element("paragraph", [text])


def _element(name: str, children: list[Node], /, **attributes: str) -> Element:
    return Element(f"{{{CDA}}}{name}", attributes, children)
