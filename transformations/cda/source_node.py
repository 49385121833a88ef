"""An element of a CDA that was read, and where it stands.

The path of a leaf is an XPath without the prefix of CDA:
``/ClinicalDocument/component/structuredBody/component[2]/section/@ID``.

Spec: CDA R2 §4 / XPath 1.0 §2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from transformations.cda.dialects import templates_meant
from transformations.cda.namespaces import CDA
from transformations.cda.structure import (
    CdaClass,
    CdaNode,
    ChildRule,
    known_names,
)
from trust.xml import Node

# The number of an element that stands in no document.
NOWHERE = -1
_TEMPLATE_ID = f"{{{CDA}}}templateId"


class SourceNode(CdaNode):
    """An element that was read: it forgives what its class does not have.

    ``name`` is what its document calls it, as a path shows it; ``leaves`` is how many
    attributes and texts of its own it has; ``number`` is its place in the order of the
    document. ``index`` has its children by their tags, as ``indexed`` lists them.
    """

    __slots__ = ("followed", "index", "indexed", "leaves", "name", "number")

    def __init__(self, name: str, rule: ChildRule, kind: CdaClass) -> None:
        super().__init__(rule, kind)
        self.name = name
        self.leaves = 0
        self.number = NOWHERE
        self.index: dict[str, list[CdaNode]] = {}
        self.indexed: list[Node] = self.children
        self.followed: frozenset[str] | None = None

    def by_tag(self) -> Mapping[str, Sequence[CdaNode]]:
        """Return the children by their tags, for paths ask many times."""
        # Who puts some of them out of sight sets another list.
        if self.indexed is not self.children:
            self._index_anew()
        return self.index

    def _index_anew(self) -> None:
        self.index, self.indexed = {}, self.children
        for child in self.children:
            if isinstance(child, CdaNode):
                self.index.setdefault(child.tag, []).append(child)

    def all_tagged(self, tag: str) -> Sequence[CdaNode]:
        """Return the children of that tag."""
        if self.indexed is not self.children:
            self._index_anew()
        return self.index.get(tag, ())

    def tagged(self, tag: str) -> CdaNode | None:
        """Return the first child of that tag."""
        found = self.all_tagged(tag)
        return found[0] if found else None

    @property
    def templates(self) -> Collection[str]:
        """The template ids the element follows, whatever its document calls them."""
        if self.followed is None:
            claimed = [
                child.attributes.get("root", "")
                for child in self.all_tagged(_TEMPLATE_ID)
            ]
            code = self.first("code")
            attributes = {} if code is None else code.attributes
            self.followed = templates_meant(
                claimed, attributes.get("code", ""), attributes.get("codeSystem", "")
            )
        return self.followed

    def elements(self, name: str | None = None) -> Iterator[CdaNode]:
        """Return the child elements, all or those of one name."""
        if name is None:
            return (child for child in self.children if isinstance(child, CdaNode))
        rule = self.kind.children.get(name)
        if rule is None:
            self._refuse(name)
            return iter(())
        return iter(self.all_tagged(rule.tag))

    def first(self, name: str) -> CdaNode | None:
        """Return the first child of that name."""
        rule = self.kind.children.get(name)
        if rule is None:
            self._refuse(name)
            return None
        found = self.all_tagged(rule.tag)
        return found[0] if found else None

    def _refuse(self, name: str) -> None:
        """Refuse a name that no class has: who asks for it has mistyped it."""
        if name not in known_names():
            self.kind.child(name)


class Places:
    """Where the elements of a document stand; found out for those that are asked for.

    Parameters
    ----------
    nodes
        The elements in the order of the document.
    above
        For each the number of the element that it stands in.
    """

    def __init__(self, nodes: Sequence[SourceNode], above: Sequence[int]) -> None:
        self._nodes = nodes
        self._above = above
        self._paths = {0: f"/{nodes[0].name}"}

    def is_inside(self, node: SourceNode, above: SourceNode) -> bool:
        """Whether an element stands below another, or is it."""
        here = node.number
        while here > above.number:
            here = self._above[here]
        return here == above.number

    def path_of(self, node: CdaNode) -> str:
        """Return the path of an element; empty for one of another document."""
        if not isinstance(node, SourceNode) or node.number == NOWHERE:
            return ""
        return self._path(node.number)

    def _path(self, number: int) -> str:
        path = self._paths.get(number)
        if path is None:
            above = self._above[number]
            step = _step(self._nodes[number], self._nodes[above])
            path = self._paths[number] = f"{self._path(above)}/{step}"
        return path


def _step(node: SourceNode, parent: SourceNode) -> str:
    """Return the name of an element; with its number where that name repeats."""
    same = [
        child
        for child in parent.children
        if isinstance(child, SourceNode) and child.name == node.name
    ]
    number = next((at for at, one in enumerate(same, 1) if one is node), 1)
    return node.name + (f"[{number}]" if len(same) > 1 else "")


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
