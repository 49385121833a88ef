"""A CDA document as plain objects, read once, so that rules look things up cheaply.

Names are local names; elements of the pharmacy extension begin with ``pharm:``, and of
any other namespace with the namespace in braces. ``xsi:type`` is the attribute
``xsi:type``.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from transformations.cda.namespaces import CDA, PHARM, XSI

_PREFIXES = {f"{{{CDA}}}": "", f"{{{PHARM}}}": "pharm:", f"{{{XSI}}}": "xsi:"}
_NOTHING: dict[str, str] = {}
_NO_CHILDREN: dict[str, list[Place]] = {}
NARRATIVE = "text"


class Place:
    """One element: its name, attributes, children by name, and where it stands."""

    __slots__ = ("attributes", "by_name", "children", "element", "name", "parent")

    def __init__(
        self, name: str, attributes: dict[str, str], parent: Place | None
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.parent = parent
        self.children: list[Place] = []
        self.by_name: dict[str, list[Place]] = _NO_CHILDREN
        self.element: etree._Element

    def __repr__(self) -> str:
        # The content is a patient's.
        return f"<{self.name} with {len(self.children)} children>"

    @property
    def is_null(self) -> bool:
        """Whether it carries a nullFlavor."""
        return "nullFlavor" in self.attributes

    @property
    def local_name(self) -> str:
        """The name without a prefix."""
        return self.name.rpartition(":")[2].rpartition("}")[2]

    @property
    def has_text(self) -> bool:
        """Whether there is text of its own, not only blanks."""
        element = self.element
        if element.text and element.text.strip():
            return True
        return any(child.tail and child.tail.strip() for child in element)

    def descend(self) -> Iterator[Place]:
        """Go through the element and all below it."""
        yield self
        for child in self.children:
            yield from child.descend()

    def siblings(self) -> list[Place]:
        """Return the other elements of this name beside it."""
        if self.parent is None:
            return []
        return [one for one in self.parent.by_name[self.name] if one is not self]

    def path(self) -> str:
        """Write where it stands, with positions."""
        steps: list[str] = []
        place: Place | None = self
        while place is not None:
            beside = (
                [place] if place.parent is None else place.parent.by_name[place.name]
            )
            steps.append(f"{place.name}[{beside.index(place) + 1}]")
            place = place.parent
        return "/" + "/".join(reversed(steps))


def read_places(root: etree._Element) -> Place:
    """Read a parsed document; narrative is not entered."""
    names: dict[str, str] = {}
    return _read(root, None, names)


def _read(
    element: etree._Element, parent: Place | None, names: dict[str, str]
) -> Place:
    tag = str(element.tag)
    name = names.get(tag)
    if name is None:
        name = names[tag] = _short(tag)
    raw = element.attrib
    attributes = _attributes(raw) if raw else _NOTHING
    place = Place(name, attributes, parent)
    place.element = element
    if name == NARRATIVE and parent is not None and parent.name == "section":
        return place
    by_name: dict[str, list[Place]] | None = None
    for child in element:
        if not isinstance(child.tag, str):
            continue
        below = _read(child, place, names)
        place.children.append(below)
        if by_name is None:
            by_name = place.by_name = {}
        same = by_name.get(below.name)
        if same is None:
            by_name[below.name] = [below]
        else:
            same.append(below)
    return place


def _attributes(raw: etree._Attrib) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw.items():
        found[_short(name) if name[0] == "{" else name] = value
    return found


def _short(tag: str) -> str:
    for namespace, prefix in _PREFIXES.items():
        if tag.startswith(namespace):
            return prefix + tag[len(namespace) :]
    return tag
