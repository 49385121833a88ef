"""Reads what the central terminology server answers: a list of value sets, and pages.

The names of the fields are those of the sync tool's own model, which is not published:
both spellings that a bean of that name may have are read, and what is not understood is
refused, never skipped.

Spec: none is public.
Seen: OpenNCP 9 tsam-sync (SimpleCtsClient and its converters).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from transformations.terminology.value_sets import value_set_name


@dataclass(frozen=True, slots=True)
class ListedValueSet:
    """One version of a value set, as the server lists it."""

    oid: str
    version: str
    name: str

    def fact(self) -> ValueSetFact:
        """Return what the catalogue keeps of it."""
        return ValueSetFact(
            self.oid, self.name or value_set_name(self.oid), version=self.version
        )


def read_listing(data: bytes) -> list[ListedValueSet]:
    """Return the value sets that the server offers.

    Raises
    ------
    SourceRefused
        The answer is not of its form.
    """
    catalogue = _json(data, "the list of value sets")
    try:
        return [
            ListedValueSet(
                str(row["valueSet"]["id"]),
                str(row["versionId"]),
                str(row["valueSet"].get("name") or ""),
            )
            for row in catalogue["valueSetVersions"]
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise SourceRefused(
            "the list of value sets: expected valueSetVersions with versionId and "
            "valueSet.id"
        ) from error


def read_page(data: bytes, value_set: ListedValueSet, page: int) -> list[Fact]:
    """Return the facts of one page of entries; each entry gives at least one.

    Raises
    ------
    SourceRefused
        The page is not of its form.
    """
    place = f"value set {value_set.oid}, page {page}"
    rows = _json(data, place)
    if not isinstance(rows, list):
        raise SourceRefused(f"{place}: expected a list of concepts")
    try:
        return [fact for row in rows for fact in _concept(row, value_set.oid)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceRefused(
            f"{place}: a concept needs code, codeSystemVersion.codeSystem.id, and "
            "names with language"
        ) from error


def entries_of(data: bytes) -> int:
    """Return how many entries a page holds, to know whether it is the last."""
    rows = _json(data, "a page of entries")
    return len(rows) if isinstance(rows, list) else 0


def _concept(row: Mapping[str, Any], value_set: str) -> Iterator[Fact]:
    system, version = _system(row)
    yield _code_system(row)
    yield ConceptFact(system, str(row["code"]), value_set, version=version)
    for name in row.get("designations") or ():
        yield DesignationFact(
            system,
            str(row["code"]),
            language_tag(str(name.get("language") or name["languageCode"])),
            str(name.get("name") or name["designation"]),
        )
    for rank, mapping in enumerate(row.get("mappings") or ()):
        source = mapping["source"]
        source_system, _ = _system(source)
        yield _code_system(source)
        yield MappingFact(
            source_system, str(source["code"]), system, str(row["code"]), rank
        )


def _system(row: Mapping[str, Any]) -> tuple[str, str]:
    version = row["codeSystemVersion"]
    return str(version["codeSystem"]["id"]).strip(), str(version.get("versionId") or "")


def _code_system(row: Mapping[str, Any]) -> CodeSystemFact:
    version = row["codeSystemVersion"]
    return CodeSystemFact(
        str(version["codeSystem"]["id"]).strip(),
        str(version["codeSystem"].get("name") or ""),
        str(version.get("versionId") or ""),
        str(version.get("source") or ""),
        str(version.get("copyright") or ""),
    )


def _json(data: bytes, place: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise SourceRefused(f"{place}: not readable as JSON") from error
