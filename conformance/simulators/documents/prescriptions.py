"""The prescriptions of a simulated country, each as coded CDA and as PDF.

Spec: eHDSI ePrescription templates (EH.1.1, EH.1.6, EH.3.2) / eHDSI XCA profile
(metadata: event codes of a prescription).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from conformance.simulators.documents import kinds
from conformance.simulators.documents.cda import FOLDER, Head, embedded, written
from conformance.simulators.documents.files import pdf_of
from conformance.simulators.documents.held import Author, Code, Held, Work
from conformance.simulators.documents.kinds import Format
from conformance.simulators.documents.persona import Origin, document_oid
from conformance.simulators.soap import Body, fill, part_of
from trust.identifiers import PatientId

_EVENT: Final = "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
_OPEN: Final = "urn:ihe:iti:xdw:2011:eventCode"
_AUTHOR: Final = Author("^Prober^Sam", institution="Sampleton Clinic")
_OPTIONAL: Final = {"outer": "", "outer_form": "", "outer_form_name": ""}
_FORMS: Final = (("L3", "1", kinds.CODED_PRESCRIPTION), ("L1", "6", kinds.PDF))


@dataclass(frozen=True, slots=True)
class Prescription:
    """One prescription of one patient.

    Attributes
    ----------
    id
        Its identifier below ``root``: what a patient shows at a pharmacy.
    facts
        The slots of its templates.
    """

    origin: Origin
    patient: PatientId
    id: str
    pin: str
    facts: Mapping[str, str]
    is_dispensable: bool = True

    @property
    def root(self) -> str:
        """The domain of its identifier."""
        return f"{self.origin.home}.4"

    def is_called(self, told: str) -> bool:
        """Whether an identifier is its own: bare, ``root^id`` or ``id^^^&root&ISO``."""
        own = {self.id, f"{self.root}^{self.id}", f"{self.id}^^^&{self.root}&ISO"}
        return told.strip() in own

    def forms(self) -> Work:
        """Write it as coded CDA and as PDF in a CDA."""
        return [self._held(*form) for form in _FORMS]

    def _held(self, level: str, template: str, form: Format) -> Held:
        oid = document_oid(self.origin, self.patient, f"{self.id} {level}")
        head = Head(
            self.origin,
            self.patient,
            kinds.PRESCRIPTION,
            template,
            oid,
            "Prescription for medication",
            "ePrescription",
            self.id,
        )
        body = self._coded() if form.is_coded else self._on_paper()
        facts = self.facts
        return Held(
            oid,
            kinds.PRESCRIPTION,
            form,
            f"{facts['product']}, {facts['form_name']}, {facts['package_name']}",
            written(head, body),
            tuple(self._events()),
            _AUTHOR,
            prescription=self.id,
        )

    def _coded(self) -> Body:
        medicine = fill(
            FOLDER,
            "medicine",
            is_one_level="" if self.facts["outer"] else "true",
            package_system=f"{self.origin.home}.5",
            **self.facts,
        )
        values = {
            **self.facts,
            "prescription_root": self.root,
            "prescription": self.id,
            "status": "active" if self.is_dispensable else "completed",
            "medicine": [medicine.element],
        }
        return part_of(FOLDER, "prescription", values, medicine)

    def _on_paper(self) -> Body:
        facts = self.facts
        lines = (
            facts["package_name"],
            facts["dose_text"],
            f"Packages: {facts['packages']}",
        )
        return embedded("application/pdf", pdf_of(f"Prescription {self.id}", lines))

    def _events(self) -> Sequence[Code]:
        facts = self.facts
        state = "open" if self.is_dispensable else "closed"
        return (
            (_EVENT, f"{_OPEN}:{state}", "1.3.6.1.4.1.19376.1.2.3", state.capitalize()),
            (_EVENT, facts["atc"], "2.16.840.1.113883.6.73", facts["substance"]),
            (_EVENT, facts["form"], "0.4.0.127.0.16.1.1.2.1", facts["form_name"]),
            (
                _EVENT,
                facts["strength"],
                "eHDSI_Strength_CodeSystem",
                "Strength of medication",
            ),
            (
                _EVENT,
                facts["substitution"],
                "2.16.840.1.113883.5.1070",
                facts["substitution_name"],
            ),
        )


def prescriptions_of(
    origin: Origin,
    patient: PatientId,
    *,
    are_dispensable: bool = True,
    copies: int = 1,
) -> list[Prescription]:
    """Return all prescriptions of a patient, dispensed or not."""
    holder = re.sub(r"[^A-Za-z0-9]", "", patient.extension.partition("|")[0])
    return [
        Prescription(
            origin,
            patient,
            f"{facts['id']}{holder}{number or ''}",
            facts["pin"],
            facts,
            are_dispensable,
        )
        for number in range(copies)
        for facts in _facts()
    ]


@cache
def _facts() -> tuple[Mapping[str, str], ...]:
    file = resources.files(__package__) / "prescriptions.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))["prescription"]
    return tuple({**_OPTIONAL, **facts} for facts in told)
