"""A CDA document as plain objects, read once, so that rules look things up cheaply.

Names are local names; elements of the pharmacy extension begin with ``pharm:``, and of
any other namespace with the namespace in braces. ``xsi:type`` is the attribute
``xsi:type``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator

from lxml import etree

from transformations.cda.namespaces import CDA, PHARM, XSI

_PREFIXES = {f"{{{CDA}}}": "", f"{{{PHARM}}}": "pharm:", f"{{{XSI}}}": "xsi:"}
_NOTHING: dict[str, str] = {}
_NO_CHILDREN: dict[str, list[Place]] = {}
NARRATIVE = "text"


class Place:
    """One element: its name, attributes, children by name, and where it stands."""

    __slots__ = (
        "attributes",
        "by_name",
        "children",
        "element",
        "name",
        "parent",
        "position",
        "tallies",
    )

    def __init__(
        self, name: str, attributes: dict[str, str], parent: Place | None
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.parent = parent
        self.position = 1
        self.children: list[Place] = []
        self.by_name: dict[str, list[Place]] = _NO_CHILDREN
        self.tallies: dict[tuple[str, str], Counter[Hashable]] | None = None
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
        """Go through the element and all below it, in the order of the document."""
        stack = [self]
        while stack:
            place = stack.pop()
            yield place
            if place.children:
                stack.extend(reversed(place.children))

    def times(self, kind: str, key: Callable[[Place], Hashable]) -> int:
        """Count the elements of its local name beside it that have its key, and itself.

        Each parent counts once for each ``kind`` of key, however many children it has.
        """
        parent = self.parent
        if parent is None or len(parent.children) == 1:
            return 1
        return parent.tally(kind, self.local_name, key)[key(self)]

    def tally(
        self, kind: str, name: str, key: Callable[[Place], Hashable]
    ) -> Counter[Hashable]:
        """Count the keys of the children of a local name."""
        if self.tallies is None:
            self.tallies = {}
        counted = self.tallies.get((kind, name))
        if counted is None:
            counted = Counter(
                key(child) for child in self.children if child.local_name == name
            )
            self.tallies[kind, name] = counted
        return counted

    def path(self) -> str:
        """Write where it stands, with positions."""
        steps: list[str] = []
        place: Place | None = self
        while place is not None:
            steps.append(f"{place.name}[{place.position}]")
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
            below.position = len(same)
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
