"""Changes one leaf of a Bundle, or adds some: what is used must be seen to be used."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from typing import Any

from transformations.mapping import Fate

USED = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}
UNHEARD_OF = "unheardOf"
_STEP = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")


def with_another_leaf(bundle: Any, path: str) -> Any:
    """Return a copy in which the leaf at a path of the ledger has another value."""
    copied = copy.deepcopy(bundle)
    keys = [name or int(index) for name, index in _STEP.findall(path[len("Bundle") :])]
    holder = copied
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = another(holder[keys[-1]])
    return copied


def another(value: Any) -> Any:
    """Return another value of the same form, so that a codec can read it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return value + 1
    return f"1999{value[4:]}" if re.match(r"\d{4}", value) else f"{value}x"


def add_unheard_of(value: Any) -> None:
    """Put an element that nobody knows into every object."""
    for child in list(value.values() if isinstance(value, dict) else value):
        if isinstance(child, dict | list):
            add_unheard_of(child)
    if isinstance(value, dict):
        value[UNHEARD_OF] = "x"
