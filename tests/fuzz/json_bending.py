"""Bends JSON: as a tree of objects and lists; its bytes are bent like all others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from tests.fuzz.bending import MOST
from tests.fuzz.hostile import VALUES

Place: TypeAlias = tuple[Any, Any]
"""An object or list, and the key or index of a value in it."""
_ODD: Final = (
    *(None, True, False, 0, -1, 1.5, 10**400, float("nan"), float("inf")),
    *([], {}, [None], {"": ""}, [[[[]]]], ["x"] * 2_000),
    "\ud800",  # half of a letter: JSON can write it, UTF-8 cannot
)


@dataclass(frozen=True)
class Twist:
    """One change of a tree: what is done, where, and with what."""

    operation: str
    place: int
    value: Any

    def apply(self, root: dict[str, Any]) -> None:
        places = list(_places(root))
        if places:
            holder, key = places[self.place % len(places)]
            _OPERATIONS[self.operation](holder, key, copy.deepcopy(self.value))


def _places(holder: Any) -> Iterator[Place]:
    keys = holder.keys() if isinstance(holder, dict) else range(len(holder))
    for key in keys:
        yield holder, key
        if isinstance(holder[key], (dict, list)):
            yield from _places(holder[key])


def _drop(holder: Any, key: Any, _value: Any) -> None:
    del holder[key]


def _put(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def _wrap(holder: Any, key: Any, _value: Any) -> None:
    holder[key] = [holder[key]]


def _deepen(holder: Any, key: Any, value: Any) -> None:
    for _ in range(1 + len(str(value)) % 90):
        holder[key] = {"x": holder[key]}


def _many(holder: Any, key: Any, value: Any) -> None:
    holder[key] = [holder[key]] * (len(str(value)) % 300)


def _add(holder: Any, _key: Any, value: Any) -> None:
    if isinstance(holder, dict):
        holder[str(value)[:40]] = value
    else:
        holder.append(value)


def _rename(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, dict):
        holder[str(value)[:40]] = holder.pop(key)


_OPERATIONS: Final[dict[str, Callable[[Any, Any, Any], None]]] = {
    "drop": _drop,
    "put": _put,
    "wrap": _wrap,
    "deepen": _deepen,
    "many": _many,
    "add": _add,
    "rename": _rename,
}


def twists() -> st.SearchStrategy[list[Twist]]:
    """Draw a few changes of a tree; now and then none."""
    one = st.builds(
        Twist,
        st.sampled_from(sorted(_OPERATIONS)),
        st.integers(0, 60),
        st.sampled_from(VALUES) | st.sampled_from(_ODD) | st.text(max_size=12),
    )
    return st.lists(one, max_size=MOST)


def twisted(good: dict[str, Any], changes: list[Twist]) -> bytes:
    """Return a request as bytes, changed."""
    made = copy.deepcopy(good)
    for each in changes:
        each.apply(made)
    return json.dumps(made).encode("ascii")
