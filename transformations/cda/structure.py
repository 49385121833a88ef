"""Light CDA nodes that know their class, so that children land in schema order.

Spec: CDA R2 XSD sequences, held as facts in :mod:`.structure_table`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from transformations.cda.namespaces import CDA, PHARM, XSI_TYPE
from transformations.cda.structure_table import CLASSES, DATATYPES
from trust.xml import Element

_COMMON = "realmCode*=CS typeId=InfrastructureRoot.typeId templateId*=II "
# Where the schema names only a base, the instance must say its type.
_NEEDS_TYPE = frozenset({"ANY", "QTY", "SXCM_TS"})


class StructureError(ValueError):
    """A path names an element its parent does not have. Raised while importing."""


@dataclass(frozen=True, slots=True)
class ChildRule:
    """One child of a class: its name, its class, its place and whether it repeats."""

    tag: str
    kind: str
    rank: int
    repeats: bool

    @property
    def needs_type(self) -> bool:
        """Whether an instance must carry ``xsi:type``."""
        return self.kind in _NEEDS_TYPE


@dataclass(frozen=True, slots=True)
class CdaClass:
    """A class or datatype of CDA with its children by local (or ``pharm:``) name."""

    name: str
    children: dict[str, ChildRule] = field(repr=False)
    by_tag: dict[str, ChildRule] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_tag = {rule.tag: rule for rule in self.children.values()}
        object.__setattr__(self, "by_tag", by_tag)

    def child(self, name: str) -> ChildRule:
        """Return the rule of a child, or refuse a name the class does not have."""
        rule = self.children.get(name)
        if rule is None:
            raise StructureError(f"{self.name} has no child {name!r}")
        return rule


class CdaNode(Element):
    """An element of a CDA under construction; children keep the schema's order."""

    __slots__ = ("kind", "rank")

    def __init__(
        self,
        rule: ChildRule,
        kind: CdaClass | None = None,
        attributes: dict[str, str] | None = None,
    ) -> None:
        self.tag = rule.tag
        self.attributes = {} if attributes is None else attributes
        self.children = []
        self.rank = rule.rank
        self.kind = kind or _CLASSES.get(rule.kind) or class_of(rule.kind)

    def __repr__(self) -> str:
        # The content is a patient's.
        return f"<{self.tag} of {self.kind.name}, {len(self.children)} children>"

    def __getitem__(self, key: str) -> Any:
        """Return what a reader books: ``@code``, ``text()``, ``.`` for the element."""
        if key[0] == "@":
            return self.attributes.get(key[1:])
        return self if key == "." else self.text

    @property
    def text(self) -> str | None:
        """The text of the element without that of its children; no blank one."""
        texts = [child for child in self.children if isinstance(child, str)]
        text = texts[0] if len(texts) == 1 else "".join(texts)
        return text if text and not text.isspace() else None

    @property
    def templates(self) -> Collection[str]:
        """The template ids the element claims to follow."""
        return [
            child.attributes.get("root", "") for child in self.elements("templateId")
        ]

    def graft(self, child: CdaNode) -> None:
        """Put a child where the schema wants it, after siblings of the same rank."""
        children = self.children
        place = len(children)
        rank = child.rank
        if place:
            last = children[-1]
            if type(last) is CdaNode and last.rank <= rank:
                children.append(child)
                return
        while place:
            before = children[place - 1]
            if not isinstance(before, CdaNode) or before.rank <= rank:
                break
            place -= 1
        children.insert(place, child)

    def add(self, name: str, text: str | None = None, /, **attributes: str) -> CdaNode:
        """Write a child with attributes and text, and return it."""
        rule = self.kind.children.get(name) or self.kind.child(name)
        child = CdaNode(rule, None, attributes)
        if text is not None:
            child.children.append(text)
        self.graft(child)
        return child

    def elements(self, name: str | None = None) -> Iterator[CdaNode]:
        """Yield the child elements, all or those of one name."""
        tag = None if name is None else self.kind.child(name).tag
        for child in self.children:
            if isinstance(child, CdaNode) and (tag is None or child.tag == tag):
                yield child

    def first(self, name: str) -> CdaNode | None:
        """Return the first child of that name."""
        return self.tagged(self.kind.child(name).tag)

    def all_tagged(self, tag: str) -> Sequence[CdaNode]:
        """Return the children of that tag, in Clark notation."""
        return [
            child
            for child in self.children
            if isinstance(child, CdaNode) and child.tag == tag
        ]

    def by_tag(self) -> Mapping[str, Sequence[CdaNode]]:
        """Return the children by their tags."""
        found: dict[str, list[CdaNode]] = {}
        for child in self.elements():
            found.setdefault(child.tag, []).append(child)
        return found

    def tagged(self, tag: str) -> CdaNode | None:
        """Return the first child of that tag, in Clark notation."""
        for child in self.children:
            if isinstance(child, CdaNode) and child.tag == tag:
                return child
        return None

    def set_type(self, name: str) -> None:
        """Say the type of an instance whose declared type is a mere base."""
        self.attributes[XSI_TYPE] = name
        self.kind = class_of(name)

    def clear(self) -> None:
        """Take everything written out again, for a value that proved unusable."""
        self.attributes.clear()
        self.children.clear()


def class_of(name: str) -> CdaClass:
    """Return a class by its name; one without children of its own has none."""
    found = _CLASSES.get(name)
    if found is None:
        # A datatype without children of its own; made once for each name of the table.
        found = _CLASSES[name] = CdaClass(name, {})
    return found


def known_class(name: str) -> CdaClass | None:
    """Return a class that the table has; used for names that come from outside."""
    return _CLASSES.get(name)


@cache
def known_names() -> frozenset[str]:
    """Return the names of all children of all classes."""
    return frozenset(name for kind in _CLASSES.values() for name in kind.children)


def root_node(name: str = "ClinicalDocument") -> CdaNode:
    """Begin a document, or a fragment of another class for a test."""
    rule = ChildRule(f"{{{CDA}}}{name}", name, 0, repeats=False)
    return CdaNode(rule)


def _read_class(name: str, line: str) -> CdaClass:
    children = {}
    for rank, word in enumerate(line.split()):
        label, _, kind = word.partition("=")
        anywhere, repeats = "~" in label, "*" in label
        label = label.rstrip("*~")
        children[label] = ChildRule(
            _clark(label), kind, 0 if anywhere else rank, repeats=repeats
        )
    return CdaClass(name, children)


def _clark(label: str) -> str:
    prefix, colon, local = label.partition(":")
    return f"{{{PHARM}}}{local}" if colon else f"{{{CDA}}}{prefix}"


_CLASSES = {
    **{
        name: _read_class(name, line if name.startswith("pharm:") else _COMMON + line)
        for name, line in CLASSES.items()
    },
    **{name: _read_class(name, line) for name, line in DATATYPES.items()},
}
