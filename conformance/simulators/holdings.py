"""What a simulated country A has of a patient, and which of it answers a question."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from conformance.simulators.dialect import Dialect
from conformance.simulators.dispensary import Dispensary
from conformance.simulators.documents.held import Held, Work
from conformance.simulators.documents.kinds import Family
from conformance.simulators.documents.originals import originals_of
from conformance.simulators.documents.persona import Origin, document_oid
from conformance.simulators.documents.prescriptions import (
    Prescription,
    prescriptions_of,
)
from conformance.simulators.documents.summary import summaries_of
from conformance.simulators.outcomes import KNOWN, MagicPatient
from conformance.simulators.questions import Question
from trust.identifiers import PatientId


class Holdings:
    """The documents of one country; what is dispensed is not offered any more."""

    def __init__(
        self, origin: Origin, dialect: Dialect, dispensary: Dispensary
    ) -> None:
        self._origin = origin
        self._dialect = dialect
        self._dispensary = dispensary

    def listed(
        self,
        patient: PatientId,
        magic: MagicPatient,
        question: Question,
        family: Family,
    ) -> list[Work]:
        """Return what answers a query for documents of one family."""
        if family in magic.lacks:
            return []
        works = self._works(patient, magic, question, family)
        return [magic.forms_of(work) for work in works]

    def _works(
        self,
        patient: PatientId,
        magic: MagicPatient,
        question: Question,
        family: Family,
    ) -> list[Work]:
        match family:
            case Family.SUMMARY:
                return [self._summary(patient)]
            case Family.PRESCRIPTION:
                asked = self._asked(patient, magic, question)
                return [each.forms() for each in asked]
            case Family.ORIGINAL:
                return self._originals(patient, magic, question)

    def named(
        self, patient: PatientId, magic: MagicPatient, unique_ids: Collection[str]
    ) -> dict[str, Held]:
        """Return which of these documents are this patient's, by unique id."""
        found: dict[str, Held] = {}
        for held in self._all(patient, magic):
            if len(found) == len(set(unique_ids)):
                break
            name = self.unique_id(patient, held)
            if name in unique_ids:
                found[name] = held
        return found

    def _all(self, patient: PatientId, magic: MagicPatient) -> Iterator[Held]:
        """Yield every document that can be fetched."""
        for prescription in self.open(patient, magic):
            yield from magic.forms_of(prescription.forms())
        for work in self._originals_of(patient, magic):
            yield from work
        yield from magic.forms_of(self._summary(patient))

    def open(self, patient: PatientId, magic: MagicPatient) -> list[Prescription]:
        """Return the prescriptions that are not dispensed yet."""
        return [
            each
            for each in self.prescriptions(patient, magic)
            if self._dispensary.is_open(each.id)
        ]

    def prescriptions(
        self, patient: PatientId, magic: MagicPatient
    ) -> list[Prescription]:
        """Return all prescriptions of a patient, dispensed or not."""
        if Family.PRESCRIPTION in magic.lacks:
            return []
        is_open = not magic.has_closed_prescriptions
        return prescriptions_of(
            self._origin, patient, are_dispensable=is_open, copies=magic.copies
        )

    def unique_id(self, patient: PatientId, held: Held) -> str:
        """Name a document as the metadata of a family do."""
        if self._dialect is not Dialect.GEMATIK:
            return held.document_id
        own = document_oid(self._origin, patient, held.document_id)
        return f"{own}^{held.kind.mark}.{held.suffix}"

    def somebody_elses(self, patient: PatientId) -> Held:
        """Return the summary of another person."""
        other = PatientId(patient.root, f"{KNOWN}-ELSE")
        return self._summary(other)[0]

    def _summary(self, patient: PatientId) -> Work:
        return summaries_of(self._origin, patient)

    def _asked(
        self, patient: PatientId, magic: MagicPatient, question: Question
    ) -> list[Prescription]:
        """Keep what the identifier and the PIN in the TRC assertion open."""
        found = self.open(patient, magic)
        told, pin = question.prescription, question.pin
        if magic.needs_prescription and not (told and pin):
            return []
        if told:
            found = [each for each in found if each.is_called(told)]
        if pin:
            found = [each for each in found if each.pin == pin]
        return found

    def _originals_of(self, patient: PatientId, magic: MagicPatient) -> list[Work]:
        is_active = magic.has_active_documents
        return originals_of(self._origin, patient, is_active=is_active)

    def _originals(
        self, patient: PatientId, magic: MagicPatient, question: Question
    ) -> list[Work]:
        return [
            work
            for work in self._originals_of(patient, magic)
            if work[0].kind.code in question.class_codes
            and question.filters.let_through(work[0])
        ]
