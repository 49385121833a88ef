"""The sheet the story is written on: headings, sentences, small tables; plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

WIDTH = 88
INDENT = "   "
_NO_BREAK = "\u00a0"


class Page:
    """Prints the story as it happens and keeps a copy."""

    def __init__(self, out: TextIO, copy: Path | None = None) -> None:
        self._out = out
        self._copy = copy
        self._chapters = 0

    def title(self, text: str) -> None:
        """Write the title, underlined."""
        self._write(text, "=" * len(text))

    def chapter(self, text: str) -> None:
        """Begin the next numbered chapter."""
        self._chapters += 1
        self._write("", f"{self._chapters}. {text}", "")

    def say(self, text: str) -> None:
        """Write a paragraph, wrapped."""
        self._write(*_wrapped(text, INDENT))

    def item(self, label: str, text: str, width: int) -> None:
        """Write a line of a list: a label, and text that hangs beside it."""
        first = f"{INDENT}  {label:<{width}}  "
        self._write(*_wrapped(text, " " * len(first), first))

    def items(self, rows: Iterable[tuple[str, str]]) -> None:
        """Write a list of labels and texts, in two columns."""
        listed = list(rows)
        width = max((len(label) for label, _ in listed), default=0)
        for label, text in listed:
            self.item(label, text, width)

    def lines(self, lines: Sequence[str]) -> None:
        """Write lines as they are, for people to copy."""
        self._write(*(f"{INDENT}  {line}" for line in lines))

    def gap(self) -> None:
        """Leave a line empty."""
        self._write("")

    def _write(self, *lines: str) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self._out.write(text)
        self._out.flush()
        if self._copy is not None:
            with self._copy.open("a", encoding="utf-8") as file:
                file.write(text)


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first or ""]


def milliseconds(value: float) -> str:
    """Write a duration as a person reads it; no line breaks inside it."""
    if value >= 1000:
        return f"{value / 1000:.1f}{_NO_BREAK}s"
    digits = 0 if value >= 10 else 1
    return f"{value:.{digits}f}{_NO_BREAK}ms"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun."""
    word = noun if number == 1 else (plural or f"{noun}s")
    return f"{number} {word}"
