"""The document entries of a list, as each family writes them.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.2 (transform) / eHDSI XCA profile (metadata).
Seen: OpenNCP says of an original document that it is made of itself, and names no
institution of an author; gematik quotes the source patient id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.documents.held import Code, Held, Work
from conformance.simulators.documents.kinds import LOINC, Family
from conformance.simulators.documents.persona import LANGUAGE, Origin
from conformance.simulators.registry import classifications
from conformance.simulators.soap import Body, fill, fresh_urn, part_of
from trust.identifiers import PatientId

_CONFIDENTIALITY: Final = "f4f85eac-e6cb-4883-b524-f2705394840f"
_CLASS: Final = "41a5887f-8865-4c09-adf7-e362475b143a"
_TYPE: Final = "f0306f51-975f-434e-a61c-c59651d33983"
_FACILITY: Final = "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
_PRACTICE: Final = "cccf5598-8b07-4b77-a05e-ae952c785ead"
_FORMAT: Final = "a09d5840-386c-46f2-b5ad-9c3699a4309d"
_UNUSED: Final = "Not Used"
_OTHER_BYTES: Final = b"not what is fetched"


class Flaw(StrEnum):
    """What may be wrong with the entries of a list; the names are of outcomes."""

    BARE = "bare"  # neither size nor hash
    WRONG_HASH = "wrong-hash"  # of other bytes than are fetched
    SLOTLESS = "slotless"  # classifications without their coding scheme


@dataclass(frozen=True, slots=True)
class Lister:
    """Writes the entries of one patient; ``unique_id`` names a document."""

    dialect: Dialect
    origin: Origin
    patient: PatientId
    unique_id: Callable[[Held], str]
    flaw: Flaw | None = None

    def entries(self, works: Sequence[Work]) -> list[Body]:
        """Return the entries of all documents, and how their forms hang together."""
        return [body for work in works for body in self._work(work)]

    @property
    def _folder(self) -> str:
        return MANNERS[self.dialect].templates

    @property
    def _is_german(self) -> bool:
        return self.dialect is Dialect.GEMATIK

    def _work(self, work: Work) -> Iterator[Body]:
        names = [fresh_urn() for _ in work]
        for held, name in zip(work, names, strict=True):
            yield self._entry(held, name)
        if len(work) > 1:
            yield self._transform(source=names[1], target=names[0])
        elif work[0].kind.family is Family.ORIGINAL and not self._is_german:
            yield self._transform(source=names[0], target=names[0])

    def _transform(self, *, source: str, target: str) -> Body:
        own = fresh_urn()
        return fill(
            self._folder, "iti38-transform", id=own, source=source, target=target
        )

    def _entry(self, held: Held, name: str) -> Body:
        told = [*self._codes(held), *held.events]
        if self.flaw is Flaw.SLOTLESS:
            told = [(scheme, code, "", text) for scheme, code, _, text in told]
        inside = [*classifications(self._folder, name, told), *self._author(held, name)]
        patient = self.patient.cx
        values = {
            "entry": name,
            "home": self.origin.home,
            "title": held.kind.title,
            "patient": patient,
            "source_patient": f"'{patient}'" if self._is_german else patient,
            **self._promise(held),
            "created": held.created,
            "service_start": held.service_start,
            "repository": self.origin.home,
            "language": LANGUAGE,
            "description": held.description,
            "classifications": [each.element for each in inside],
            "patient_identifier": fresh_urn(),
            "unique_identifier": fresh_urn(),
            "unique_id": self.unique_id(held),
        }
        return part_of(self._folder, "iti38-entry", values, *inside)

    def _promise(self, held: Held) -> dict[str, str]:
        if self.flaw is Flaw.BARE:
            return {"size": "", "hash": ""}
        hashed = _OTHER_BYTES if self.flaw is Flaw.WRONG_HASH else held.content
        sha1 = hashlib.sha1(hashed, usedforsecurity=False).hexdigest()
        return {"size": str(len(held.content)), "hash": sha1}

    def _codes(self, held: Held) -> Iterator[Code]:
        kind, form, country = held.kind, held.format, str(self.origin.country)
        yield _CONFIDENTIALITY, "N", "2.16.840.1.113883.5.25", "Normal"
        yield _CLASS, kind.code, LOINC, kind.title
        yield _TYPE, kind.code, LOINC, kind.title
        yield _PRACTICE, _UNUSED, f"eHDSI Practice Setting Codes-{_UNUSED}", _UNUSED
        yield _FACILITY, country, "1.0.3166.1", country
        yield _FORMAT, form.code, form.scheme, form.name

    def _author(self, held: Held, entry: str) -> list[Body]:
        author = held.author
        if author is None:
            return []
        told = fill(
            self._folder,
            "author",
            id=fresh_urn(),
            entry=entry,
            person=author.person,
            specialty=author.specialty,
            institution=author.institution if self._is_german else "",
        )
        return [told]
