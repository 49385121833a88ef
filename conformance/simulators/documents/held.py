"""A document as a simulated country holds it, with all that a list tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from conformance.simulators.documents.kinds import Format, Kind
from conformance.simulators.documents.persona import CREATED

Code: TypeAlias = tuple[str, str, str, str]
"""Scheme, code, coding scheme and name."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a document: person and institution, as metadata write them."""

    person: str
    specialty: str = ""
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One form of a document, as it is listed and fetched.

    Attributes
    ----------
    document_id
        The id of the CDA, ``root`` or ``root^extension``.
    created, service_start
        When it was written, and when what it reports began; 14 digits, UTC.
    prescription
        The id of the prescription, where it is one.
    """

    document_id: str
    kind: Kind
    format: Format
    description: str = field(repr=False)
    content: bytes = field(repr=False)
    events: tuple[Code, ...] = ()
    author: Author | None = None
    created: str = CREATED
    service_start: str = ""
    prescription: str = ""

    @property
    def suffix(self) -> str:
        """What a file of this form is called."""
        return "XML" if self.format.is_coded else "PDF"

    def cut(self) -> Held:
        """Return the first half of it."""
        return replace(self, content=self.content[: len(self.content) // 2])


Work: TypeAlias = Sequence[Held]
"""The forms of one document, the coded one first."""
