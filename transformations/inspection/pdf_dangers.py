"""Finds in a PDF what does more than show, and takes it out.

Every object is looked at, also those no page refers to: a reader may find its way to
them. What is direct inside an object is walked through.

Spec: ISO 32000-1 §12.6.4 (action types), §12.6.3 (trigger events), §12.5.6 (annotation
types), §7.11.4 (embedded files), §12.7.8 (XFA), §7.3.8.2 (streams in other files).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from transformations.inspection.policy import Danger

_ACTIONS = {
    "/JavaScript": Danger.SCRIPT,
    "/URI": Danger.LINK,
    "/Launch": Danger.ACTION,
    "/SubmitForm": Danger.ACTION,
    "/ImportData": Danger.ACTION,
    "/ResetForm": Danger.ACTION,
    "/GoToR": Danger.ACTION,
    "/GoToE": Danger.ACTION,
    "/GoTo3DView": Danger.MULTIMEDIA,
    "/RichMediaExecute": Danger.MULTIMEDIA,
    "/Rendition": Danger.MULTIMEDIA,
    "/Sound": Danger.MULTIMEDIA,
    "/Movie": Danger.MULTIMEDIA,
}
_ANNOTATIONS = {
    "/FileAttachment": Danger.EMBEDDED_FILE,
    "/RichMedia": Danger.MULTIMEDIA,
    "/3D": Danger.MULTIMEDIA,
    "/Movie": Danger.MULTIMEDIA,
    "/Sound": Danger.MULTIMEDIA,
    "/Screen": Danger.MULTIMEDIA,
}
_KEYS = {
    "/JS": Danger.SCRIPT,
    "/JavaScript": Danger.SCRIPT,
    "/AA": Danger.ACTION,
    "/EF": Danger.EMBEDDED_FILE,
    "/EmbeddedFiles": Danger.EMBEDDED_FILE,
    "/AF": Danger.EMBEDDED_FILE,
    "/RichMediaContent": Danger.MULTIMEDIA,
    "/XFA": Danger.XFA_FORM,
}
_TYPES = {"/EmbeddedFile": Danger.EMBEDDED_FILE}
_DEEPEST = 100


def dangers_of(pdf: pikepdf.Pdf) -> set[Danger]:
    """Return every danger of a document."""
    found = {danger for node in _dictionaries(pdf) for danger in _in(node)}
    if pdf.is_encrypted:
        found.add(Danger.ENCRYPTION)
    if pdf.get_warnings():
        # What we could not read was not looked at. Written anew it is not there.
        found.add(Danger.DAMAGE)
    return found


def strip(pdf: pikepdf.Pdf, dangers: set[Danger]) -> None:
    """Take these dangers out; what showed them stays without its effect."""
    for node in list(_dictionaries(pdf)):
        if _act_of(node) in dangers:
            # An action without a type is none.
            _drop(node, list(node.keys()))
            continue
        _drop(node, [key for key in node.keys() if _KEYS.get(key) in dangers])  # noqa: SIM118
        if _kind_of(node) in dangers:
            _empty(node)


def _empty(node: Any) -> None:
    """Make an annotation invisible and without effect, an embedded file empty."""
    _drop(node, [key for key in node.keys() if key not in {"/Rect", "/Length"}])  # noqa: SIM118
    if isinstance(node, pikepdf.Stream):
        node.write(b"")


def _drop(node: Any, keys: list[str]) -> None:
    for key in keys:
        # A name that is no text cannot be named to the reader, and has no meaning.
        if key.isprintable() or key.isascii():
            del node[key]


def _in(node: Any) -> Iterator[Danger]:
    for danger in (_act_of(node), _kind_of(node)):
        if danger is not None:
            yield danger
    for key in node.keys():  # noqa: SIM118 - a PDF dictionary does not iterate
        if key in _KEYS:
            yield _KEYS[key]
    if isinstance(node, pikepdf.Stream) and "/F" in node:
        yield Danger.EXTERNAL_CONTENT


def _act_of(node: Any) -> Danger | None:
    """Return the danger of an action dictionary."""
    return _ACTIONS.get(_name(node, "/S"))


def _kind_of(node: Any) -> Danger | None:
    """Return the danger of an annotation or file stream."""
    return _ANNOTATIONS.get(_name(node, "/Subtype")) or _TYPES.get(_name(node, "/Type"))


def _name(node: Any, key: str) -> str:
    value = node.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary and stream, with those that are direct inside."""
    yield from _inside(pdf.trailer, 0)
    for each in pdf.objects:
        yield from _inside(each, 0)


def _inside(node: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
        yield node
        children: list[Any] = [child for _, child in node.items()]
    elif isinstance(node, pikepdf.Array):
        children = list(node)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _inside(child, depth + 1)
