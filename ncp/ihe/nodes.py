"""Small accessors for parsed XML, and light nodes for written XML.

Reading is by name, never by position: peers differ in the order of elements. A
refusal names the element, never its content.

Spec: IHE ITI TF-2 Appendix V.3 (XML of web services transactions).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from trust.identifiers import IdentifierError, Oid
from trust.xml import Element, Form, Node, PrefixMissing, Written, write_xml

_TYPE = f"{{{ns.XSI}}}type"


def children(parent: etree._Element | None, tag: str) -> list[etree._Element]:
    """Return the child elements of a name (none of an absent parent)."""
    return [] if parent is None else list(parent.iterchildren(tag))


def by_name(parent: etree._Element | None) -> dict[str, list[etree._Element]]:
    """Return all child elements by their names, each name's in order, in one pass."""
    found: dict[str, list[etree._Element]] = {}
    for each in () if parent is None else parent:
        tag = str(each.tag)
        if tag in found:
            found[tag].append(each)
        else:
            found[tag] = [each]
    return found


def first_by_name(parent: etree._Element | None) -> dict[str, etree._Element]:
    """Return the first child element of each name, in one pass."""
    if parent is None:
        return {}
    return {str(each.tag): each for each in reversed(parent)}


def child(parent: etree._Element | None, *path: str) -> etree._Element | None:
    """Follow a path of names, taking the first child of each."""
    for tag in path:
        if parent is None:
            return None
        # What is asked for mostly stands early: no search is set up for it.
        for each in parent:
            if each.tag == tag:
                parent = each
                break
        else:
            return None
    return parent


def required(parent: etree._Element, *path: str) -> etree._Element:
    """Follow a path that must exist."""
    found = child(parent, *path)
    if found is None:
        raise lacking(parent, *path)
    return found


def lacking(parent: etree._Element, *path: str) -> ProtocolError:
    """Make the refusal of an element that lacks what stands at a path."""
    return invalid(f"<{local(parent)}> lacks <{'/'.join(map(local_of, path))}>")


def text(element: etree._Element | None) -> str | None:
    """Return the stripped text of a leaf element; None when absent or blank."""
    value = None if element is None else element.text
    return None if value is None else value.strip() or None


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return a stripped attribute; None when absent or blank."""
    value = None if element is None else element.get(name)
    return None if value is None else value.strip() or None


def oid(element: etree._Element | None, name: str = "root") -> Oid | None:
    """Return an attribute that is an OID; None when absent, refused when no OID."""
    value = attribute(element, name)
    if value is None or element is None:
        return None
    try:
        return Oid.parse(value)
    except IdentifierError as error:
        raise invalid(f"{name} of <{local(element)}> is {error}") from None


def resolved_type(element: etree._Element) -> str | None:
    """Return ``xsi:type`` in Clark notation, whatever prefix the peer chose."""
    value = attribute(element, _TYPE)
    if value is None:
        return None
    prefix, _, name = value.rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    return name if namespace is None else f"{{{namespace}}}{name}"


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return local_of(str(element.tag))


def local_of(tag: str) -> str:
    """Return a Clark name without its namespace."""
    return tag.rpartition("}")[2]


def invalid(sentence: str) -> ProtocolError:
    """Make the refusal of a body that is not of its form."""
    return ProtocolError(
        Refusal.BODY_INVALID, f"the message is not of its form: {sentence}"
    )


def element(
    tag: str, *nodes: Node | None, attributes: dict[str, str] | None = None
) -> Element:
    """Make a light element, leaving out children that are None."""
    kept = [node for node in nodes if node is not None] if nodes else []
    return Element(tag, attributes or {}, kept)


def form(*elements: Element) -> Form:
    """Make a form of our messages: elements in our prefixes, with blanks."""
    return Form(*elements, prefixes=ns.PREFIXES)


def to_light(source: etree._Element) -> Element:
    """Turn a parsed subtree into light nodes, to be written again in our prefixes.

    An ``xsi:type`` of HL7 is rewritten to our prefix, another one is left out: its
    prefix would mean nothing in our document.
    """
    attributes = {str(k): str(v) for k, v in source.attrib.items() if k != _TYPE}
    kind = resolved_type(source)
    if kind is not None and kind.startswith(f"{{{ns.HL7}}}"):
        attributes[_TYPE] = f"{ns.PREFIXES[ns.HL7]}:{local_of(kind)}"
    return Element(str(source.tag), attributes, list(_light_children(source)))


def _light_children(source: etree._Element) -> Iterator[Node]:
    if source.text and source.text.strip():
        yield source.text
    for node in source.iterchildren("*"):
        yield to_light(node)
        if node.tail and node.tail.strip():
            yield node.tail


def namespaces_of(root: Element) -> set[str]:
    """Collect the namespaces that a light tree uses."""
    names: set[str] = set()
    found: set[str] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        names.add(node.tag)
        if node.attributes:
            names.update(node.attributes)
        for child_node in node.children:
            if isinstance(child_node, Element):
                pending.append(child_node)
            elif isinstance(child_node, Written):
                found.update(uri for uri, _ in child_node.names)
    found.update(map(_namespace, names))
    return found - {"", "http://www.w3.org/XML/1998/namespace"}


@lru_cache(maxsize=2048)  # the vocabulary of the formats
def _namespace(clark: str) -> str:
    return clark[1:].partition("}")[0] if clark.startswith("{") else ""


def prefixes_for(root: Element) -> dict[str, str]:
    """Choose the prefixes of a document: ours, and numbered ones for the rest."""
    used = sorted(namespaces_of(root))
    return {
        uri: ns.PREFIXES.get(uri, f"ns{number}") for number, uri in enumerate(used, 1)
    }


def write_document(root: Element) -> bytes:
    """Serialise a document with the prefixes that :func:`prefixes_for` chooses.

    Where all names are of the formats' own namespaces, as in nearly every message, the
    tree need not be walked for them first.
    """
    try:
        return write_xml(root, ns.PREFIXES, only_used=True)
    except PrefixMissing:
        return write_xml(root, prefixes_for(root))
