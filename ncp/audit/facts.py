"""What is kept of an event: its facts, from which every form of it is made.

A JSON object names the kind of event and its fields, absent ones left out; the bytes of
headers and queries stand behind it as they were, their lengths in their places. The
names of classes and fields are thereby names in databases: one that is to be called
otherwise keeps its old name here.

Spec: ADR 0026 (what is recorded are the facts; the form is our own).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from ncp.audit.auditable import Auditable

_KIND: Final = ""
_KINDS: Final[Mapping[str, type[Auditable]]] = {
    each.__name__: each for each in get_args(Auditable)
}
_decode = json.JSONDecoder().raw_decode

Reader: TypeAlias = "Callable[[Any, _Behind], Any]"


class FactsUnreadable(ValueError):  # noqa: N818 - a finding about what was kept
    """These are no facts of an event that this release knows; never repeats them."""


def to_facts(event: Auditable) -> bytes:
    """Return the facts of an event, from which it can be made again as it was.

    Raises
    ------
    TypeError
        A field holds what has no form here.
    """
    behind: list[bytes] = []

    def plain(value: object) -> object:
        if isinstance(value, bytes):
            behind.append(value)
            return len(value)
        if isinstance(value, datetime):
            return value.isoformat()
        if is_dataclass(value):
            return _fields_of(value)
        raise TypeError(f"an audit event holds a {type(value).__name__}")

    said = {_KIND: type(event).__name__, **_fields_of(event)}
    written = json.JSONEncoder(separators=(",", ":"), default=plain).encode(said)
    return b"".join((written.encode(), *behind))


def from_facts(facts: bytes) -> Auditable:
    """Return the event whose facts these are.

    Raises
    ------
    FactsUnreadable
        They are none, or of an event that this release does not know.
    """
    try:
        # What stands behind the JSON is of the same length in this encoding.
        said, end = _decode(facts.decode("latin-1"))
        kind = _KINDS[said.pop(_KIND)]
        behind = _Behind(facts, end)
        event = _dataclass_reader(kind)(said, behind)
        behind.require_end()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise FactsUnreadable("these are no facts of an event known here") from None
    return cast("Auditable", event)


def _fields_of(value: object) -> dict[str, object]:
    names, values = _names_and_values(cast("Any", type(value)))
    said = zip(names, values(value), strict=True)
    return {name: each for name, each in said if each is not None}


@lru_cache(maxsize=64)  # the classes of events and of what they are made of
def _names_and_values(
    kind: type[Any],
) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    # All at once: each exchange pays for it before its answer leaves.
    names = tuple(each.name for each in fields(kind))
    return names, attrgetter(*names)


class _Behind:
    """The bytes that stand behind the JSON, taken in their order."""

    def __init__(self, facts: bytes, begin: int) -> None:
        self._facts = facts
        self._at = begin

    def take(self, length: int) -> bytes:
        begin, self._at = self._at, self._at + length
        if length < 0 or self._at > len(self._facts):
            raise ValueError("fewer bytes than were told")
        return self._facts[begin : self._at]

    def require_end(self) -> None:
        if self._at != len(self._facts):
            raise ValueError("more bytes than were told")


def _dataclass_reader(kind: type[Any]) -> Reader:
    readers = _readers(cast("Any", kind))

    def read(said: dict[str, Any], behind: _Behind) -> Any:
        if not said.keys() <= readers.keys():
            raise ValueError("a field that is not known")
        # In the order of the fields, as they were written: bytes stand in that order.
        return kind(
            **{
                name: read_field(said[name], behind)
                for name, read_field in readers.items()
                if name in said
            }
        )

    return read


@lru_cache(maxsize=64)  # the classes of events and of what they are made of
def _readers(kind: type[Any]) -> Mapping[str, Reader]:
    hints = get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in fields(kind)}


def _reader(hint: Any) -> Reader:
    """Return what reads a value of a field's type; raise TypeError for an unknown."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _reader(_the_only([each for each in inner if each is not NoneType]))
    if origin is tuple:
        return _tuple_reader(inner)
    if hint is bytes:
        return lambda length, behind: behind.take(length)
    if hint is datetime:
        return lambda text, _: datetime.fromisoformat(text)
    if is_dataclass(hint):
        return _dataclass_reader(cast("type[Any]", hint))
    if isinstance(hint, type) and issubclass(hint, str | int):
        return lambda value, _: hint(value)
    raise TypeError(f"audit events may hold no {hint!r}")


def _tuple_reader(inner: tuple[Any, ...]) -> Reader:
    if inner[-1] is Ellipsis:
        of_each = _reader(inner[0])
        return lambda values, behind: tuple(of_each(each, behind) for each in values)
    of_places = [_reader(each) for each in inner]
    return lambda values, behind: tuple(
        read(value, behind) for read, value in zip(of_places, values, strict=True)
    )


def _the_only(hints: list[Any]) -> Any:
    if len(hints) != 1:
        raise TypeError("a field of an audit event has one type, or none")
    return hints[0]
