"""One line of a tree, compiled: what an element must be, and the lines below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from transformations.rules import wording
from transformations.rules.constraint import Node
from transformations.rules.context import Judging
from transformations.rules.place import Place

Select: TypeAlias = Callable[[Place, Judging], bool]
"""Whether a line is about an element."""

Ask: TypeAlias = Callable[[Place, Judging], None]
"""Asks an element one thing, and notes where it is not so."""


@dataclass(slots=True)
class Line:
    """One line, compiled: what an element must be, and the lines below it by name."""

    node: Node
    template: str
    rule: str
    select: Select | None
    counted: Select | None
    asks: tuple[Ask, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...] = ()

    def judge(self, place: Place, cx: Judging) -> None:
        """Ask an element that this line is about, and all below it."""
        for ask in self.asks:
            ask(place, cx)
        by_name = place.by_name
        for name, lines in self.groups:
            places = by_name.get(name)
            if places is None:
                for line in lines:
                    if line.node.minimum:
                        line.judge_count(place, 0, cx)
            elif len(lines) == 1:
                lines[0].judge_only(place, places, cx)
            else:
                _judge_several(lines, place, places, cx)

    def judge_only(self, parent: Place, places: Sequence[Place], cx: Judging) -> None:
        """Ask the elements of a name that only this line is about."""
        count = 0
        select = self.select
        counted = self.counted
        for place in places:
            if select is None or select(place, cx):
                if counted is None or counted(place, cx):
                    count += 1
                self.judge(place, cx)
        self.judge_count(parent, count, cx)

    def judge_count(self, parent: Place, count: int, cx: Judging) -> None:
        """Compare how many there are with how many there must be."""
        node = self.node
        if count < node.minimum:
            cx.add(self, parent, "missing", *wording.missing(node, parent, count))
        elif node.maximum is not None and count > node.maximum:
            cx.add(self, parent, "too-many", *wording.too_many(node, count))


def _judge_several(
    lines: Sequence[Line], parent: Place, places: Sequence[Place], cx: Judging
) -> None:
    """Ask elements of a name that several lines are about: the first that fits."""
    counts = [0] * len(lines)
    for place in places:
        is_judged = False
        for number, line in enumerate(lines):
            if line.select is not None and not line.select(place, cx):
                continue
            if line.counted is None or line.counted(place, cx):
                counts[number] += 1
            if not is_judged:
                is_judged = True
                line.judge(place, cx)
    for line, count in zip(lines, counts, strict=True):
        line.judge_count(parent, count, cx)
