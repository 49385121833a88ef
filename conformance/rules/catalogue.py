"""The catalogue of rules: every rule by its id, a file per group."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from lxml import etree

from conformance.rules.rule import Level, Rule
from conformance.rules.words import IS, OF, WORDS
from conformance.simulators.soap import NAMESPACES

_GROUPS: Final = (
    "soap",
    "packages",
    "assertions",
    "xcpd-request",
    "xcpd-answer",
    "query-request",
    "query-answer",
    "retrieve-request",
    "retrieve-answer",
    "entry",
    "submission",
    "registry-answer",
    "fault",
)
_NAMES: Final = {
    **NAMESPACES,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "is": IS,
    "of": OF,
}


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of one file; ``title`` says what they are about."""

    title: str
    rules: tuple[Rule, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Return all rules, group by group."""
    return tuple(map(_read_group, _GROUPS))


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by id."""
    return {rule.id: rule for group in groups() for rule in group.rules}


def _read_group(name: str) -> Group:
    file = resources.files(__package__) / "data" / f"{name}.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    entries = {
        f"{name}.{key}": {**told["defaults"], **own}
        for key, own in told["rules"].items()
    }
    return Group(told["title"], tuple(_rule(*each) for each in entries.items()))


def _rule(name: str, entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=name,
        source=entry["source"],
        on=tuple(entry["on"]),
        at=entry["at"],
        holds=entry["holds"],
        wrong=entry["wrong"],
        remedy=entry["do"],
        level=Level(entry.get("level", Level.ERROR)),
        conflict=entry.get("conflict", ""),
        places=_compiled(entry["at"]),
        is_kept=_compiled(f"boolean({entry['holds']})"),
    )


def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(
        expression, namespaces=_NAMES, extensions=WORDS, smart_strings=False
    )
