"""The narrative block of CDA as the limited XHTML that FHIR allows.

Nothing is passed through: each element of the block has its counterpart in the table,
an element that has none gives its content only, and of attributes only those of the
table are made anew. Scripts, forms, styles and events therefore cannot be in it.

Spec: CDA R2 §4.3.5 (narrative block) / FHIR R4 §2.4.4, §2.4.6 (XHTML of a Narrative).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transformations.cda.namespaces import CDA, XML
from transformations.cda.structure import CdaNode
from trust.xml import Markup, element_markup, joined_markup, text_markup

XHTML = "http://www.w3.org/1999/xhtml"

# What has one counterpart wherever it stands.
_SAME = "br sub sup table thead tbody tfoot tr th td col colgroup"
_RENAMED = {
    "content": "span",
    "item": "li",
    "footnote": "div",
    "footnoteRef": "sup",
    "linkHtml": "a",
}
_COUNTERPARTS = {
    f"{{{CDA}}}{name}": tag
    for name, tag in {**{one: one for one in _SAME.split()}, **_RENAMED}.items()
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

    def inside(self, node: CdaNode, parent: str) -> Markup:
        """Write what stands in an element."""
        written: list[Markup] = []
        for child in node.children:
            if isinstance(child, str):
                written.append(text_markup(child, parent))
            elif isinstance(child, CdaNode):
                written.append(self.element(child, parent))
        return joined_markup(written)

    def element(self, node: CdaNode, parent: str) -> Markup:
        tag = _COUNTERPARTS.get(node.tag)
        if tag is None:
            tag = self._tag(node, parent)
        inside = self.inside(node, tag or parent)
        if not node.attributes:
            return element_markup(tag, {}, inside) if tag else inside
        attributes = self._attributes(node)
        if "styleCode" in node.attributes:
            inside = self._styled(node, inside)
        return element_markup(tag, attributes, inside) if tag else inside

    def _tag(self, node: CdaNode, parent: str) -> str:
        """Return the counterpart where it depends on more; empty if there is none."""
        name = _local(node)
        if name == "list":
            is_ordered = node.attributes.get("listType") == "ordered"
            return "ol" if is_ordered else "ul"
        if name == "caption":
            return "caption" if parent == "table" else "div"
        if name == "paragraph":
            return "div" if _has_block(node) else "p"
        return ""

    def _attributes(self, node: CdaNode) -> dict[str, str]:
        made: dict[str, str] = {}
        for key, value in node.attributes.items():
            name = "id" if key == "ID" else _attribute(_local(node), key, value)
            if name:
                made[name] = value
            elif key not in {"styleCode", "listType"}:
                self.leave_out(node, key)
        return made

    def _styled(self, node: CdaNode, inside: Markup) -> Markup:
        for style in node.attributes.get("styleCode", "").lower().split():
            tag = _STYLES.get(style)
            if tag is None:
                self.leave_out(node, "styleCode")
            elif inside and not _has_block(node):
                inside = element_markup(tag, {}, inside)
        return inside


def to_xhtml(block: CdaNode, leave_out: AttributeSink) -> str:
    """Write a narrative block as the ``div`` of a FHIR Narrative.

    Parameters
    ----------
    leave_out
        Is told each attribute that says how something looks and has no counterpart.
    """
    inside = _Writer(leave_out).inside(block, "div")
    return element_markup("div", {}, inside, XHTML)


def words_to_xhtml(words: str) -> str:
    """Write a line of words as the ``div`` of a FHIR Narrative."""
    line = element_markup("p", {}, text_markup(words, "p"))
    return element_markup("div", {}, line, XHTML)


def _local(node: CdaNode) -> str:
    return node.tag.rpartition("}")[2]


def _has_block(node: CdaNode) -> bool:
    return any(
        _local(child) in _BLOCKS or _has_block(child) for child in node.elements()
    )


def _attribute(name: str, key: str, value: str) -> str:
    """Return what XHTML calls an attribute; empty for one that is not allowed."""
    if key == "language":
        return f"{{{XML}}}lang"
    if key in {"colspan", "rowspan"} and name in _CELLS and value.isdigit():
        return key
    if key == "href" and name == "linkHtml" and value.lower().startswith(_SCHEMES):
        return "href"
    return ""
