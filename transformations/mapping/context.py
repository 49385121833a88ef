"""The context of one document: what has been read, where we are, what was found.

The only ways to read a source are :meth:`Context.take` and its sisters for FHIR,
:meth:`Context.attr` and :meth:`Context.text` for CDA. Each reads and books in one call.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from transformations.cda.namespaces import CDA
from transformations.cda.narrative import SectionNarrative
from transformations.cda.structure import CdaNode
from transformations.fhir import FhirDocument, Located
from transformations.findings import Finding, Severity
from transformations.mapping.cda_path import CdaStep
from transformations.mapping.faults import MappingDefect
from transformations.mapping.ledger import (
    NOTHING,
    Bookings,
    Container,
    Fate,
    Key,
    Mark,
    Site,
)
from trust.identifiers import CountryCode

# Seeds of the ids we make: an own name under the namespace for OIDs (RFC 4122).
_ENTRY_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ncp-gateway:cda-entry")
_NARRATIVE_ANEW = "the narrative is written anew from what is carried"
_OTHER_RULES = "the rules that it was made by are not known here"
_NO_SITE = Site("document", "ClinicalDocument")
# What an element is known by decides that it is read, and is not carried itself.
FRAME = Site("frame of an entry", "")
TEMPLATE_ID = f"{{{CDA}}}templateId"


@dataclass(frozen=True, slots=True)
class Policy:
    """What may differ between documents without being in the source.

    Parameters
    ----------
    language
        Language of the document, ``xx-YY``; of our own words in it too.
    country
        The country the document comes from.
    is_strict
        Raise on a defect of a table (tests) instead of reporting it (production).
    releases_amounts
        Write an amount of a medicine without a package as one package that holds it,
        instead of refusing it.
    """

    language: str = "en-GB"
    country: CountryCode = CountryCode("LU")  # noqa: RUF009 - immutable
    is_strict: bool = False
    releases_amounts: bool = False


# Where bookings, findings, narrative and made resources stood.
Savepoint: TypeAlias = tuple[int, int, int, int]


class Context:
    """Everything the terms of a table share while one document is translated."""

    def __init__(self, document: FhirDocument, policy: Policy | None = None) -> None:
        self.document = document
        self.policy = policy or Policy()
        self.findings: list[Finding] = []
        self.bookings: Bookings = {}
        self.site = _NO_SITE
        self.located: Located = document.composition
        self.translate: Callable[[str], str] = str
        self.narrative = SectionNarrative("header")
        # Resources that stand in the document already, as an entry or part of one.
        self.carried: set[int] = set()
        self.patient: str | None = None
        self.made: list[tuple[str, dict[str, Any]]] = []
        self._journal: list[tuple[dict[Key, Mark], Key]] = []
        self._entries = {
            id(entry["resource"]): entry
            for entry in document.bundle.get("entry") or ()
            if "resource" in entry
        }
        self._visited: set[int] = set()
        self._is_again = False

    # --- reading FHIR ------------------------------------------------------------

    def take(self, container: Container, key: Key) -> Any:
        """Read a value and book it as mapped; an object or list is only entered."""
        value = container.get(key) if type(container) is dict else container[key]
        if value is None or type(value) is dict or type(value) is list:
            return value
        self._book(container, key, self.site.mapped)
        return value

    def derive(self, container: Container, key: Key) -> Any:
        """Read a value that decides something in the output without being carried."""
        value = container.get(key) if type(container) is dict else container[key]
        if value is not None:
            self._book(container, key, self.site.derived)
        return value

    def tell(self, container: Container, key: Key) -> Any:
        """Read a value that is carried as text for people only."""
        value = container.get(key) if type(container) is dict else container[key]
        if value is not None:
            self._book(container, key, self.site.narrative)
        return value

    def settle(self, container: Container, key: Key) -> Any:
        """Read what holds the source together and states no fact; whole subtrees."""
        value = container.get(key) if type(container) is dict else container[key]
        if value is not None:
            self._book(container, key, self.site.structural)
        return value

    def lose(
        self,
        container: Container,
        key: Key,
        reason: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Book a leaf or a whole subtree as lost, with the reason."""
        value = container.get(key) if type(container) is dict else container[key]
        if value is not None:
            self._book(container, key, self.site.lost(reason, severity))

    def lose_rest(
        self,
        container: Container,
        reason: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Book as lost whatever of an object nobody has read yet."""
        booked = self.bookings.get(id(container), {})
        for key in container:
            if key not in booked:
                self.lose(container, key, reason, severity)

    def settle_rest(self, container: Container) -> None:
        """Book as structural whatever of an object nobody has read yet."""
        booked = self.bookings.get(id(container), {})
        for key in container:
            if key not in booked:
                self.settle(container, key)

    # --- reading CDA -------------------------------------------------------------

    def attr(self, node: CdaNode, name: str) -> str | None:
        """Read an attribute of a CDA element and book it."""
        value = node.attributes.get(name)
        if value is not None:
            self._book(node, f"@{name}", self.site.mapped)
        return value

    def text(self, node: CdaNode) -> str | None:
        """Read the text of a CDA element, without that of its children, and book it."""
        text = node.text
        if text is not None:
            self._book(node, "text()", self.site.mapped)
        return text

    def words_at(self, pointer: str) -> str:
        """Return the words of the narrative that a pointer names; of a source only."""
        del pointer
        return ""

    def book_chain(
        self, chain: tuple[CdaNode, ...], steps: tuple[CdaStep, ...]
    ) -> None:
        """Book what the elements of a path were known by."""
        for node, step in zip(chain, steps, strict=True):
            for key in step.settled(node):
                self._book(node, key, FRAME.derived)

    # --- other resources -----------------------------------------------------------

    def follow(self, reference: Mapping[str, Any]) -> Located | None:
        """Resolve a Reference inside the document, booking what it is made of."""
        name = reference.get("reference")
        if not isinstance(name, str):
            return None
        located = self.document.resolve(name, self.located)
        if located is None:
            self.find(
                Severity.WARNING,
                "reference-unresolved",
                "a reference names nothing in this document; it is lost",
            )
            self.lose(reference, "reference", "names nothing in this document")
            return None
        self.derive(reference, "reference")
        self.settle(reference, "type")
        self.settle(reference, "display")
        return located

    def new_id(self, purpose: str = "") -> str:
        """Return an id for the present resource: same resource, same id."""
        resource = self.located.resource
        seed = f"{self.located.full_url}|{resource.get('id')}|{purpose}"
        return uuid_of_name(_ENTRY_IDS, seed).upper()

    # --- saying ----------------------------------------------------------------------

    def find(self, severity: Severity, rule: str, sentence: str) -> None:
        """Report something about the source; never with a value."""
        where = f"{self.located.path} ({self.site.rule})"
        self.findings.append(Finding(severity, rule, where, sentence))

    def report_modifiers(self, holder: Container) -> None:
        """Report a modifier extension that nobody read: it may turn all round."""
        if "modifierExtension" in holder and (
            "modifierExtension" not in self.bookings.get(id(holder), {})
        ):
            self.find(
                Severity.CRITICAL,
                "modifier-extension",
                "it carries a modifier extension, which may turn its meaning round",
            )

    def defect(self, sentence: str) -> None:
        """Report that a table broke a rule of the engine; raise when strict."""
        where = f"{self.site.rule} at {self.located.path}"
        if self.policy.is_strict:
            raise MappingDefect(f"{where}: {sentence}")
        self.find(Severity.WARNING, "mapping-defect", sentence)

    def supersede(self, container: Container, key: Key, reason: str) -> None:
        """Turn what was just read of an element into a loss: it found no room."""
        mark = self.site.lost(reason, Severity.WARNING)
        value = _value(container, key)
        if type(value) is not dict and type(value) is not list:
            marks = self.marks_of(container)
            if marks is not None:
                marks[key] = mark
            return
        for inner in _containers(value):
            marks = self.bookings.get(id(inner))
            if marks is not None:
                for name in marks:
                    marks[name] = mark
        self.bookings.setdefault(id(container), {}).setdefault(key, mark)

    def settle_resource(self, located: Located) -> None:
        """Book what every resource has and no table repeats: type, ids, meta, text."""
        resource = located.resource
        if self._is_again:
            return
        before, self.site = self.site, _frame_of(located.type)
        self.derive(resource, "resourceType")
        entry = self.entry_of(located)
        if entry is not None:
            self.derive(entry, "fullUrl")
        self.settle(resource, "meta")
        self.lose(resource, "implicitRules", _OTHER_RULES)
        if located is not self.document.composition and (
            "language" not in self.bookings.get(id(resource), {})
        ):
            self.settle(resource, "language")
        self.derive(resource, "id")
        self.lose_narrative(resource)
        self.site = before

    def unseed(self, resource: Container) -> None:
        """Book the id of a resource that is told only: no id of ours is made of it."""
        marks = self.bookings.get(id(resource))
        if marks is not None and "id" in marks and not self._is_again:
            marks["id"] = self.site.structural

    def lose_narrative(self, holder: Container) -> None:
        """Book a source's narrative as lost: ours is written from what is carried.

        One that its source did not generate from data alone may say more.
        """
        text = holder.get("text")
        if isinstance(text, dict):
            is_generated = text.get("status") in {"generated", "empty"}
            severity = Severity.INFORMATION if is_generated else Severity.WARNING
            self.lose(holder, "text", _NARRATIVE_ANEW, severity)

    def lose_resource(self, located: Located, reason: str, severity: Severity) -> None:
        """Book a whole resource as lost, replacing what was booked inside it."""
        mark = Mark(Fate.LOST, self.site.rule, "", reason, severity)
        if self.is_visited(located):
            for inner in _containers(located.resource):
                self.bookings.pop(id(inner), None)
        self.bookings[id(located.resource)] = dict.fromkeys(located.resource, mark)
        entry = self.entry_of(located)
        if entry is not None:
            self.bookings.setdefault(id(entry), {})["fullUrl"] = mark

    def lose_unwritten(self, located: Located) -> None:
        """Lose a listed resource of which nothing was written, and report it."""
        booked = self.bookings.get(id(located.resource), {})
        is_lost = all(mark.fate is Fate.LOST for mark in booked.values())
        if is_lost and len(booked) == len(located.resource):
            return
        sentence = "nothing that the resource says could be written; it is lost"
        before = self.enter(located)
        self.find(Severity.WARNING, "entry-says-nothing", sentence)
        self.leave(before)
        self.lose_resource(located, sentence, Severity.WARNING)

    def entry_of(self, located: Located) -> Container | None:
        """Return the Bundle entry of a resource; a contained one has none."""
        return self._entries.get(id(located.resource))

    def settle_attr(self, node: CdaNode, name: str) -> None:
        """Book an attribute of a CDA element as fixed by its template."""
        self._book(node, f"@{name}", self.site.structural)

    def make_resource(self, resource: dict[str, Any]) -> str:
        """Keep a resource made while reading CDA; returns the reference to it."""
        full_url = f"urn:uuid:{self.new_id(str(len(self.made))).lower()}"
        self.made.append((full_url, resource))
        return full_url

    # --- what the engine itself needs ----------------------------------------------

    def savepoint(self) -> Savepoint:
        """Remember where we are, to return there when an alternative fails."""
        return (
            len(self._journal),
            len(self.findings),
            len(self.narrative),
            len(self.made),
        )

    def rollback(self, to: Savepoint) -> None:
        """Undo bookings, findings and narrative since the savepoint."""
        bookings, findings, narrative, made = to
        while len(self._journal) > bookings:
            marks, key = self._journal.pop()
            del marks[key]
        del self.findings[findings:]
        self.narrative.truncate(narrative)
        del self.made[made:]

    def enter(self, located: Located) -> tuple[Located, bool]:
        """Make a resource the present one; returns what :meth:`leave` needs."""
        before = (self.located, self._is_again)
        self.located = located
        self._is_again = id(located.resource) in self._visited
        self._visited.add(id(located.resource))
        return before

    def leave(self, before: tuple[Located, bool]) -> None:
        """Return to the resource that was present before."""
        self.located, self._is_again = before

    def is_visited(self, located: Located) -> bool:
        """Whether a row has entered this resource."""
        return id(located.resource) in self._visited

    def marks_of(self, container: Container) -> dict[Key, Mark] | None:
        """Return what was booked of an object, list or element itself."""
        return self.bookings.get(id(container))

    def is_booked(self, container: Container, key: Key) -> bool:
        """Whether this leaf of an object, list or element was read."""
        return key in (self.marks_of(container) or NOTHING)

    def _book(self, container: Container, key: Key, mark: Mark) -> None:
        marks = self.bookings.get(id(container))
        if marks is None:
            marks = self.bookings[id(container)] = {}
        elif key in marks:
            self._book_again(key, marks[key], mark)
            return
        marks[key] = mark
        self._journal.append((marks, key))

    def _book_again(self, key: Key, first: Mark, mark: Mark) -> None:
        """Keep the first booking; a second one by another row is a defect.

        A resource entered again (one practitioner in two roles) is read again, and what
        is lost may be lost for a second reason.
        """
        is_lost_twice = first.fate is Fate.LOST and mark.fate is Fate.LOST
        is_frame = FRAME.rule in (first.rule, mark.rule)
        if self._is_again or first is mark or is_lost_twice or is_frame:
            return
        self.defect(f"{key!r} is read by two rows; the first is {first.rule}")


def uuid_of_name(namespace: uuid.UUID, name: str) -> str:
    """Return the UUID of a name (RFC 4122 §4.3, version 5), as ``uuid.uuid5`` does.

    A document has hundreds, which need not be objects first.
    """
    data = namespace.bytes + name.encode()
    digits = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return (
        f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-"
        f"{variant}{digits[17:20]}-{digits[20:32]}"
    )


def _value(container: Container, key: Key) -> Any:
    return container.get(key) if type(container) is dict else container[key]


@lru_cache(maxsize=256)
def _frame_of(kind: str) -> Site:
    return Site(f"{kind}: frame", "")


def _containers(value: Any) -> Iterator[Any]:
    """Yield an object or list and everything of the kind below it."""
    stack = [value]
    while stack:
        here = stack.pop()
        yield here
        children = here.values() if type(here) is dict else here
        stack += [child for child in children if isinstance(child, dict | list)]
