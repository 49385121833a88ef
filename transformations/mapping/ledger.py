"""The account of a translation: every leaf of the source has exactly one fate.

Reading books. A booking is one shared, premade :class:`Mark` per row, so that a mapped
leaf costs a dictionary entry and nothing else. Paths are made when somebody asks.

Spec: fates and JSON form are the project's own; a leaf of FHIR is a JSON primitive.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from transformations.findings import Severity

Container: TypeAlias = Any  # a dict or list of the source, or a light node
Key: TypeAlias = str | int


class Fate(StrEnum):
    """What became of a leaf."""

    MAPPED = "mapped"
    DERIVED = "derived"
    NARRATIVE = "narrative"
    STRUCTURAL = "structural"
    LOST = "lost"

    @property
    def meaning(self) -> str:
        """What it says of leaves, for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Fate.MAPPED: "carried as they are",
    Fate.DERIVED: "carried in another form",
    Fate.NARRATIVE: "kept as text for people",
    Fate.STRUCTURAL: "hold the document together, say nothing themselves",
    Fate.LOST: "not carried, each with its reason",
}


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """What one row books: the fate, by which rule, to where, and why."""

    fate: Fate
    rule: str
    target: str = ""
    reason: str = ""
    severity: Severity = Severity.INFORMATION


NO_ROW = Mark(Fate.LOST, "none", reason="no row", severity=Severity.WARNING)
_UNREAD = "unread"
# What nobody read of a kind that has a reason of its own, by the name of its element.
UNREAD_KINDS = {
    name: Mark(Fate.LOST, _UNREAD, "", reason, severity)
    for name, reason, severity in (
        ("extension", "an extension that no row knows", Severity.WARNING),
        (
            "modifierExtension",
            "a modifier extension, which may turn the meaning round",
            Severity.CRITICAL,
        ),
        ("contained", "nothing that is carried refers to it", Severity.WARNING),
    )
}
_HELD_PLACE = Mark(Fate.STRUCTURAL, _UNREAD)


class Site:
    """A place in a mapping table with its premade marks."""

    __slots__ = ("derived", "mapped", "narrative", "rule", "structural", "target")

    def __init__(self, rule: str, target: str) -> None:
        self.rule = rule
        self.target = target
        self.mapped = Mark(Fate.MAPPED, rule, target)
        self.derived = Mark(Fate.DERIVED, rule, target)
        self.narrative = Mark(Fate.NARRATIVE, rule, "section/text")
        self.structural = Mark(Fate.STRUCTURAL, rule)

    def lost(self, reason: str, severity: Severity) -> Mark:
        """Make the mark of a loss with its reason."""
        return Mark(Fate.LOST, self.rule, "", reason, severity)


Bookings: TypeAlias = dict[int, dict[Key, Mark]]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One leaf and its fate."""

    path: str
    value: Any = field(repr=False)
    mark: Mark

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of one entry."""
        return {
            "path": self.path,
            "value": self.value,
            "fate": self.mark.fate.value,
            "target": self.mark.target,
            "reason": self.mark.reason,
            "severity": self.mark.severity.value,
        }


class Ledger:
    """The finished account of one document.

    Parameters
    ----------
    source
        The root of the source, kept as it was read.
    root
        The name its paths begin with, such as ``Bundle``.
    bookings
        What was booked while reading.
    about_source, about_target
        Facts for the two headings of the JSON form.
    """

    __slots__ = ("_about", "_bookings", "_counts", "_root", "_source", "severities")

    def __init__(
        self,
        source: Any,
        root: str,
        bookings: Bookings,
        about_source: Mapping[str, str],
        about_target: Mapping[str, str],
    ) -> None:
        self._source = source
        self._root = root
        self._bookings = bookings
        self._about = (dict(about_source), dict(about_target))
        self._counts, self.severities = self._count()

    def __repr__(self) -> str:
        return f"<Ledger of {self.leaves} leaves>"

    @property
    def about_target(self) -> Mapping[str, str]:
        """What the heading says of the document that was written."""
        return self._about[1]

    @property
    def leaves(self) -> int:
        """How many leaves the source has."""
        return sum(self._counts.values())

    def counts(self) -> dict[Fate, int]:
        """Return the number of leaves of each fate."""
        return {fate: self._counts[fate] for fate in Fate}

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield every leaf of the source in order, each with its one fate."""
        return self._walk(self._source, self._root, NO_ROW)

    def unmapped(self) -> list[str]:
        """Return the paths of leaves that no row read."""
        return [entry.path for entry in self.entries() if entry.mark is NO_ROW]

    def to_json(self) -> dict[str, Any]:
        """Return the whole account as plain JSON values (numbers may be Decimal)."""
        return {
            "source": self._about[0],
            "target": self._about[1],
            "leaves": self.leaves,
            "entries": [entry.to_json() for entry in self.entries()],
        }

    def _walk(self, value: Any, path: str, inherited: Mark) -> Iterator[LedgerEntry]:
        marks = self._bookings.get(id(value), NOTHING)
        for key, child in _children(value):
            mark = marks.get(key, inherited)
            place = f"{path}.{key}" if isinstance(key, str) else f"{path}[{key}]"
            if isinstance(child, dict | list):
                yield from self._walk(child, place, self._below(key, child, mark))
            else:
                yield LedgerEntry(place, child, _of_leaf(key, child, mark))

    def _below(self, key: Key, child: Any, mark: Mark) -> Mark:
        """Return what holds below an object or list, unless booked there."""
        if mark is NO_ROW:
            return UNREAD_KINDS.get(key, NO_ROW) if type(key) is str else NO_ROW
        if mark.rule is _UNREAD and id(child) in self._bookings:
            # Somebody knows it, and has not read all of it.
            return NO_ROW
        return mark

    def _count(self) -> tuple[Counter[Fate], Counter[Severity]]:
        """Count each leaf once; the partition check, run on every document."""
        found: list[Mark] = []
        stack: list[tuple[Any, Mark]] = [(self._source, NO_ROW)]
        bookings = self._bookings
        while stack:
            container, inherited = stack.pop()
            booked = bookings.get(id(container))
            is_object = type(container) is dict
            for key, child in container.items() if is_object else enumerate(container):
                mark = booked.get(key, inherited) if booked else inherited
                kind = type(child)
                if kind is dict or kind is list:
                    if mark is not NO_ROW or key in UNREAD_KINDS:
                        mark = self._below(key, child, mark)
                    stack.append((child, mark))
                else:
                    if mark is NO_ROW and (child is None or key == "id"):
                        mark = _HELD_PLACE
                    found.append(mark)
        return tally(Counter(found))


NOTHING: dict[Key, Mark] = {}


def tally(marks: Mapping[Mark, int]) -> tuple[Counter[Fate], Counter[Severity]]:
    """Add up how many leaves have each fate, and each severity of a loss."""
    fates: Counter[Fate] = Counter()
    severities: Counter[Severity] = Counter()
    for mark, number in marks.items():
        fates[mark.fate] += number
        if mark.fate is Fate.LOST:
            severities[mark.severity] += number
    return fates, severities


def _of_leaf(key: Key, leaf: Any, mark: Mark) -> Mark:
    """Return the mark of a leaf.

    A null that nobody read holds a place, and the id of an element a link to it.
    """
    if mark is NO_ROW and (leaf is None or key == "id"):
        return _HELD_PLACE
    return mark


def _children(value: Any) -> Any:
    return value.items() if type(value) is dict else enumerate(value)


def digest(data: bytes) -> str:
    """Return the SHA-256 by which a ledger names its document."""
    return hashlib.sha256(data).hexdigest()
