"""One catalogue file, read only: a few pages in memory, recent answers remembered.

Spec: eHDSI MVC / MTC. One file serves all threads of all processes; it never changes
under its reader, because a new release is another file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from transformations.terminology.catalogue.schema import open_for_reading
from transformations.terminology.languages import (
    ENGLISH,
    base_language,
    matching_tags,
)
from transformations.terminology.port import Concept, Designation, ValueSets
from transformations.terminology.systems import system_key
from transformations.terminology.value_sets import value_set_key

# Answers a process remembers per question: about 6 MB when full.
REMEMBERED = 16_384


class ValueSetRow(NamedTuple):
    """A value set of the file and how many codes it holds."""

    key: str
    name: str
    version: str
    members: int


class CodeSystemRow(NamedTuple):
    """A code system of the file: the register of licences."""

    system: str
    name: str
    version: str
    owner: str
    notice: str
    concepts: int


class StoredCatalogue:
    """A :class:`~transformations.terminology.port.Catalogue` in a file.

    Use it as a context manager, or close it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_for_reading(path)
        self._lock = threading.Lock()
        self.meta: dict[str, str] = dict(self._rows("SELECT key, value FROM meta"))
        self._systems = dict(self._rows("SELECT system, id FROM code_system"))
        self._system_of = {number: name for name, number in self._systems.items()}
        self._languages = dict(self._rows("SELECT tag, id FROM language"))
        self._tag_of = {number: tag for tag, number in self._languages.items()}
        self._value_sets = self._named_value_sets()
        remember = lru_cache(maxsize=REMEMBERED)
        self._number = remember(self._find_number)
        self._designation = remember(self._find_designation)
        self._member = remember(self._find_member)
        self._wanted = lru_cache(maxsize=64)(self._language_numbers)
        self._names_in = lru_cache(maxsize=8)(self._find_names_in)
        self._system_number = lru_cache(maxsize=512)(self._find_system)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @property
    def release(self) -> str:
        return self.meta.get("release", self.path.stem)

    @property
    def is_demo(self) -> bool:
        """Whether this is the sample catalogue, unfit for patients."""
        return self.meta.get("kind") == "demo"

    def has(self, value_set: str, code: str, code_system: str) -> bool | None:
        number = self._value_sets.get(value_set)
        if number is None:
            number = self._value_sets.get(value_set_key(value_set))
        if number is None:
            return None
        # A sample holds a few codes of each set: of the others it cannot say.
        return self._member(number, code, code_system) or (
            None if self.is_demo else False
        )

    def concept(self, code: str, code_system: str) -> Concept | None:
        number = self._number(code, code_system)
        if number is None:
            return None
        row = self._one(
            "SELECT code, system, version, is_current FROM concept WHERE id = ?", number
        )
        return None if row is None else self._concept_of(row)

    def display(
        self, code: str, code_system: str, languages: tuple[str, ...]
    ) -> Designation | None:
        number = self._number(code, code_system)
        return None if number is None else self._designation(number, languages)

    def targets(self, code: str, code_system: str) -> tuple[Concept, ...]:
        """Return what a code is mapped to, best first."""
        number = self._number(code, code_system)
        if number is None:
            return ()
        rows = self._rows(
            "SELECT c.code, c.system, c.version, c.is_current FROM mapping m "
            "JOIN concept c ON c.id = m.target WHERE m.source = ? "
            "ORDER BY m.rank, c.code",
            number,
        )
        return tuple(self._concept_of(row) for row in rows)

    def pivot(
        self, code: str, code_system: str, value_sets: Sequence[str] = ()
    ) -> Concept | None:
        return first_bound(self, self.targets(code, code_system), value_sets)

    def named(self, text: str, value_set: str) -> Concept | None:
        return self._names_in(value_set_key(value_set)).get(text.casefold())

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have at least one name."""
        return tuple(sorted(self._languages))

    def value_sets(self) -> list[ValueSetRow]:
        """Return the value sets with the number of their codes."""
        rows = self._rows(
            "SELECT v.key, v.name, v.version, count(m.concept) FROM value_set v "
            "LEFT JOIN member m ON m.value_set = v.id GROUP BY v.id ORDER BY v.key"
        )
        return [ValueSetRow(*row) for row in rows]

    def code_systems(self) -> list[CodeSystemRow]:
        """Return the code systems with owner, notice and number of codes."""
        rows = self._rows(
            "SELECT s.system, s.name, s.version, s.owner, s.notice, count(c.id) "
            "FROM code_system s LEFT JOIN concept c ON c.system = s.id "
            "GROUP BY s.id ORDER BY s.system"
        )
        return [CodeSystemRow(*row) for row in rows]

    def names_by_language(self) -> dict[str, int]:
        """Return how many names each language has."""
        rows = self._rows(
            "SELECT l.tag, count(*) FROM designation d JOIN language l "
            "ON l.id = d.language GROUP BY l.id ORDER BY l.tag"
        )
        return dict(rows)

    def members(self) -> Iterator[tuple[str, str, str]]:
        """Yield value set, code system and code of every membership."""
        yield from self._rows(
            "SELECT v.key, s.system, c.code FROM member m "
            "JOIN value_set v ON v.id = m.value_set JOIN concept c ON c.id = m.concept "
            "JOIN code_system s ON s.id = c.system"
        )

    def mappings(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield system and code of source and target of every mapping."""
        yield from self._rows(
            "SELECT a.system, s.code, b.system, t.code FROM mapping m "
            "JOIN concept s ON s.id = m.source JOIN code_system a ON a.id = s.system "
            "JOIN concept t ON t.id = m.target JOIN code_system b ON b.id = t.system"
        )

    def names(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield system, code, language and text of every name."""
        yield from self._rows(
            "SELECT s.system, c.code, l.tag, d.text FROM designation d "
            "JOIN concept c ON c.id = d.concept JOIN code_system s ON s.id = c.system "
            "JOIN language l ON l.id = d.language"
        )

    def _named_value_sets(self) -> dict[str, int]:
        found = {}
        for number, key, name, url in self._rows(
            "SELECT id, key, name, url FROM value_set"
        ):
            found.update({alias: number for alias in (url, name, key) if alias})
        return found

    def _find_system(self, code_system: str) -> int | None:
        return self._systems.get(system_key(code_system))

    def _find_number(self, code: str, code_system: str) -> int | None:
        system = self._system_number(code_system)
        if system is None:
            return None
        row = self._one(
            "SELECT id FROM concept WHERE code = ? AND system = ?", code, system
        )
        return None if row is None else int(row[0])

    def _find_member(self, value_set: int, code: str, code_system: str) -> bool:
        if code_system:
            concept = self._number(code, code_system)
            return concept is not None and self._is_member(value_set, concept)
        rows = self._rows("SELECT id FROM concept WHERE code = ?", code)
        return any(self._is_member(value_set, row[0]) for row in rows)

    def _is_member(self, value_set: int, concept: int) -> bool:
        query = "SELECT 1 FROM member WHERE value_set = ? AND concept = ?"
        return self._one(query, value_set, concept) is not None

    def _find_names_in(self, value_set: str) -> dict[str, Concept]:
        rows = self._rows(
            "SELECT c.code, c.system, c.version, c.is_current, l.tag, d.text "
            "FROM member m JOIN concept c ON c.id = m.concept "
            "JOIN designation d ON d.concept = c.id "
            "JOIN language l ON l.id = d.language WHERE m.value_set = ?",
            self._value_sets.get(value_set),
        )
        return {
            row[5].casefold(): self._concept_of(row[:4])
            for row in rows
            if base_language(row[4]) == ENGLISH
        }

    def _find_designation(
        self, number: int, languages: tuple[str, ...]
    ) -> Designation | None:
        wanted = self._wanted(languages)
        if not wanted:
            return None
        names = dict(
            self._rows(
                "SELECT language, text FROM designation WHERE concept = ?", number
            )
        )
        for language in wanted:
            if language in names:
                return Designation(names[language], self._tag_of[language])
        return None

    def _language_numbers(self, languages: tuple[str, ...]) -> tuple[int, ...]:
        tags = [
            tag
            for wanted in languages
            for tag in matching_tags(wanted, self._languages)
        ]
        return tuple(self._languages[tag] for tag in dict.fromkeys(tags))

    def _concept_of(self, row: tuple[str, int, str, int]) -> Concept:
        return Concept(row[0], self._system_of[row[1]], row[2], bool(row[3]))

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(
                query, values
            ).fetchone()
        return found

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def first_bound(
    catalogue: ValueSets, targets: Sequence[Concept], value_sets: Sequence[str]
) -> Concept | None:
    """Return the first target that stands in one of the value sets, if any are given.

    A value set that the catalogue does not hold cannot confirm a target.
    """
    for target in targets:
        if not value_sets or any(
            catalogue.has(value_set, target.code, target.code_system)
            for value_set in value_sets
        ):
            return target
    return None
