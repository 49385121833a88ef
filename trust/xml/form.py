"""Forms: elements that are written alike each time, but for some values.

A form is made once, of the light nodes that say what is written, with blanks where the
values go. The one writer writes it once for each choice of values that are there at
all; filling it in then puts escaped values between what was written.

Spec: XML 1.0 §2.2 (characters), §2.4, §3.1, §3.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from trust.xml.writer import (
    Element,
    Node,
    Written,
    escape_attribute,
    escape_text,
    is_plain,
    split_name,
    write_fragment,
)

# What is there to be written: each place for elements, the names of the values.
_There: TypeAlias = tuple[bool | str, ...]
# Where values will stand, while a form is written: a character of nobody else.
_MARK: Final = "\ue000"


class Blank(str):
    """Where a value goes, an attribute's or a text; it is the value's name."""

    __slots__ = ()


class OptionalBlank(Blank):
    """The blank of an attribute that is left out where there is no value."""

    __slots__ = ()


class _Inside(Blank):
    """Where elements go that are written already."""

    __slots__ = ()


INSIDE: Final = _Inside()


@dataclass(slots=True)
class _Conditional(Element):
    """An element of a form that is left out where there is no value of a name."""

    name: str = ""


def only_with(name: str, element: Element) -> Element:
    """Make an element of a form one that is there only with a value."""
    return _Conditional(element.tag, element.attributes, element.children, name)


class Form:
    """Elements side by side, with blanks.

    Parameters
    ----------
    elements
        What is written, from light nodes. ``INSIDE`` may stand among children, for
        elements that are written apart.
    prefixes
        Namespace to prefix, as in the documents that it will stand in.
    """

    __slots__ = ("_elements", "_prefixes", "_templates")

    def __init__(self, *elements: Element, prefixes: Mapping[str, str]) -> None:
        self._elements = elements
        self._prefixes = prefixes
        self._templates: dict[_There, _Template] = {}

    def fill(self, *inside: Written | None, **values: str | None) -> Written:
        """Write the elements with values, each under the name of its blank.

        None is for what is not there, in a place that may be without.

        Parameters
        ----------
        inside
            What goes inside, in the order of these places.

        Raises
        ------
        ValueError
            A value is missing or has no place, or holds a character XML 1.0 forbids.
            The message never repeats a value.
        """
        told = {name: value for name, value in values.items() if value is not None}
        there: _There = tuple(told)
        if not inside:
            template = self._templates.get(there) or self._template(there)
            return template.fill(told)
        there += tuple([each is not None for each in inside])
        template = self._templates.get(there) or self._template(there)
        return template.around([each for each in inside if each is not None], told)

    def _template(self, there: _There) -> _Template:
        """Write the form once for what is there."""
        marking = _Marking(there)
        written = write_fragment(marking.all(self._elements), self._prefixes)
        marking.check()
        template = self._templates[there] = _Template(written, marking.places)
        return template


class _Place(NamedTuple):
    """Where a value stands, and how it is escaped there; elements are not."""

    name: str
    escape: Callable[[str, str], str] | None
    where: str


class _Marking:
    """Puts a mark in each blank, and remembers in order which it was."""

    def __init__(self, there: _There) -> None:
        self._inside = [each for each in there if isinstance(each, bool)]
        self._names = frozenset(each for each in there if isinstance(each, str))
        self.places: list[_Place] = []

    def all(self, elements: Iterable[Element]) -> Iterator[Element]:
        """Yield what is there with these values, marked."""
        for each in elements:
            if not isinstance(each, _Conditional) or each.name in self._names:
                yield self._marked(each)

    def check(self) -> None:
        """Refuse values that have no place: they would be lost."""
        lost = self._names.difference(place.name for place in self.places)
        if lost or self._inside:
            raise ValueError(f"a form has no place for {sorted(lost) or 'elements'}")

    def _marked(self, element: Element) -> Element:
        where = split_name(element.tag)[1]
        attributes = {
            name: self._value(value, escape_attribute, where)
            for name, value in element.attributes.items()
            if not isinstance(value, OptionalBlank) or value in self._names
        }
        children: list[Node] = []
        for child in element.children:
            children += self._child(child, where)
        return Element(element.tag, attributes, children)

    def _child(self, child: Node, where: str) -> Iterator[Node]:
        if isinstance(child, Element):
            yield from self.all([child])
        elif child is INSIDE:
            yield from self._elements(where)
        elif isinstance(child, str):
            yield self._value(child, escape_text, where)
        else:
            yield child

    def _elements(self, where: str) -> Iterator[str]:
        if not self._inside:
            raise ValueError("a form lacks the elements that go inside")
        if self._inside.pop(0):
            self.places.append(_Place(f"inside {len(self.places)}", None, where))
            yield _MARK

    def _value(self, value: str, escape: Callable[[str, str], str], where: str) -> str:
        if not isinstance(value, Blank):
            return value
        if value not in self._names:
            raise ValueError(f"a form lacks the value of its blank {str(value)!r}")
        self.places.append(_Place(str(value), escape, where))
        return _MARK


class _Template:
    """What was written around the values, and the places between."""

    __slots__ = ("_inside", "_names", "_parts", "_pick", "_places")

    def __init__(self, written: Written, places: Sequence[_Place]) -> None:
        around = written.markup.split(_MARK)
        if len(around) != len(places) + 1:
            raise ValueError("a form holds the character that marks its blanks")
        self._names = written.names
        self._inside = [place.name for place in places if place.escape is None]
        self._pick = _picker([place.name for place in places])
        # What was written and places, in turn.
        self._parts = [part for each in around for part in (each, "")][:-1]
        self._places: dict[str, list[tuple[int, _Place]]] = {}
        for index, place in enumerate(places):
            self._places.setdefault(place.name, []).append((2 * index + 1, place))

    def fill(self, values: Mapping[str, str]) -> Written:
        return Written(self._filled(values, values), self._names)

    def around(self, inside: Sequence[Written], values: Mapping[str, str]) -> Written:
        told, names = dict(values), self._names
        for name, each in zip(self._inside, inside, strict=True):
            told[name] = each.markup
            # What repeats, as a list of entries does, brings nothing new.
            names = names if each.names <= names else names | each.names
        return Written(self._filled(told, values), names)

    def _filled(self, told: Mapping[str, str], values: Mapping[str, str]) -> str:
        parts = self._parts[:]
        parts[1::2] = self._pick(told)
        joined = "".join(values.values())
        if not is_plain(joined):
            self._escape(parts, values, joined)
        return "".join(parts)

    def _escape(self, parts: list[str], values: Mapping[str, str], joined: str) -> None:
        # Mostly it is an ampersand alone, that of a patient id: who has one is found
        # sooner than who is not plain.
        is_ampersand = is_plain(joined.replace("&", ""))
        for name, value in values.items():
            if "&" in value if is_ampersand else not is_plain(value):
                for index, place in self._places[name]:
                    if place.escape is not None:
                        parts[index] = place.escape(value, place.where)


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, str]], Sequence[str]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]
