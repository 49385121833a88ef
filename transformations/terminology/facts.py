"""What importers read and the builder writes: terminology, one fact at a time.

Importers yield facts in any order; none of them needs the whole source in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CodeSystemFact:
    """A code system and under whose terms its content may be used."""

    system: str
    name: str = ""
    version: str = ""
    owner: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ValueSetFact:
    """A value set; the OID identifies it, or the URL where it has no OID."""

    oid: str
    name: str = ""
    url: str = ""
    version: str = ""

    @property
    def key(self) -> str:
        """The name by which members refer to it."""
        return self.oid or self.url


@dataclass(frozen=True, slots=True)
class ConceptFact:
    """A code, and the value set that holds it where it was met in one.

    ``version`` is that of the code system; ``display`` is English unless a language is
    named.
    """

    system: str
    code: str
    value_set: str = ""
    display: str = ""
    language: str = "en"
    version: str = ""
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class DesignationFact:
    """The name of a concept in one language (BCP 47)."""

    system: str
    code: str
    language: str
    text: str
    is_preferred: bool = True


@dataclass(frozen=True, slots=True)
class MappingFact:
    """A national code and the pivot code that says the same.

    Of several targets of one source in one value set the one of the lowest rank wins.
    """

    source_system: str
    source_code: str
    target_system: str
    target_code: str
    rank: int = 0


Fact: TypeAlias = (
    CodeSystemFact | ValueSetFact | ConceptFact | DesignationFact | MappingFact
)


class SourceRefused(ValueError):  # noqa: N818 - a source is refused, with its place
    """A source of terminology is not of its form; the text names file and place."""
