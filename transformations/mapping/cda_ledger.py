"""The account of a CDA: every attribute and every text with its one fate.

A booking of ``@name`` is that of an attribute, of ``text()`` that of all texts of an
element, of ``.`` that of whatever of an element and below it nobody booked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from transformations.cda.dialects import shown_name
from transformations.cda.source import CdaSource
from transformations.cda.source_node import SourceNode, children_with_paths
from transformations.findings import Severity
from transformations.mapping.ledger import (
    NO_ROW,
    NOTHING,
    Fate,
    Key,
    Ledger,
    LedgerEntry,
    Mark,
    tally,
)

SUBTREE = "."
TEXT = "text()"
# What was booked of each element, at its number.
Account: TypeAlias = Sequence[Mapping[Key, Mark] | None]


class CdaLedger(Ledger):
    """The finished account of one CDA.

    Parameters
    ----------
    source
        The CDA that was read.
    account
        What was booked of its elements.
    about_source, about_target
        Facts for the two headings of the JSON form.
    """

    __slots__ = ("_account",)

    def __init__(
        self,
        source: CdaSource,
        account: Account,
        about_source: Mapping[str, str],
        about_target: Mapping[str, str],
    ) -> None:
        self._account = account
        root = f"/{source.root.name}"
        super().__init__(source, root, {}, about_source, about_target)

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield every leaf of the source in order, each with its one fate."""
        return self._elements(self._source.root, self._root, NO_ROW)

    def _elements(
        self, node: SourceNode, path: str, above: Mark
    ) -> Iterator[LedgerEntry]:
        marks = self._account[node.number] or NOTHING
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
        source = self._source
        found: defaultdict[Mark, int] = defaultdict(int)
        booked: list[Mark] = []
        # What holds for all of an element that nobody booked alone, at its number.
        held = [NO_ROW] * len(source.nodes)
        for node, parent, marks in zip(
            source.nodes, source.above, self._account, strict=False
        ):
            inherited = held[parent]
            rest = node.leaves
            if marks:
                booked += marks.values()
                rest -= len(marks)
                if SUBTREE in marks:
                    inherited = marks[SUBTREE]
                    rest += 1
                    found[inherited] -= 1
                if TEXT in marks:
                    more = node.leaves - len(node.attributes) - 1
                    rest -= more
                    found[marks[TEXT]] += more
            held[node.number] = inherited
            if rest:
                found[inherited] += rest
        counted = Counter(booked)
        counted.update(found)
        return tally(+counted)


def _texts(node: SourceNode) -> list[str]:
    return [
        child
        for child in node.children
        if isinstance(child, str) and not child.isspace()
    ]
