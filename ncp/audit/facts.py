"""What is kept of an event: its facts, from which every form of it is made.

A JSON object names the kind of event and its fields, absent ones left out; the bytes of
headers and queries stand behind it as they were, their lengths in their places. The
names of classes and fields are thereby names in databases: one that is to be called
otherwise keeps its old name here.

Spec: ADR 0026 (what is recorded are the facts; the form is our own).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted
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
_KINDS: Final[Mapping[str, type[Any]]] = {
    each.__name__: each for each in get_args(Auditable)
}
_decode = json.JSONDecoder().raw_decode


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
    written = _write_event(event, behind)
    return b"".join((written.encode("ascii"), *behind))


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
        behind = _Behind(facts, end)
        event = _read_event(_KINDS)(said, behind)
        behind.require_end()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise FactsUnreadable("these are no facts of an event known here") from None
    return cast("Auditable", event)


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


# --- how each class is kept ------------------------------------------------------

# Each fact of an event that a peer waits for: written straight away, without a tree
# of it, which takes half the time.
Read: TypeAlias = Callable[[Any, _Behind], Any]
Write: TypeAlias = Callable[[Any, list[bytes]], str]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a value is read, and how it is written as JSON."""

    read: Read
    write: Write


@dataclass(frozen=True, slots=True)
class _Shape:
    """The fields of a class, in their order.

    Attributes
    ----------
    values
        Gives the values of all fields at once.
    written
        What stands before the value of each field, and how that is written.
    """

    values: Callable[[object], Sequence[object]]
    read: Mapping[str, Read]
    written: tuple[tuple[str, Write], ...]


@lru_cache(maxsize=64)  # the classes of events and of what they are made of
def _shape(kind: Any) -> _Shape:
    hints = get_type_hints(kind)
    names = tuple(each.name for each in fields(kind))
    forms = {name: _form(hints[name]) for name in names}
    return _Shape(
        # Asked for one name alone it would give no tuple.
        attrgetter(*names, "__class__"),
        {name: form.read for name, form in forms.items()},
        tuple((f",{_quoted(name)}:", form.write) for name, form in forms.items()),
    )


def _write_fields(value: object, behind: list[bytes]) -> str:
    return f"{{{_written(value, behind)[1:]}}}"


def _written(value: object, behind: list[bytes]) -> str:
    """Write the fields that are stated, a comma before each."""
    shape = _shape(cast("Any", type(value)))
    said: list[str] = []
    for (name, write), each in zip(shape.written, shape.values(value), strict=False):
        if each is not None:
            said += name, write(each, behind)
    return "".join(said)


def _read_fields(kind: type[Any], said: Mapping[str, Any], behind: _Behind) -> Any:
    shape = _shape(cast("Any", kind))
    if not said.keys() <= shape.read.keys():
        raise ValueError("a field that is not known")
    # In the order of the fields, as they were written: bytes stand in that order.
    return kind(
        **{
            name: read(said[name], behind)
            for name, read in shape.read.items()
            if name in said
        }
    )


def _write_event(event: object, behind: list[bytes]) -> str:
    kind = _quoted(type(event).__name__)
    return f"{{{_quoted(_KIND)}:{kind}{_written(event, behind)}}}"


def _read_event(kinds: Mapping[str, type[Any]]) -> Read:
    def read(said: dict[str, Any], behind: _Behind) -> Any:
        return _read_fields(kinds[said.pop(_KIND)], said, behind)

    return read


# --- how the value of a field is kept --------------------------------------------


def _form(hint: Any) -> _Form:
    """Return how values of a field's type are kept; raise TypeError for an unknown."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _form_of_union([each for each in inner if each is not NoneType])
    if origin is tuple:
        return _form_of_tuple(inner)
    if hint is bytes:
        return _Form(lambda length, behind: behind.take(length), _put_behind)
    if hint is datetime:
        return _Form(
            lambda text, _: datetime.fromisoformat(text),
            lambda moment, _: f'"{moment.isoformat()}"',
        )
    if is_dataclass(hint):
        return _Form(
            lambda said, behind: _read_fields(cast("Any", hint), said, behind),
            _write_fields,
        )
    return _form_of_word(hint)


def _form_of_word(hint: Any) -> _Form:
    """Return the form of a text or a number, or of a class of these."""
    if isinstance(hint, type) and issubclass(hint, str):
        return _Form(lambda text, _: hint(text), lambda text, _: _quoted(text))
    if isinstance(hint, type) and issubclass(hint, int) and hint is not bool:
        return _Form(
            lambda number, _: hint(number), lambda number, _: int.__repr__(number)
        )
    raise TypeError(f"audit events may hold no {hint!r}")


def _put_behind(value: bytes, behind: list[bytes]) -> str:
    behind.append(value)
    return f"{len(value)}"


def _form_of_union(hints: Sequence[Any]) -> _Form:
    """Return the form of one type, or of events that an event is about."""
    if len(hints) == 1:
        return _form(hints[0])
    kinds = {each.__name__: each for each in hints}
    if not kinds.items() <= _KINDS.items():
        raise TypeError("a field of an audit event has one type, or none")
    return _Form(_read_event(kinds), _write_event)


def _form_of_tuple(hints: tuple[Any, ...]) -> _Form:
    if hints[-1] is not Ellipsis:
        return _form_of_places([_form(each) for each in hints])
    of_each = _form(hints[0])
    read_each, write_each = of_each.read, of_each.write
    return _Form(
        lambda values, behind: tuple(read_each(each, behind) for each in values),
        lambda values, behind: _list(
            [write_each(each, behind) for each in _in_order(values)]
        ),
    )


def _form_of_places(forms: Sequence[_Form]) -> _Form:
    return _Form(
        lambda values, behind: tuple(
            form.read(value, behind) for value, form in zip(values, forms, strict=True)
        ),
        lambda values, behind: _list(
            [
                form.write(each, behind)
                for each, form in zip(_in_order(values), forms, strict=True)
            ]
        ),
    )


def _in_order(values: object) -> tuple[Any, ...]:
    """Refuse what has no order, or another one each time."""
    if not isinstance(values, tuple):
        raise TypeError(f"audit events may hold no {type(values).__name__}")
    return values


def _list(written: Sequence[str]) -> str:
    return f"[{','.join(written)}]"
