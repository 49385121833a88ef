"""The account of a CDA: every attribute and every text with its one fate.

A booking of ``@name`` is that of an attribute, of ``text()`` that of all texts of an
element, of ``.`` that of whatever of an element and below it nobody booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from transformations.cda.dialects import shown_name
from transformations.cda.source import SourceNode, children_with_paths
from transformations.mapping.findings import Severity
from transformations.mapping.ledger import (
    NO_ROW,
    NOTHING,
    Fate,
    Ledger,
    LedgerEntry,
    Mark,
    tally,
)

SUBTREE = "."
TEXT = "text()"


class CdaLedger(Ledger):
    """The finished account of one CDA; its source is the root that was read."""

    __slots__ = ()

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield every leaf of the source in order, each with its one fate."""
        return self._elements(self._source, self._root, NO_ROW)

    def _elements(
        self, node: SourceNode, path: str, above: Mark
    ) -> Iterator[LedgerEntry]:
        marks = self._bookings.get(id(node), NOTHING)
        inherited = marks.get(SUBTREE, above)
        for name, value in node.attributes.items():
            mark = marks.get(f"@{name}", inherited)
            yield LedgerEntry(f"{path}/@{shown_name(name)}", value, mark)
        texts = _texts(node)
        for number, text in enumerate(texts, 1):
            place = f"{path}/{TEXT}" + (f"[{number}]" if len(texts) > 1 else "")
            yield LedgerEntry(place, text, marks.get(TEXT, inherited))
        for place, child in children_with_paths(node, path):
            yield from self._elements(child, place, inherited)

    def _count(self) -> tuple[Counter[Fate], Counter[Severity]]:
        """Count each leaf once; the partition check, run on every document."""
        found: dict[Mark, int] = {}
        bookings = self._bookings
        stack: list[tuple[SourceNode, Mark]] = [(self._source, NO_ROW)]
        while stack:
            node, above = stack.pop()
            marks = bookings.get(id(node))
            rest = node.leaves
            inherited = above
            if marks:
                inherited = marks.get(SUBTREE, above)
                for key, mark in marks.items():
                    if key != SUBTREE:
                        number = len(_texts(node)) if key == TEXT else 1
                        found[mark] = found.get(mark, 0) + number
                        rest -= number
            if rest:
                found[inherited] = found.get(inherited, 0) + rest
            if node.children:
                stack += [
                    (child, inherited)
                    for child in node.children
                    if isinstance(child, SourceNode)
                ]
        return tally(found)


def _texts(node: SourceNode) -> list[str]:
    return [
        child
        for child in node.children
        if isinstance(child, str) and not child.isspace()
    ]
