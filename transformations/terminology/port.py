"""The catalogue as its users see it: membership, displays, mappings.

Rules, pivot and translate passes ask through these protocols and know no store.
A code system is named by its OID or its FHIR URI; every known alias is understood.

Spec: eHDSI MVC (value sets, designations) and MTC (national code to MVC code).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Designation(NamedTuple):
    """A name of a concept and the language (BCP 47) it is in."""

    text: str
    language: str


class Concept(NamedTuple):
    """A code with what CDA prints beside it.

    Attributes
    ----------
    code_system
        OID, or the FHIR URI of a system that has no OID.
    version
        Version of the code system; empty where the catalogue does not say.
    is_current
        False for a concept that its owner has retired.
    """

    code: str
    code_system: str
    version: str = ""
    is_current: bool = True


class ValueSets(Protocol):
    """What rules need: which codes a value set holds."""

    def has(self, value_set: str, code: str, code_system: str) -> bool | None:
        """Tell whether a value set holds a code; None where it has no such value set.

        Parameters
        ----------
        value_set
            OID, name (``eHDSISeverity``) or canonical URL.
        code_system
            OID or URI; empty where the place names none (units, CS): any system counts.
        """
        ...


class Catalogue(ValueSets, Protocol):
    """One release of value sets, designations and mappings; immutable."""

    @property
    def release(self) -> str:
        """What stands in the record: the release and the overlays on it."""
        ...

    def concept(self, code: str, code_system: str) -> Concept | None:
        """Return a code as the catalogue writes it, or None where it is not there."""
        ...

    def display(
        self, code: str, code_system: str, languages: tuple[str, ...]
    ) -> Designation | None:
        """Return the name in the first of the languages that has one."""
        ...

    def pivot(
        self, code: str, code_system: str, value_sets: Sequence[str] = ()
    ) -> Concept | None:
        """Return the code that a national code is mapped to.

        Parameters
        ----------
        value_sets
            Only a target in one of them counts; empty: any target.
        """
        ...

    def named(self, text: str, value_set: str) -> Concept | None:
        """Return the code of a small value set by its English name (``Tablet``)."""
        ...
