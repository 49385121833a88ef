"""Sources that differ in one place from a good one: changed, dropped, duplicated.

Whatever is done to one leaf must show: in the document where the ledger says that the
leaf is carried, and in the ledger always.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

import simplejson

from tests.transformations.patient_summary.documents import transform_document
from transformations.fhir import NotFhir, leaves, read_fhir_document
from transformations.mapping import Fate
from transformations.patient_summary import MalformedSource, Transformed

USED = frozenset({Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE})
# Names of a resource inside its document: two ways to name one thing, so that changing
# one of them may leave the resolution as it is.
WIRING = (".fullUrl", ".reference", ".resource.id", ".resourceType")


@dataclass(frozen=True)
class Outcome:
    """A translation after one mutation, with what the ledger said before."""

    place: str
    fate: Fate
    before: Transformed
    after: Transformed
    leaves_before: int
    leaves_after: int

    @property
    def writes(self) -> bool:
        """Whether the document is another one."""
        return self.after.document != self.before.document

    @property
    def shows(self) -> bool:
        """Whether somebody who reads the document, or its findings, sees it."""
        return self.writes or self.after.findings != self.before.findings


def translated(bundle: dict[str, Any]) -> Transformed:
    """Translate; the account has every leaf of the source exactly once."""
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    document = read_fhir_document(data)
    made = transform_document(document)
    counted = [(leaf.path, leaf.value) for leaf in leaves(document)]
    assert [(one.path, one.value) for one in made.ledger.entries()] == counted
    return made


def places(value: Any, path: str = "Bundle") -> Iterator[tuple[Any, Any, str]]:
    """Yield every leaf: what holds it, under which key, and its path."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        place = f"{path}.{key}" if isinstance(key, str) else f"{path}[{key}]"
        if isinstance(child, dict | list):
            yield from places(child, place)
        else:
            yield value, key, place


def items(value: Any, path: str = "Bundle") -> Iterator[tuple[list[Any], int, str]]:
    """Yield every item of every list."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        place = f"{path}.{key}" if isinstance(key, str) else f"{path}[{key}]"
        if isinstance(value, list):
            yield value, key, place
        if isinstance(child, dict | list):
            yield from items(child, place)


def other(value: Any) -> Any:
    """Return another value of the same kind and form."""
    if isinstance(value, bool):
        return not value
    if not isinstance(value, str):
        return value + 1
    if value[:4].isdigit():
        return f"{int(value[:4]) + 1:04d}{value[4:]}"
    return f"{value}zq"


def number_of_leaves(value: Any) -> int:
    """Count the primitives of a JSON value."""
    if isinstance(value, dict):
        return sum(map(number_of_leaves, value.values()))
    if isinstance(value, list):
        return sum(map(number_of_leaves, value))
    return 1


def used(made: Transformed) -> int:
    """Count the leaves that the ledger says are carried."""
    counts = made.ledger.counts()
    return sum(counts[fate] for fate in USED)


def changed(
    bundle: dict[str, Any], step: int = 1, only: Container[str] | None = None
) -> Iterator[Outcome]:
    """Change one leaf at a time: every ``step``-th, or those at some places only."""
    before = translated(bundle)
    for holder, key, place in list(places(bundle))[::step]:
        kept = holder[key]
        if kept is None or place.endswith(WIRING):
            continue
        if only is not None and place not in only:
            continue
        holder[key] = other(kept)
        yield from _outcome(bundle, place, before)
        holder[key] = kept


def dropped(bundle: dict[str, Any], step: int = 1) -> Iterator[Outcome]:
    """Drop one leaf at a time, every ``step``-th."""
    before = translated(bundle)
    for holder, key, place in list(places(bundle))[::step]:
        if place.endswith(WIRING):
            continue
        kept = copy.copy(holder)
        del holder[key]
        yield from _outcome(bundle, place, before)
        holder.clear()
        holder.update(kept) if isinstance(holder, dict) else holder.extend(kept)


def duplicated(bundle: dict[str, Any], step: int = 1) -> Iterator[Outcome]:
    """Put one item of a list beside itself, every ``step``-th."""
    before = translated(bundle)
    for holder, index, place in list(items(bundle))[::step]:
        holder.insert(index, copy.deepcopy(holder[index]))
        yield from _outcome(bundle, place, before)
        del holder[index]


def _outcome(
    bundle: dict[str, Any], place: str, before: Transformed
) -> Iterator[Outcome]:
    try:
        after = translated(bundle)
    except (NotFhir, MalformedSource):
        # No document any more: nothing is translated, so nothing can hide.
        return
    fates = {entry.path: entry.mark.fate for entry in before.ledger.entries()}
    yield Outcome(
        place,
        fates.get(place, Fate.STRUCTURAL),
        before,
        after,
        before.ledger.leaves,
        number_of_leaves(bundle),
    )
