"""The words of a mapping table that lead to other resources, or say whose one is.

Their steps are in :mod:`transformations.mapping.steps_following`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transformations.mapping.codecs.identifiers import IDENTIFIER
from transformations.mapping.place import Place, Term, bind_all
from transformations.mapping.steps import Step
from transformations.mapping.steps_following import (
    EntryIdStep,
    FollowStep,
    SubjectStep,
)
from transformations.mapping.steps_row import RowStep
from transformations.mapping.terms import Row


@dataclass(frozen=True, slots=True)
class Follow:
    """Another resource: the terms of its type run with it as the FHIR cursor.

    Parameters
    ----------
    reference
        Path to the Reference; ``.`` when the cursor is the Reference itself.
    tables
        Resource type to terms. A type that is not listed is a critical finding, and
        the resource is lost in the ledger: never skipped in silence.
    cda
        Element in which the terms write; ``.`` is the present one.
    """

    reference: str
    tables: Mapping[str, Sequence[Term]]
    cda: str = "."

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.reference)
        path = place.cda_path(self.cda)
        tables = {
            kind: bind_all(terms, place.inside(kind, path))
            for kind, terms in self.tables.items()
        }
        return FollowStep(source, path, tables, place.site(f"{self.reference} ->"))


@dataclass(frozen=True, slots=True)
class EntryId:
    """The ids of an entry: the resource's identifiers, else one made from its own.

    Writing always yields an id and never counts as a fact. ``purpose`` tells several
    made ids of one resource apart.
    """

    cda: str = "id"
    fhir: str = "identifier[]"
    purpose: str = ""
    once: bool = False

    def bind(self, place: Place) -> Step:
        row = Row(self.fhir, self.cda, IDENTIFIER, once=self.once).bind(place)
        assert isinstance(row, RowStep)  # noqa: S101 - what a Row binds to
        return EntryIdStep(row, self.purpose)


@dataclass(frozen=True, slots=True)
class Subject:
    """The reference to the patient. An entry about anybody else is refused whole."""

    path: str = "subject"

    def bind(self, place: Place) -> Step:
        return SubjectStep(place.fhir_path(self.path), place.site(self.path))
