"""Where a term of a table stands, and what every term can do.

Paths are checked against the structure of both sides when a table is imported, and an
error names the section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from transformations.cda.structure import CdaClass
from transformations.mapping.cda_path import CdaPath, parse_cda_path
from transformations.mapping.faults import TableError
from transformations.mapping.fhir_path import FhirPath, parse_fhir_path
from transformations.mapping.ledger import Site
from transformations.mapping.steps import Frame, Step, frame_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the table a term stands: section, both types, the CDA path so far."""

    section: str
    fhir: str
    cda: CdaClass
    target: str

    def fhir_path(self, text: str) -> FhirPath:
        """Parse a FHIR path from here, naming the section when it is wrong."""
        try:
            return parse_fhir_path(text, self.fhir)
        except TableError as error:
            raise TableError(f"{self.section}: {error}") from None

    def cda_path(self, text: str) -> CdaPath:
        """Parse a CDA path from here, naming the section when it is wrong."""
        try:
            return parse_cda_path(text, self.cda)
        except TableError as error:
            raise TableError(f"{self.section}: {error}") from None

    def site(self, label: str, path: CdaPath | None = None) -> Site:
        """Make the site of a row: how it is named and where it writes."""
        target = self.target if path is None else _joined(self.target, path)
        return Site(f"{self.section}: {label}", target)

    def inside(self, fhir: str, path: CdaPath) -> Place:
        """Return the place of the terms inside a frame."""
        return Place(self.section, fhir, path.kind, _joined(self.target, path))


def _joined(target: str, path: CdaPath) -> str:
    return "/".join(
        [target, *(step.rule.tag.rpartition("}")[2] for step in path.steps)]
    )


class Term(Protocol):
    """A word of a table."""

    def bind(self, place: Place) -> Step:
        """Check the term where it stands and return the step that runs."""
        ...


def bind_all(terms: Sequence[Term], place: Place) -> Frame:
    """Bind the terms of one frame in order."""
    return frame_of([term.bind(place) for term in terms])
