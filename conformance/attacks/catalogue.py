"""The catalogue: every attack by its id, and the rows it has to cover.

What is said about an attack is data (``data/*.toml``, a file per module of mutations),
what it does is code. The two are joined here, and may not differ.

Spec: fact sheet 02 7.2 (the rows) / 06 6.3 items 1 to 3, 6 / 11 2.9, 2.10 (case ids).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from conformance.attacks import (
    binding,
    bombs,
    canonical,
    envelopes,
    packages,
    requests,
    signatures,
    signers,
    statements,
    submissions,
    wrapping,
)
from conformance.attacks.attack import EVERYWHERE, Attack, Family, Mutation, Stage
from conformance.attacks.message import Transaction

_GROUPS: Final[dict[str, Mapping[str, Mutation]]] = {
    "wrapping": wrapping.MUTATIONS,
    "signatures": signatures.MUTATIONS,
    "canonical": canonical.MUTATIONS,
    "signers": signers.MUTATIONS,
    "statements": statements.MUTATIONS,
    "binding": binding.MUTATIONS,
    "envelopes": envelopes.MUTATIONS,
    "bombs": bombs.MUTATIONS,
    "packages": packages.MUTATIONS,
    "requests": requests.MUTATIONS,
    "submissions": submissions.MUTATIONS,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the attack catalogue; ``not_yet`` says why nothing attacks it."""

    id: str
    title: str
    not_yet: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The attacks of one kind; ``title`` says which."""

    title: str
    attacks: tuple[Attack, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Return all attacks, kind by kind."""
    return tuple(_read_group(name, made) for name, made in _GROUPS.items())


@cache
def attacks() -> Mapping[str, Attack]:
    """Return all attacks by id."""
    return {each.id: each for group in groups() for each in group.attacks}


@cache
def rows() -> Mapping[str, Row]:
    """Return the rows of the catalogue by id."""
    told = tomllib.loads(_text("rows"))["rows"]
    return {name: Row(name, **row) for name, row in told.items()}


def _read_group(name: str, mutations: Mapping[str, Mutation]) -> Group:
    text = _text(name)
    told = tomllib.loads(text)
    if set(told["attacks"]) != set(mutations):
        differing = sorted(set(told["attacks"]) ^ set(mutations))
        raise ValueError(f"{name}: told or made only: {', '.join(differing)}")
    title = text.splitlines()[0].removeprefix("# ")
    return Group(title, tuple(_read(told, mutations)))


def _read(
    told: Mapping[str, Any], mutations: Mapping[str, Mutation]
) -> Iterator[Attack]:
    for name, own in told["attacks"].items():
        entry = {**told["defaults"], **own}
        yield Attack(
            id=name,
            title=entry["title"],
            breaks=entry["breaks"],
            source=entry["source"],
            rows=tuple(entry["rows"]),
            stage=Stage(entry["stage"]),
            family=Family(entry["family"]),
            mutate=mutations[name],
            on=tuple(map(Transaction, entry.get("on", EVERYWHERE))),
            kit=entry.get("kit"),
        )


def _text(name: str) -> str:
    file = resources.files(__package__) / "data" / f"{name}.toml"
    return file.read_text(encoding="utf-8")
