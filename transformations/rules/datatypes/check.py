"""What a datatype is made of: checks with a name, a condition and their sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transformations.rules.place import Place

Broken = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a datatype asks; ``is_broken`` says that an element lacks it."""

    name: str
    is_broken: Broken
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype: its name on the wire (``xsi:type``) and its checks."""

    name: str
    wire_name: str
    checks: tuple[Check, ...]
