"""A CDA that was read: light nodes that keep the identity of every leaf.

A leaf is an attribute or a text that is not blank; the declaration of a namespace is
none, ``xsi:type`` and ``xsi:schemaLocation`` are. Its path is an XPath without the
prefix of CDA: ``/ClinicalDocument/component/structuredBody/component[2]/section/@ID``.

Spec: CDA R2 §4 / HL7 v3 XML ITS (``xsi:type`` names the datatype of an instance).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from transformations.cda.dialects import (
    rule_of_dialect,
    shown_name,
    templates_meant,
)
from transformations.cda.namespaces import CDA, XSI_TYPE
from transformations.cda.structure import (
    CdaClass,
    CdaNode,
    ChildRule,
    class_of,
    known_class,
    known_names,
)
from trust.xml import DOCUMENT_LIMITS, Node, XmlRefused, parse_xml

_ROOT = f"{{{CDA}}}ClinicalDocument"
_NARRATIVE = "StrucDoc.Text"
_UNKNOWN = class_of("unknown")
# An instance of a type that is none may still hold what values hold.
_VALUES = ("CD", "ED", "PQ", "IVL_TS", "IVL_PQ", "RTO")
_ANY_VALUE = CdaClass(
    "value",
    {name: rule for kind in _VALUES for name, rule in class_of(kind).children.items()},
)
_TEMPLATE_ID = f"{{{CDA}}}templateId"


class NotCda(ValueError):  # noqa: N818 - a verdict on the bytes
    """The bytes are no CDA; the text says why and repeats nothing of them."""


class SourceNode(CdaNode):
    """An element that was read: it forgives what its class does not have.

    ``name`` is what its document calls it, as a path shows it.
    """

    __slots__ = ("_templates", "name")

    def __init__(self, name: str, rule: ChildRule, kind: CdaClass) -> None:
        super().__init__(rule, kind)
        self.name = name
        self._templates: frozenset[str] | None = None

    @property
    def templates(self) -> Collection[str]:
        """The template ids the element follows, whatever its document calls them."""
        if self._templates is None:
            claimed = [
                child.attributes.get("root", "")
                for child in self.children
                if isinstance(child, CdaNode) and child.tag == _TEMPLATE_ID
            ]
            code = self.first("code")
            attributes = {} if code is None else code.attributes
            self._templates = templates_meant(
                claimed, attributes.get("code", ""), attributes.get("codeSystem", "")
            )
        return self._templates

    def elements(self, name: str | None = None) -> Iterator[CdaNode]:
        """Yield the child elements, all or those of one name."""
        rule = None if name is None else self._rule(name)
        for child in self.children:
            if isinstance(child, CdaNode) and (
                name is None or (rule is not None and child.tag == rule.tag)
            ):
                yield child

    def first(self, name: str) -> CdaNode | None:
        """Return the first child of that name."""
        return next(self.elements(name), None)

    def _rule(self, name: str) -> ChildRule | None:
        rule = self.kind.children.get(name)
        if rule is None and name not in known_names():
            self.kind.child(name)
        return rule


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
    root
        The element ``ClinicalDocument``.
    anchors
        The elements of the narrative by their ID; the first of two with one ID.
    strangeness
        What it says in a dialect.
    """

    root: SourceNode = field(repr=False)
    anchors: dict[str, SourceNode] = field(repr=False)
    strangeness: tuple[Strangeness, ...] = ()


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
    """Makes the nodes of one document, and notes what is strange about it."""

    def __init__(self) -> None:
        self.strange: dict[str, Strangeness] = {}
        self.anchors: dict[str, SourceNode] = {}

    def read(self, root: etree._Element) -> CdaSource:
        name = shown_name(str(root.tag))
        rule = ChildRule(_ROOT, "ClinicalDocument", 0, repeats=False)
        if root.tag != _ROOT:
            self._note(
                "namespace-of-cda", "the document is not in the namespace of CDA", name
            )
        node = SourceNode(name, rule, class_of("ClinicalDocument"))
        self._fill(node, root)
        return CdaSource(node, self.anchors, tuple(self.strange.values()))

    def _fill(self, node: SourceNode, element: etree._Element) -> None:
        attributes = node.attributes
        for key, value in element.attrib.items():
            attributes[str(key)] = str(value)
        is_told = node.kind.name == _NARRATIVE
        children = node.children
        _add_text(children, element.text, is_told=is_told)
        for child in element:
            if isinstance(child.tag, str):
                children.append(
                    self._told(child) if is_told else self._child(child, node)
                )
            _add_text(children, child.tail, is_told=is_told)

    def _child(self, element: etree._Element, parent: SourceNode) -> SourceNode:
        tag = str(element.tag)
        name = shown_name(tag)
        rule = _rules_of(parent.kind).get(tag)
        if rule is None:
            rule = self._rule_of_dialect(tag, name, parent)
        kind = known_class(rule.kind) or class_of(rule.kind)
        node = SourceNode(name, rule, self._type_of(element, kind))
        self._fill(node, element)
        return node

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

    def _told(self, element: etree._Element) -> SourceNode:
        """Read an element of the narrative, with every blank of it."""
        tag = str(element.tag)
        rule = ChildRule(
            f"{{{CDA}}}{etree.QName(tag).localname}", _NARRATIVE, 0, repeats=True
        )
        node = SourceNode(shown_name(tag), rule, class_of(_NARRATIVE))
        self._fill(node, element)
        anchor = node.attributes.get("ID")
        if anchor is not None:
            self.anchors.setdefault(anchor, node)
        return node

    def _note(self, rule: str, sentence: str, where: str) -> None:
        self.strange.setdefault(rule, Strangeness(rule, sentence, where))


def _add_text(children: list[Node], text: str | None, *, is_told: bool) -> None:
    if text and (is_told or not text.isspace()):
        children.append(text)


@lru_cache(maxsize=256)
def _rules_of_name(name: str) -> dict[str, ChildRule]:
    kind = _ANY_VALUE if name == _ANY_VALUE.name else class_of(name)
    return {rule.tag: rule for rule in kind.children.values()}


def _rules_of(kind: CdaClass) -> dict[str, ChildRule]:
    """Return the children of a class by their tag."""
    return _rules_of_name(kind.name)


def paths(root: SourceNode) -> Iterator[tuple[str, SourceNode]]:
    """Yield every element with its path, in the order of the document."""
    yield from _paths(root, f"/{root.name}")


def _paths(node: SourceNode, path: str) -> Iterator[tuple[str, SourceNode]]:
    yield path, node
    for place, child in children_with_paths(node, path):
        yield from _paths(child, place)


def children_with_paths(
    node: SourceNode, path: str
) -> Iterator[tuple[str, SourceNode]]:
    """Yield the child elements with their paths; a number where one name repeats."""
    children = [child for child in node.children if isinstance(child, SourceNode)]
    many = Counter(child.name for child in children)
    seen: Counter[str] = Counter()
    for child in children:
        seen[child.name] += 1
        number = f"[{seen[child.name]}]" if many[child.name] > 1 else ""
        yield f"{path}/{child.name}{number}", child
