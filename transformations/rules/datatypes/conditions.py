"""Conditions that several datatypes ask of an element."""

from __future__ import annotations

from transformations.rules.datatypes.check import Broken
from transformations.rules.place import Place

TIMING_EVENT = "2.16.840.1.113883.5.139"


BOUNDS = ("low", "center", "high", "width")


def has(*names: str) -> Broken:
    """Say whether the element has one of these attributes."""
    return lambda place: any(name in place.attributes for name in names)


def has_child(*names: str) -> Broken:
    """Say whether the element has a child of one of these names."""
    return lambda place: any(name in place.by_name for name in names)


def null_and(*names: str) -> Broken:
    """Say whether a nullFlavor stands beside one of these attributes."""
    return lambda place: (
        place.is_null and any(name in place.attributes for name in names)
    )


def without(name: str, other: str) -> Broken:
    """Say whether ``name`` is there and ``other`` is not."""
    return lambda place: name in place.attributes and other not in place.attributes


def below(place: Place) -> list[Place]:
    """Return all elements below one."""
    return [each for each in place.descend() if each is not place]


def null_beside_value(place: Place) -> bool:
    """Say whether it is null beside siblings that are not: a set has no such member."""
    if not place.is_null or place.parent is None:
        return False
    nulls = place.parent.tally("null", place.local_name, _null)
    return nulls[False] > 0


def _null(place: Place) -> bool:
    return place.is_null


def repeats(*names: str) -> Broken:
    """Say whether a sibling has the same values of all these attributes."""
    kind = "+".join(names)

    def values(place: Place) -> tuple[str | None, ...]:
        return tuple(place.attributes.get(name) for name in names)

    def is_repeated(place: Place) -> bool:
        return None not in values(place) and place.times(kind, values) > 1

    return is_repeated


def _spelt(place: Place) -> str:
    """Return all text and uses below, as two names or addresses are compared."""
    parts = [str(each.get("use", "")) for each in place.element.iter()]
    return "".join(parts) + "".join(map(str, place.element.itertext()))


def spelling_repeats(place: Place) -> bool:
    """Say whether a sibling reads the same."""
    return place.times("spelling", _spelt) > 1


def differs(name: str, default: str) -> Broken:
    """Say whether an attribute is there with another value than its default."""
    return lambda place: place.attributes.get(name, default) != default


def no_value(place: Place) -> bool:
    """Say whether value and nullFlavor are both there, or neither."""
    has_value = "value" in place.attributes
    return not (place.is_null or has_value or place.children) or (
        place.is_null and has_value
    )


def bounds(place: Place, name: str) -> list[Place]:
    """Return the children of a name, such as the bounds of an interval."""
    return place.by_name.get(name, [])


def empty(place: Place) -> bool:
    """Say whether there is no content and no nullFlavor."""
    return not (place.is_null or place.children or place.has_text)


def mixed(place: Place) -> bool:
    """Say whether there are parts and text."""
    return bool(place.children) and place.has_text


NULL_ALONE = "Leave nullFlavor alone, or drop it and give the value."


ONE_OF_BOTH = "Give one of both."
