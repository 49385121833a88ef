"""Reads value sets from lines of JSON: one line per value set and code.

Each line has ``vs`` (OID of the value set), ``sys`` (OID of the code system, or null),
``uri`` (its FHIR URI), ``code`` and ``display`` (English).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformations.terminology.facts import (
    ConceptFact,
    Fact,
    SourceRefused,
    ValueSetFact,
)
from transformations.terminology.value_sets import value_set_key, value_set_name


def read_ndjson(path: Path, *, version: str = "") -> Iterator[Fact]:
    """Yield the facts of a file.

    Parameters
    ----------
    version
        Of the value sets; the lines do not say.

    Raises
    ------
    SourceRefused
        A line is no JSON object with a value set, a code system and a code.
    """
    known: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            fact = _fact(line, f"{path.name}, line {number}")
            if fact.value_set not in known:
                known.add(fact.value_set)
                name = value_set_name(fact.value_set)
                yield ValueSetFact(fact.value_set, name, version=version)
            yield fact


def _fact(line: str, place: str) -> ConceptFact:
    try:
        row: Any = json.loads(line)
        system = row["sys"] or row["uri"]
        fact = ConceptFact(
            system, row["code"], value_set_key(row["vs"]), row.get("display") or ""
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceRefused(
            f"{place}: expected a JSON object with vs, sys or uri, code and display"
        ) from error
    if not fact.system or not fact.code or not fact.value_set:
        raise SourceRefused(f"{place}: value set, code system and code are needed")
    return fact
