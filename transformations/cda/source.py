"""A CDA that was read: light nodes that keep the identity of every leaf.

A leaf is an attribute or a text that is not blank; the declaration of a namespace is
none, ``xsi:type`` and ``xsi:schemaLocation`` are. Its path is an XPath without the
prefix of CDA: ``/ClinicalDocument/component/structuredBody/component[2]/section/@ID``.

Spec: CDA R2 §4 / HL7 v3 XML ITS (``xsi:type`` names the datatype of an instance).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from lxml import etree

from transformations.cda.dialects import rule_of_dialect, shown_name
from transformations.cda.namespaces import CDA, XSI_TYPE
from transformations.cda.source_node import SourceNode
from transformations.cda.structure import (
    CdaClass,
    ChildRule,
    class_of,
    known_class,
)
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

_ROOT = f"{{{CDA}}}ClinicalDocument"
_NARRATIVE = "StrucDoc.Text"
_UNKNOWN = class_of("unknown")
_OPEN = frozenset({"ANY"})
_TRUE = frozenset({"true", "1"})
_TOLD = class_of(_NARRATIVE)
_SUBJECT = class_of("Subject")
# An instance of a type that is none may still hold what values hold.
_VALUES = ("CD", "ED", "PQ", "IVL_TS", "IVL_PQ", "RTO")
_ANY_VALUE = CdaClass(
    "value",
    {name: rule for kind in _VALUES for name, rule in class_of(kind).children.items()},
)
_new_node = SourceNode.__new__
# How an element is read where it stands, the same for all of its kind: tag and name,
# rank, class; whether its attributes may say another, and whether it is narrative.
_Way: TypeAlias = tuple[str, str, int, CdaClass, bool, bool]
# Those of the table, by class and tag.
_WAYS: defaultdict[str, dict[str, _Way]] = defaultdict(dict)
# For elements that have none below. Those of the narrative are seldom asked for their
# children by tag, and are indexed when they are.
_NO_INDEX: Any = MappingProxyType({})
_NOT_INDEXED: Any = ()


class NotCda(ValueError):  # noqa: N818 - a verdict on the bytes
    """The bytes are no CDA; the text says why and repeats nothing of them."""


@dataclass(frozen=True, slots=True)
class Strangeness:
    """One kind of thing that a document says in a dialect, and where it does first."""

    rule: str
    sentence: str
    where: str


@dataclass(frozen=True, slots=True)
class CdaSource:
    """A CDA that was read.

    Parameters
    ----------
    nodes
        Its elements in the order of the document, each at its number.
    above
        For each the number of the element that it stands in; the root's own for it.
    anchors
        The elements of the narrative by their ID; the first of two with one ID.
    strangeness
        What it says in a dialect.
    suspects
        Elements that negate, or that name another subject than the patient.
    """

    nodes: Sequence[SourceNode] = field(repr=False)
    above: Sequence[int] = field(repr=False)
    anchors: dict[str, SourceNode] = field(repr=False)
    strangeness: tuple[Strangeness, ...] = ()
    suspects: tuple[SourceNode, ...] = field(default=(), repr=False)

    @property
    def root(self) -> SourceNode:
        """The element ``ClinicalDocument``."""
        return self.nodes[0]


def read_cda(data: bytes) -> CdaSource:
    """Read a CDA of any wave.

    Raises
    ------
    NotCda
        The bytes are no XML that may be read, or no ClinicalDocument.
    """
    try:
        root = parse_xml(data, DOCUMENT_LIMITS)
    except XmlRefused as refused:
        raise NotCda(f"The document cannot be read: {refused}.") from None
    if etree.QName(root).localname != "ClinicalDocument":
        raise NotCda(
            "The document is XML but no CDA: its root is not ClinicalDocument. "
            "Send the CDA itself, without an envelope."
        )
    return _Reader().read(root)


class _Reader:
    """Makes the nodes of one document, and notes what is strange about it.

    A document has thousands of elements: what makes one is written out where it is
    made, in the two loops.
    """

    def __init__(self) -> None:
        self.strange: dict[str, Strangeness] = {}
        self.anchors: dict[str, SourceNode] = {}
        self.suspects: list[SourceNode] = []
        self.nodes: list[SourceNode] = []
        self.above: list[int] = []

    def read(self, root: etree._Element) -> CdaSource:
        name = shown_name(str(root.tag))
        rule = ChildRule(_ROOT, "ClinicalDocument", 0, repeats=False)
        if root.tag != _ROOT:
            self._note(
                "namespace-of-cda", "the document is not in the namespace of CDA", name
            )
        node = SourceNode(name, rule, class_of("ClinicalDocument"))
        node.number = 0
        node.attributes = dict(root.items())
        node.leaves = len(node.attributes)
        self.nodes.append(node)
        self.above.append(0)
        text = root.text
        if text and not text.isspace():
            node.children.append(text)
            node.leaves += 1
        self._fill(node, root)
        strange = tuple(self.strange.values())
        return CdaSource(
            self.nodes, self.above, self.anchors, strange, tuple(self.suspects)
        )

    def _fill(self, node: SourceNode, element: etree._Element) -> None:
        """Read the children of an element, and the texts between them."""
        nodes, above, number = self.nodes, self.above, node.number
        children, index, ways = node.children, node.index, _WAYS[node.kind.name]
        for child in element:
            name = child.tag
            if isinstance(name, str):
                made = _new_node(SourceNode)
                way = ways.get(name) or self._way(name, node)
                tag, made.name, made.rank, made.kind, is_open, is_told = way
                made.tag = tag
                made.number = len(nodes)
                made.children = made.indexed = []
                made.index = _NO_INDEX
                made.followed = None
                nodes.append(made)
                above.append(number)
                children.append(made)
                if tag in index:
                    index[tag].append(made)
                else:
                    index[tag] = [made]
                attributes = child.items()
                made.leaves = len(attributes)
                made.attributes = said = dict(attributes)
                if is_told:
                    self._note_anchor(made)
                    self._tell(made, child)
                else:
                    if is_open or (
                        attributes and ("negationInd" in said or XSI_TYPE in said)
                    ):
                        self._look_at(made, child)
                    text = child.text
                    if text and not text.isspace():
                        made.children.append(text)
                        made.leaves += 1
                    if len(child):
                        made.index = {}
                        self._fill(made, child)
            tail = child.tail
            if tail and not tail.isspace():
                children.append(tail)
                node.leaves += 1

    def _tell(self, node: SourceNode, element: etree._Element) -> None:
        """Read what stands in an element of the narrative, with every blank of it."""
        nodes, above, number = self.nodes, self.above, node.number
        children = node.children
        text = element.text
        if text:
            children.append(text)
            node.leaves += not text.isspace()
        for child in element:
            name = child.tag
            if isinstance(name, str):
                made = _new_node(SourceNode)
                made.tag, made.name = _told_as(name)
                made.rank, made.kind = 0, _TOLD
                made.number = len(nodes)
                made.children = []
                made.index, made.indexed = _NO_INDEX, _NOT_INDEXED
                made.followed = None
                nodes.append(made)
                above.append(number)
                children.append(made)
                attributes = child.items()
                made.leaves = len(attributes)
                made.attributes = dict(attributes)
                if attributes:
                    self._note_anchor(made)
                self._tell(made, child)
            tail = child.tail
            if tail:
                children.append(tail)
                node.leaves += not tail.isspace()

    def _look_at(self, node: SourceNode, element: etree._Element) -> None:
        """Find out the type of an instance, and note what may forbid to carry it."""
        kind = node.kind
        if kind.name in _OPEN or XSI_TYPE in node.attributes:
            node.kind = self._type_of(element, kind)
        if kind is _SUBJECT or node.attributes.get("negationInd") in _TRUE:
            self.suspects.append(node)

    def _way(self, tag: str, parent: SourceNode) -> _Way:
        """Find out how a child is read; what the table has is kept."""
        name = shown_name(tag)
        found = parent.kind.by_tag.get(tag)
        rule = found or self._rule_of_dialect(tag, name, parent)
        kind = class_of(rule.kind)
        is_open = kind.name in _OPEN or kind is _SUBJECT
        way = (rule.tag, name, rule.rank, kind, is_open, kind is _TOLD)
        if found is not None:
            _WAYS[parent.kind.name][tag] = way
        return way

    def _rule_of_dialect(self, tag: str, name: str, parent: SourceNode) -> ChildRule:
        rule = rule_of_dialect(tag, parent.kind)
        if rule is None:
            if parent.kind is not _UNKNOWN:
                self._note(
                    "element-unknown",
                    "an element stands where its class has no such element; "
                    "what it says is lost",
                    f"{parent.name}/{name}",
                )
            return ChildRule(tag, "unknown", 0, repeats=True)
        self._note(
            "element-of-a-dialect",
            "elements of an older wave or of another namespace are read as those of "
            "the present one",
            f"{parent.name}/{name}",
        )
        return rule

    def _type_of(self, element: etree._Element, kind: CdaClass) -> CdaClass:
        """Return the class that ``xsi:type`` names, where it is one of the table."""
        named = element.get(XSI_TYPE)
        if named is None:
            return _ANY_VALUE if kind.name == "ANY" else kind
        found = known_class(str(named).rpartition(":")[2])
        if found is None:
            self._note(
                "datatype-unknown",
                "an instance has a type that CDA does not have; it is read as declared",
                shown_name(str(element.tag)),
            )
        return found or (kind if kind.children else _ANY_VALUE)

    def _note_anchor(self, node: SourceNode) -> None:
        anchor = node.attributes.get("ID")
        if anchor is not None:
            self.anchors.setdefault(anchor, node)

    def _note(self, rule: str, sentence: str, where: str) -> None:
        self.strange.setdefault(rule, Strangeness(rule, sentence, where))


@lru_cache(maxsize=256)
def _told_as(tag: str) -> tuple[str, str]:
    """Return the tag of an element of the narrative, and how a path names it."""
    return f"{{{CDA}}}{tag.rpartition('}')[2]}", shown_name(tag)
