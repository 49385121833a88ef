"""The context of one CDA that is read: its leaves, its words, what is made of it."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from transformations.cda.source import CdaSource
from transformations.cda.source_node import Places, SourceNode
from transformations.cda.structure import CdaNode
from transformations.fhir import FhirDocument, Located
from transformations.findings import Finding, Severity
from transformations.mapping.cda_path import AT, CdaStep
from transformations.mapping.context import (
    FRAME,
    Context,
    Policy,
    Savepoint,
    uuid_of_name,
)
from transformations.mapping.ledger import Container, Key, Mark

# Seeds of the ids we make: an own name under the namespace for URLs (RFC 4122).
_RESOURCE_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ncp-gateway:fhir-resource")
# One who acts in several roles stands once in the document.
_SHARED = frozenset({"Practitioner", "PractitionerRole", "Organization", "Device"})
_NOTHING = Located({}, "ClinicalDocument")
_NO_DOCUMENT = FhirDocument({}, (), {}, {}, _NOTHING, _NOTHING)


class CdaContext(Context):
    """What the terms of a table share while one CDA becomes a FHIR document.

    Parameters
    ----------
    source
        The CDA that is read.
    """

    def __init__(self, source: CdaSource, policy: Policy | None = None) -> None:
        super().__init__(_NO_DOCUMENT, policy)
        # Nothing is booked by identity here: who looks there is told so.
        del self.bookings
        self.source = source
        self._known: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        # What was booked of each element, at its number; the last is for all that
        # stands in no document.
        self.account: list[dict[Key, Mark] | None] = [None] * (len(source.nodes) + 1)
        self._places = Places(source.nodes, source.above)
        self._seed = _seed_of(source.root)
        self._here: CdaNode = source.root
        self._path = ""
        self.findings += (
            Finding(Severity.WARNING, one.rule, one.where, one.sentence)
            for one in source.strangeness
        )
        self.composition = f"urn:uuid:{self.new_id('Composition')}"

    def path_of(self, node: CdaNode) -> str:
        """Return the path of an element of the source."""
        return self._places.path_of(node)

    def stand_at(self, node: CdaNode, *, is_again: bool = False) -> None:
        """Make an element the place that findings name and ids are made of.

        ``is_again`` lets what was read before be read for another resource.
        """
        self._here, self._path = node, ""
        self._is_again = is_again

    def find(self, severity: Severity, rule: str, sentence: str) -> None:
        """Report something about the source at the present place."""
        self.located = Located({}, self._path_here())
        super().find(severity, rule, sentence)

    def _path_here(self) -> str:
        self._path = self._path or self.path_of(self._here)
        return self._path

    def suspects_in(self, entry: CdaNode) -> list[CdaNode]:
        """Return what may forbid to carry an entry: negations, other subjects."""
        if not isinstance(entry, SourceNode):
            return []
        suspects = self.source.suspects
        return [one for one in suspects if self._places.is_inside(one, entry)]

    def words_at(self, pointer: str) -> str:
        """Return the words of the narrative that a pointer (``#id``) names."""
        node = self.source.anchors.get(pointer.removeprefix("#"))
        return "" if node is None else words_of(node)

    def new_id(self, purpose: str = "") -> str:
        """Return an id for the present place: same document and place, same id."""
        seed = f"{self._seed}|{self._path_here()}|{purpose}"
        self._numbers[seed] += 1
        return uuid_of_name(_RESOURCE_IDS, f"{seed}|{self._numbers[seed]}")

    def make_resource(self, resource: dict[str, Any]) -> str:
        """Keep a resource under an id of its own; returns the reference to it."""
        kind = resource["resourceType"]
        says = repr(resource) if kind in _SHARED else ""
        if says in self._known:
            return self._known[says]
        made_id = self.new_id(kind)
        full_url = f"urn:uuid:{made_id}"
        self.made.append((full_url, {"resourceType": kind, "id": made_id, **resource}))
        if says:
            self._known[says] = full_url
        return full_url

    def savepoint(self) -> Savepoint:
        """Remember where we are; nothing is said in a narrative on the way back."""
        return (len(self._journal), len(self.findings), 0, len(self.made))

    def rollback(self, to: Savepoint) -> None:
        """Undo what was booked, found and made since the savepoint."""
        if to == (len(self._journal), len(self.findings), 0, len(self.made)):
            return
        dropped = {full_url for full_url, _ in self.made[to[3] :]}
        super().rollback(to)
        if dropped:
            self._known = {
                says: url for says, url in self._known.items() if url not in dropped
            }

    def attr(self, node: CdaNode, name: str) -> str | None:
        """Read an attribute of a CDA element and book it."""
        value = node.attributes.get(name)
        if value is not None:
            self._book(node, AT[name], self.site.mapped)
        return value

    def settle(self, node: Container, key: Key) -> Any:
        """Read what holds the source together and states no fact; whole subtrees."""
        value = node[key]
        if value is not None:
            self._book(node, key, self.site.structural)
        return value

    def derive(self, node: Container, key: Key) -> Any:
        """Read a value that decides something in the output without being carried."""
        value = node[key]
        if value is not None:
            self._book(node, key, self.site.derived)
        return value

    def settle_attr(self, node: CdaNode, name: str) -> None:
        """Book an attribute of a CDA element as fixed by its template."""
        self._book(node, AT[name], self.site.structural)

    def book_chain(
        self, chain: tuple[CdaNode, ...], steps: tuple[CdaStep, ...]
    ) -> None:
        """Book what the elements of a path were known by."""
        mark = FRAME.derived
        for node, step in zip(chain, steps, strict=False):
            if step.is_known_by:
                for key in step.settled(node):
                    self._book(node, key, mark)

    def marks_of(self, container: Container) -> dict[Key, Mark] | None:
        """Return what was booked of an element itself."""
        marks: dict[Key, Mark] | None = self.account[container.number]
        return marks

    def _book(self, container: Container, key: Key, mark: Mark) -> None:
        number = container.number
        marks = self.account[number]
        if marks is None:
            marks = self.account[number] = {}
        elif key in marks:
            self._book_again(key, marks[key], mark)
            return
        marks[key] = mark
        self._journal.append((marks, key))


def says_anything(node: CdaNode) -> bool:
    """Whether there is a word in an element or below it."""
    return any(
        not child.isspace() if isinstance(child, str) else says_anything(child)
        for child in node.children
        if isinstance(child, str | CdaNode)
    )


def words_of(node: CdaNode) -> str:
    """Return the words of an element and all below it, blanks folded."""
    return " ".join("".join(_texts(node)).split())


def _texts(node: CdaNode) -> list[str]:
    found: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            found.append(child)
        elif isinstance(child, CdaNode):
            # A break or the end of a cell parts words.
            is_inline = child.tag.rpartition("}")[2] in _INLINE
            found += _texts(child) if is_inline else [" ", *_texts(child), " "]
    return found


_INLINE = frozenset({"content", "sub", "sup", "linkHtml", "footnoteRef"})


def _seed_of(root: SourceNode) -> str:
    """Return what names the document: its id, or nothing."""
    identity = root.first("id")
    if identity is None:
        return ""
    attributes = identity.attributes
    return f"{attributes.get('root', '')}^{attributes.get('extension', '')}"
