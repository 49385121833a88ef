"""Reads a country's own names and mappings from CSV; the header says which they are.

=================================================================  =================
header                                                             meaning
=================================================================  =================
``system,code,language,text``                                      a name
``source_system,source_code,target_system,target_code``            a mapping
``value_set,system,code,display``                                  a code in a set
``value_set,system,code,name.en,name.fr``                          a code, its names
``system,name,version,owner,notice``                               a code system
=================================================================  =================

A column ``name.`` per language; ``value_set`` may be empty there, and so may a name.
Columns stand in any order; further columns are ignored. A value set is named by OID or
name, a code system by OID or URI. UTF-8, with or without byte order mark; commas or
semicolons.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from transformations.terminology.facts import (
    CodeSystemFact,
    ConceptFact,
    DesignationFact,
    Fact,
    MappingFact,
    SourceRefused,
    ValueSetFact,
)
from transformations.terminology.languages import language_tag
from transformations.terminology.value_sets import value_set_key, value_set_name

_Row = Mapping[str, str]


def read_csv(path: Path) -> Iterator[Fact]:
    """Yield the facts of a file.

    Raises
    ------
    SourceRefused
        The header is none of the four, or a cell that must be filled is empty.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = ";" if ";" in file.readline() else ","
            file.seek(0)
            rows = csv.DictReader(file, delimiter=delimiter, skipinitialspace=True)
            header = {name.strip() for name in rows.fieldnames or ()}
            needed, read = _reader(header, path.name)
            for row in rows:
                place = f"{path.name}, line {rows.line_num}"
                yield from read(_cells(row, needed, place), place)
    except UnicodeDecodeError as error:
        raise SourceRefused(f"{path.name}: the file is not UTF-8") from error


def _reader(
    header: set[str], name: str
) -> tuple[frozenset[str], Callable[[_Row, str], Iterator[Fact]]]:
    for needed, read in _READERS:
        if needed <= header:
            return needed, read
    if {"value_set", "system", "code", "name.en"} <= header:
        return frozenset(), _named
    raise SourceRefused(
        f"{name}: the header is none of "
        + "; ".join(",".join(sorted(needed)) for needed, _ in _READERS)
    )


def _cells(row: Mapping[Any, Any], needed: frozenset[str], place: str) -> _Row:
    # A row with too many or too few cells has None for a key or for a value.
    cells = {key.strip(): (value or "").strip() for key, value in row.items() if key}
    empty = sorted(name for name in needed if not cells.get(name))
    if empty:
        raise SourceRefused(f"{place}: the column {empty[0]} is empty")
    return cells


def _name(row: _Row, place: str) -> Iterator[Fact]:
    try:
        language = language_tag(row["language"])
    except ValueError as error:
        raise SourceRefused(f"{place}: {error}") from error
    yield DesignationFact(row["system"], row["code"], language, row["text"])


def _mapping(row: _Row, _place: str) -> Iterator[Fact]:
    yield MappingFact(
        row["source_system"],
        row["source_code"],
        row["target_system"],
        row["target_code"],
    )


def _concept(row: _Row, _place: str) -> Iterator[Fact]:
    value_set = value_set_key(row["value_set"])
    yield ValueSetFact(value_set, value_set_name(value_set))
    yield ConceptFact(row["system"], row["code"], value_set, row["display"])


def _code_system(row: _Row, _place: str) -> Iterator[Fact]:
    yield CodeSystemFact(
        row["system"],
        row["name"],
        row.get("version", ""),
        row["owner"],
        row["notice"],
    )


def _named(row: _Row, place: str) -> Iterator[Fact]:
    """Read a code with a column of names per language."""
    if not row["system"] or not row["code"]:
        raise SourceRefused(f"{place}: system and code are needed")
    value_set = value_set_key(row["value_set"])
    if value_set:
        yield ValueSetFact(value_set, value_set_name(value_set))
    yield ConceptFact(row["system"], row["code"], value_set)
    for column, text in row.items():
        prefix, _, tag = column.partition(".")
        if prefix == "name" and text:
            named = {"system": row["system"], "code": row["code"]}
            yield from _name({**named, "language": tag, "text": text}, place)


_READERS: tuple[tuple[frozenset[str], Callable[[_Row, str], Iterator[Fact]]], ...] = (
    (
        frozenset({"source_system", "source_code", "target_system", "target_code"}),
        _mapping,
    ),
    (frozenset({"value_set", "system", "code", "display"}), _concept),
    (frozenset({"system", "code", "language", "text"}), _name),
    (frozenset({"system", "name", "owner", "notice"}), _code_system),
)
