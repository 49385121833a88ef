"""The narrative block of CDA as the limited XHTML that FHIR allows.

Nothing is passed through: each element of the block has its counterpart in the table,
an element that has none gives its content only, and of attributes only those of the
table are made anew. Scripts, forms, styles and events therefore cannot be in it.

Spec: CDA R2 §4.3.5 (narrative block) / FHIR R4 §2.4.4, §2.4.6 (XHTML of a Narrative).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from transformations.cda.namespaces import XML
from transformations.cda.structure import CdaNode
from trust.xml import Element, Node, write_xml

XHTML = "http://www.w3.org/1999/xhtml"

_SAME = frozenset(
    "br sub sup table thead tbody tfoot tr th td col colgroup".split()  # noqa: SIM905
)
_RENAMED = {
    "content": "span",
    "paragraph": "p",
    "item": "li",
    "footnote": "div",
    "footnoteRef": "sup",
    "linkHtml": "a",
}
_BLOCKS = frozenset({"table", "list", "paragraph", "footnote"})
_STYLES = {"bold": "b", "italics": "i", "emphasis": "em"}
_CELLS = frozenset({"td", "th"})
_SCHEMES = ("http://", "https://", "mailto:", "#")

AttributeSink = Callable[[CdaNode, str], None]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes XHTML of one block; tells which attributes it leaves out."""

    leave_out: AttributeSink

    def children(self, node: CdaNode, parent: str) -> list[Node]:
        made: list[Node] = []
        for child in node.children:
            if isinstance(child, str):
                made.append(child)
            elif isinstance(child, CdaNode):
                made += self.element(child, parent)
        return made

    def element(self, node: CdaNode, parent: str) -> list[Node]:
        name = node.tag.rpartition("}")[2]
        tag = name if name in _SAME else self._tag(name, node, parent)
        inside = self.children(node, tag or parent)
        attributes: dict[str, str] = {}
        if node.attributes:
            attributes.update(self._attributes(node, name))
            if "styleCode" in node.attributes:
                inside = self._styled(node, inside)
        if not tag:
            return inside
        return [Element(_clark(tag), attributes, inside)]

    def _tag(self, name: str, node: CdaNode, parent: str) -> str:
        if name == "list":
            is_ordered = node.attributes.get("listType") == "ordered"
            return "ol" if is_ordered else "ul"
        if name == "caption":
            return "caption" if parent == "table" else "div"
        if name == "paragraph" and _has_block(node):
            return "div"
        return _RENAMED.get(name, "")

    def _attributes(self, node: CdaNode, name: str) -> Iterator[tuple[str, str]]:
        for key, value in node.attributes.items():
            made = _attribute(name, key, value)
            if made is not None:
                yield made
            elif key not in {"styleCode", "listType"}:
                self.leave_out(node, key)

    def _styled(self, node: CdaNode, inside: list[Node]) -> list[Node]:
        for style in node.attributes.get("styleCode", "").lower().split():
            tag = _STYLES.get(style)
            if tag is None:
                self.leave_out(node, "styleCode")
            elif inside and not _has_block(node):
                inside = [Element(_clark(tag), {}, inside)]
        return inside


def to_xhtml(block: CdaNode, leave_out: AttributeSink) -> str:
    """Write a narrative block as the ``div`` of a FHIR Narrative.

    Parameters
    ----------
    leave_out
        Is told each attribute that says how something looks and has no counterpart.
    """
    inside = _Writer(leave_out).children(block, "div")
    root = Element(f"{{{XHTML}}}div", {}, inside)
    return write_xml(root, {XHTML: ""}, declaration=False).decode()


def words_to_xhtml(words: str) -> str:
    """Write a line of words as the ``div`` of a FHIR Narrative."""
    line = Element(f"{{{XHTML}}}p", {}, [words])
    root = Element(f"{{{XHTML}}}div", {}, [line])
    return write_xml(root, {XHTML: ""}, declaration=False).decode()


@cache  # the few names of the table
def _clark(name: str) -> str:
    return f"{{{XHTML}}}{name}"


def _has_block(node: CdaNode) -> bool:
    return any(
        child.tag.rpartition("}")[2] in _BLOCKS or _has_block(child)
        for child in node.elements()
    )


def _attribute(name: str, key: str, value: str) -> tuple[str, str] | None:
    """Return the attribute of XHTML; nothing for one that is not allowed."""
    if key == "ID":
        return "id", value
    if key == "language":
        return f"{{{XML}}}lang", value
    if key in {"colspan", "rowspan"} and name in _CELLS and value.isdigit():
        return key, value
    if key == "href" and name == "linkHtml" and value.lower().startswith(_SCHEMES):
        return "href", value
    return None
