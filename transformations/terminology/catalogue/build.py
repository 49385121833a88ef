"""Writes a catalogue file from facts: beside its place, checked, then put there.

Nobody ever reads a half-written catalogue: the file is made under another name, proved
whole, forced to disk, and renamed in one step.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformations.terminology.catalogue.schema import (
    FORMAT,
    INDEXES,
    PAGE_BYTES,
    TABLES,
    CatalogueRefused,
)
from transformations.terminology.facts import (
    CodeSystemFact,
    ConceptFact,
    DesignationFact,
    Fact,
    MappingFact,
    ValueSetFact,
)
from transformations.terminology.systems import system_key, system_name

_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Built:
    """What a finished catalogue holds."""

    path: Path
    concepts: int
    designations: int
    mappings: int
    value_sets: int
    sha256: str


def build_catalogue(
    path: Path, facts: Iterable[Fact], meta: Mapping[str, str]
) -> Built:
    """Write a catalogue; what stood at ``path`` stays until the new one is whole.

    Parameters
    ----------
    meta
        Name of the release, moment of import, sources; ``kind`` says ``release``,
        ``overlay`` or ``demo``.

    Raises
    ------
    SourceRefused
        From the facts; nothing is left behind.
    CatalogueRefused
        The facts hold no code at all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    being_made = path.with_name(f".{path.name}.{os.getpid()}")
    being_made.unlink(missing_ok=True)
    try:
        counts = _write(being_made, facts, meta)
        digest = _force_to_disk(being_made)
        being_made.chmod(0o444)
        being_made.replace(path)
    finally:
        with suppress(FileNotFoundError):
            being_made.unlink()
    _force_folder(path.parent)
    return Built(path, *counts, sha256=digest)


def _write(
    path: Path, facts: Iterable[Fact], meta: Mapping[str, str]
) -> tuple[int, int, int, int]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(TABLES)
        connection.execute("BEGIN")
        writer = _Writer(connection)
        for fact in facts:
            writer.write(fact)
        writer.finish({**meta, "format": str(FORMAT)})
        connection.execute("COMMIT")
        connection.executescript(INDEXES)
        return _proved(connection, path)
    finally:
        connection.close()


def _proved(connection: sqlite3.Connection, path: Path) -> tuple[int, int, int, int]:
    if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise CatalogueRefused(
            f"{path}: the written file is damaged; is the disk full?"
        )
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("concept", "designation", "mapping", "value_set")
    ]
    if not counts[0]:
        raise CatalogueRefused("the sources hold no code; nothing was imported")
    return counts[0], counts[1], counts[2], counts[3]


def _force_to_disk(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _force_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Writer:
    """Gives numbers to systems, languages and concepts, and writes rows in batches."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._systems: dict[str, int] = {}
        self._facts_of_systems: dict[int, CodeSystemFact] = {}
        self._value_sets: dict[str, int] = {}
        self._facts_of_sets: dict[int, ValueSetFact] = {}
        self._languages: dict[str, int] = {}
        self._concepts: dict[tuple[int, str], int] = {}
        self._versions: dict[int, tuple[str, bool]] = {}
        self._members: list[tuple[int, int]] = []
        self._names: list[tuple[int, int, str]] = []
        self._other_names: list[tuple[int, int, str]] = []
        self._mappings: list[tuple[int, int, int]] = []

    def write(self, fact: Fact) -> None:
        match fact:
            case ConceptFact():
                self._concept_fact(fact)
            case DesignationFact():
                self._designation(
                    self._concept(fact.system, fact.code),
                    fact.language,
                    fact.text,
                    is_preferred=fact.is_preferred,
                )
            case MappingFact():
                source = self._concept(fact.source_system, fact.source_code)
                target = self._concept(fact.target_system, fact.target_code)
                self._mappings.append((source, fact.rank, target))
            case ValueSetFact():
                self._facts_of_sets[self._value_set(fact.key)] = fact
            case CodeSystemFact():
                self._facts_of_systems[self._system(fact.system)] = fact
        if len(self._names) >= _BATCH:
            self._flush()

    def finish(self, meta: Mapping[str, str]) -> None:
        """Write what was collected and is small."""
        self._flush()
        # A preferred name is never replaced by another one of the same language.
        self._insert("designation", 3, self._other_names)
        many = self._connection.executemany
        many("INSERT INTO meta VALUES (?, ?)", meta.items())
        many(
            "INSERT INTO language VALUES (?, ?)",
            ((number, tag) for tag, number in self._languages.items()),
        )
        many("INSERT INTO code_system VALUES (?, ?, ?, ?, ?, ?)", self._system_rows())
        many("INSERT INTO value_set VALUES (?, ?, ?, ?, ?)", self._value_set_rows())
        many("INSERT INTO concept VALUES (?, ?, ?, ?, ?)", self._concept_rows())
        self._insert("mapping", 3, self._mappings)

    def _concept_fact(self, fact: ConceptFact) -> None:
        concept = self._concept(fact.system, fact.code)
        if fact.version or not fact.is_current:
            self._versions[concept] = (fact.version, fact.is_current)
        if fact.value_set:
            self._members.append((self._value_set(fact.value_set), concept))
        if fact.display:
            self._designation(concept, fact.language, fact.display, is_preferred=True)

    def _designation(
        self, concept: int, language: str, text: str, *, is_preferred: bool
    ) -> None:
        clean = " ".join(text.split())
        if not clean:
            return
        row = (concept, _number(self._languages, language), clean)
        (self._names if is_preferred else self._other_names).append(row)

    def _flush(self) -> None:
        self._insert("designation", 3, self._names)
        self._insert("member", 2, self._members)

    def _insert(self, table: str, width: int, rows: list[Any]) -> None:
        marks = ", ".join("?" * width)
        self._connection.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES ({marks})",  # noqa: S608
            rows,
        )
        rows.clear()

    def _system(self, name: str) -> int:
        return _number(self._systems, system_key(name))

    def _value_set(self, key: str) -> int:
        return _number(self._value_sets, key)

    def _concept(self, system: str, code: str) -> int:
        key = (self._system(system), code.strip())
        found = self._concepts.get(key)
        if found is None:
            found = self._concepts[key] = len(self._concepts) + 1
        return found

    def _system_rows(self) -> Iterable[tuple[object, ...]]:
        for system, number in self._systems.items():
            fact = self._facts_of_systems.get(number) or CodeSystemFact(system)
            name = system_name(system) or fact.name
            yield number, system, name, fact.version, fact.owner, fact.notice

    def _value_set_rows(self) -> Iterable[tuple[object, ...]]:
        for key, number in self._value_sets.items():
            fact = self._facts_of_sets.get(number) or ValueSetFact(key)
            yield number, key, fact.name, fact.url, fact.version

    def _concept_rows(self) -> Iterable[tuple[object, ...]]:
        for (system, code), number in self._concepts.items():
            version, is_current = self._versions.get(number, ("", True))
            yield number, system, code, version, int(is_current)


def _number(numbers: dict[str, int], key: str) -> int:
    found = numbers.get(key)
    if found is None:
        found = numbers[key] = len(numbers) + 1
    return found
