"""The lines of the notation of the rules: each with what is indented under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


class NotationError(ValueError):
    """A line that is not of the notation. Raised while the rules are read."""


@dataclass(slots=True)
class Line:
    """A line with the lines below it."""

    text: str
    place: str
    below: list[Line] = field(default_factory=list)

    def refuse(self, why: str) -> NotationError:
        return NotationError(f"{self.place}: {why}: {self.text!r}")


def heads_of(text: str, name: str) -> Iterator[Line]:
    """Yield the lines that begin a template or a block, with all below them."""
    stack: list[tuple[int, Line]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        body = raw.strip()
        if not body or body.startswith("#"):
            continue
        line = Line(body, f"{name}:{number}")
        if body[:3] in {"== ", "-- "}:
            stack = [(-1, line)]
            yield line
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if not stack or depth % 2:
            raise line.refuse("indented under nothing")
        stack[-1][1].below.append(line)
        stack.append((depth, line))
