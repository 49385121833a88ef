"""A CDA that was read: light nodes that keep the identity of every leaf.

A leaf is an attribute or a text that is not blank; the declaration of a namespace is
none, ``xsi:type`` and ``xsi:schemaLocation`` are. Its path is an XPath without the
prefix of CDA: ``/ClinicalDocument/component/structuredBody/component[2]/section/@ID``.

Spec: CDA R2 §4 / HL7 v3 XML ITS (``xsi:type`` names the datatype of an instance).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
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
_OPEN = frozenset({"ANY"})
_TRUE = frozenset({"true", "1"})
_TOLD = class_of(_NARRATIVE)
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

    ``name`` is what its document calls it, as a path shows it; ``leaves`` is how many
    attributes and texts of its own it has.
    """

    __slots__ = ("_by_tag", "_indexed", "_templates", "leaves", "name")

    def __init__(self, name: str, rule: ChildRule, kind: CdaClass) -> None:
        # Written out: a document has thousands of them.
        self.tag = rule.tag
        self.attributes = {}
        self.children = []
        self.rank = rule.rank
        self.kind = kind
        self.name = name
        self.leaves = 0
        self._templates: frozenset[str] | None = None
        self._indexed: list[Node] | None = None

    def all_tagged(self, tag: str) -> Sequence[CdaNode]:
        """Return the children of that tag; found once, for paths ask many times."""
        # Who puts some of them out of sight sets another list.
        if self._indexed is not self.children:
            self._index(self.children)
        return self._by_tag.get(tag, ())

    def _index(self, children: list[Node]) -> None:
        by_tag: dict[str, list[CdaNode]] = {}
        for child in children:
            if isinstance(child, CdaNode):
                by_tag.setdefault(child.tag, []).append(child)
        self._by_tag, self._indexed = by_tag, children

    def tagged(self, tag: str) -> CdaNode | None:
        """Return the first child of that tag."""
        found = self.all_tagged(tag)
        return found[0] if found else None

    @property
    def templates(self) -> Collection[str]:
        """The template ids the element follows, whatever its document calls them."""
        if self._templates is None:
            claimed = [
                child.attributes.get("root", "")
                for child in self.all_tagged(_TEMPLATE_ID)
            ]
            code = self.first("code")
            attributes = {} if code is None else code.attributes
            self._templates = templates_meant(
                claimed, attributes.get("code", ""), attributes.get("codeSystem", "")
            )
        return self._templates

    def elements(self, name: str | None = None) -> Iterator[CdaNode]:
        """Return the child elements, all or those of one name."""
        if name is None:
            return (child for child in self.children if isinstance(child, CdaNode))
        rule = self._rule(name)
        return iter(() if rule is None else self.all_tagged(rule.tag))

    def first(self, name: str) -> CdaNode | None:
        """Return the first child of that name."""
        rule = self.kind.children.get(name) or self._rule(name)
        found = None if rule is None else self.all_tagged(rule.tag)
        return found[0] if found else None

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
    places
        Where its elements stand.
    anchors
        The elements of the narrative by their ID; the first of two with one ID.
    strangeness
        What it says in a dialect.
    suspects
        Elements that negate, or that name another subject than the patient.
    """

    root: SourceNode = field(repr=False)
    places: Places = field(repr=False)
    anchors: dict[str, SourceNode] = field(repr=False)
    strangeness: tuple[Strangeness, ...] = ()
    suspects: tuple[SourceNode, ...] = field(default=(), repr=False)


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
        self.suspects: list[SourceNode] = []
        self.parents: dict[int, SourceNode] = {}

    def read(self, root: etree._Element) -> CdaSource:
        name = shown_name(str(root.tag))
        rule = ChildRule(_ROOT, "ClinicalDocument", 0, repeats=False)
        if root.tag != _ROOT:
            self._note(
                "namespace-of-cda", "the document is not in the namespace of CDA", name
            )
        node = SourceNode(name, rule, class_of("ClinicalDocument"))
        node.attributes = dict(root.items())
        node.leaves = len(node.attributes)
        self._fill(node, root, root.text)
        strange = tuple(self.strange.values())
        places = Places(node, self.parents)
        return CdaSource(node, places, self.anchors, strange, tuple(self.suspects))

    def _fill(
        self, node: SourceNode, element: etree._Element, text: str | None
    ) -> None:
        """Read what stands in an element: its text, and its children."""
        leaves = node.leaves
        children, by_tag, parents = node.children, node.kind.by_tag, self.parents
        if text and not text.isspace():
            children.append(text)
            leaves += 1
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                rule = by_tag.get(tag)
                made = self._child(child, tag, rule, node)
                parents[id(made)] = node
                children.append(made)
            text = child.tail
            if text and not text.isspace():
                children.append(text)
                leaves += 1
        node.leaves = leaves

    def _child(
        self,
        element: etree._Element,
        tag: str,
        rule: ChildRule | None,
        parent: SourceNode,
    ) -> SourceNode:
        name = shown_name(tag)
        if rule is None:
            rule = self._rule_of_dialect(tag, name, parent)
        kind = known_class(rule.kind) or class_of(rule.kind)
        node = SourceNode(name, rule, kind)
        if kind is _TOLD:
            self._tell(node, element)
            return node
        attributes = element.items()
        if attributes:
            node.attributes = dict(attributes)
            node.leaves = len(attributes)
        if kind.name in _OPEN or XSI_TYPE in node.attributes:
            node.kind = self._type_of(element, kind)
        text = element.text
        if text is not None or len(element):
            self._fill(node, element, text)
        if rule.kind == "Subject" or node.attributes.get("negationInd") in _TRUE:
            self.suspects.append(node)
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

    def _tell(self, node: SourceNode, element: etree._Element) -> None:
        """Read an element of the narrative, with every blank of it."""
        attributes = element.items()
        if attributes:
            node.attributes = dict(attributes)
            anchor = node.attributes.get("ID")
            if anchor is not None:
                self.anchors.setdefault(anchor, node)
        leaves = len(attributes)
        children = node.children
        text = element.text
        if text:
            children.append(text)
            leaves += not text.isspace()
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                name, rule = _told_as(tag)
                made = SourceNode(name, rule, _TOLD)
                self._tell(made, child)
                children.append(made)
            text = child.tail
            if text:
                children.append(text)
                leaves += not text.isspace()
        node.leaves = leaves

    def _note(self, rule: str, sentence: str, where: str) -> None:
        self.strange.setdefault(rule, Strangeness(rule, sentence, where))


@lru_cache(maxsize=256)
def _told_as(tag: str) -> tuple[str, ChildRule]:
    """Return how a path names an element of the narrative, and its rule."""
    local = tag.rpartition("}")[2]
    rule = ChildRule(f"{{{CDA}}}{local}", _NARRATIVE, 0, repeats=True)
    return shown_name(tag), rule


class Places:
    """Where the elements of a document stand; found out for those that are asked for.

    Parameters
    ----------
    parents
        The element above each by its identity, without the insides of narratives.
    """

    def __init__(self, root: SourceNode, parents: dict[int, SourceNode]) -> None:
        self._root = root
        self._parents = parents

    def is_inside(self, node: CdaNode, above: CdaNode) -> bool:
        """Whether an element stands below another, or is it."""
        here: CdaNode | None = node
        while here is not None and here is not above:
            here = self._parents.get(id(here))
        return here is not None

    def path_of(self, node: CdaNode) -> str:
        """Return the path of an element; empty for one of another document."""
        steps: list[str] = []
        here = node
        while isinstance(here, SourceNode) and here is not self._root:
            parent = self._parents.get(id(here))
            if parent is None:
                return ""
            same = [
                child
                for child in parent.children
                if isinstance(child, SourceNode) and child.name == here.name
            ]
            number = next((at for at, one in enumerate(same, 1) if one is here), 1)
            steps.append(here.name + (f"[{number}]" if len(same) > 1 else ""))
            here = parent
        return "/".join(["", self._root.name, *reversed(steps)])


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
