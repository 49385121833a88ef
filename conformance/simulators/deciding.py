"""What a simulated country A decides: which outcome, which documents, which errors.

Whom it is asked for decides (``data/patients.toml``), then what was dispensed before.

Spec: IHE ITI TF-2 §3.38.4.1.3, §3.39.4.1.3, §3.41.4.1.3, §3.55.4.1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.dispensary import Dispensary
from conformance.simulators.documents.held import Held, Work
from conformance.simulators.documents.kinds import Family, family_of
from conformance.simulators.documents.persona import Origin
from conformance.simulators.entries import Flaw
from conformance.simulators.holdings import Holdings
from conformance.simulators.http_messages import Fault
from conformance.simulators.outcomes import (
    MagicPatient,
    Outcome,
    magic_patients,
    outcome_of,
)
from conformance.simulators.questions import Question
from conformance.simulators.soap import Transaction
from conformance.simulators.submitted import Submitted, read_submitted
from trust.identifiers import Oid, PatientId


@dataclass(frozen=True, slots=True)
class Decision:
    """How a question is answered.

    Attributes
    ----------
    name
        Of the outcome.
    outcome
        Status and acknowledgement; ``errors`` are told beside it.
    works, documents
        What is listed, and what is fetched by its unique id.
    """

    name: str
    outcome: Outcome
    errors: tuple[Outcome, ...] = ()
    magic: MagicPatient | None = None
    works: Sequence[Work] = ()
    documents: Sequence[tuple[str, Held]] = ()
    fault: Fault | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that is told, in order."""
        told = self.errors or (self.outcome,)
        return tuple(code for each in told for code in (*each.also, each.code) if code)


class Decider:
    """Decides for one country, and knows what is dispensed there.

    Parameters
    ----------
    patient_root
        The OID under which it knows its patients.
    """

    def __init__(self, dialect: Dialect, origin: Origin, patient_root: Oid) -> None:
        self._dialect = dialect
        self._roots = {
            str(patient_root),
            f"{patient_root}{MANNERS[dialect].root_suffix}",
        }
        self._dispensary = Dispensary()
        self._went_wrong: set[str] = set()
        self.holdings = Holdings(origin, dialect, self._dispensary)

    def decide(self, question: Question) -> Decision:
        """Decide how a question is answered."""
        patient, transaction = question.patient, question.transaction
        magic = self._magic(patient)
        if magic is None or patient is None:
            return self._plain(transaction, _NOBODY[transaction])
        fault = self._fault(magic, question)
        return replace(self._of(patient, magic, question), magic=magic, fault=fault)

    def _fault(self, magic: MagicPatient, question: Question) -> Fault | None:
        """Return what goes wrong now; some goes well the next time."""
        fault = magic.fault_of(question.transaction)
        if fault is None:
            return None
        if question.transaction is Transaction.ITI_41 and self._came_before(question):
            return None
        if magic.has_fault_once and magic.id in self._went_wrong:
            return None
        self._went_wrong.add(magic.id)
        return fault

    def _of(
        self, patient: PatientId, magic: MagicPatient, question: Question
    ) -> Decision:
        name = magic.outcome(question.transaction)
        match question.transaction:
            case Transaction.ITI_38 if name in _LISTS:
                return self._listing(patient, magic, question, name)
            case Transaction.ITI_39 if name in _FETCHES:
                return self._fetching(patient, magic, question, name)
            case Transaction.ITI_41:
                return self._taking(patient, magic, question, name)
            case transaction:
                return self._plain(transaction, name)

    def _magic(self, patient: PatientId | None) -> MagicPatient | None:
        if patient is None or patient.root not in self._roots:
            return None
        # The German access code stands behind the identifier.
        return magic_patients().get(patient.extension.partition("|")[0])

    def _plain(
        self, transaction: Transaction, name: str, about: Family | None = None
    ) -> Decision:
        outcome = outcome_of(transaction, name, self._dialect, about)
        return Decision(name, outcome, (outcome,))

    # ITI-38 -------------------------------------------------------------------------

    def _listing(
        self, patient: PatientId, magic: MagicPatient, question: Question, name: str
    ) -> Decision:
        family = family_of(question.class_codes)
        if family is None:
            return self._plain(Transaction.ITI_38, "signifier")
        works = self.holdings.listed(patient, magic, question, family)
        if not works:
            return self._plain(Transaction.ITI_38, "nothing", family)
        return replace(self._plain(Transaction.ITI_38, name), works=works)

    # ITI-39 -------------------------------------------------------------------------

    def _fetching(
        self, patient: PatientId, magic: MagicPatient, question: Question, name: str
    ) -> Decision:
        """Fetch what of the documents is there; OpenNCP reads the first request."""
        asked = [unique_id for unique_id, _home in question.documents]
        if self._dialect is not Dialect.GEMATIK:
            asked = asked[:1]
        held = self.holdings.named(patient, magic, asked)
        found = [(each, held[each]) for each in asked if each in held]
        if not found:
            return self._plain(Transaction.ITI_39, "missing")
        if name == "one-gone" and len(found) > 1:
            found = found[:-1]
        if name == "broken":
            found = [(each, held.cut()) for each, held in found]
        if name == "other-patient":
            other = self.holdings.somebody_elses(patient)
            found = [(each, other) for each, _ in found]
        if len(found) < len(asked):
            name = "some-missing"
        family = found[0][1].kind.family
        decision = self._plain(Transaction.ITI_39, name, family)
        return replace(decision, documents=found)

    # ITI-41 -------------------------------------------------------------------------

    def _taking(
        self, patient: PatientId, magic: MagicPatient, question: Question, name: str
    ) -> Decision:
        """Take each document by itself; the answer tells of all."""
        formats = [each.casefold() for each in question.formats]
        if not question.submitted or not set(formats) <= _FORMATS:
            return self._plain(Transaction.ITI_41, "format")
        if name != "accepted":
            return self._plain(Transaction.ITI_41, name)
        is_discard = formats[0] == _DISCARD
        names = [
            self._discarded(each)
            if is_discard
            else self._dispensed(patient, magic, each)
            for each in map(read_submitted, question.submitted)
        ]
        return self._of_all(names)

    def _dispensed(
        self, patient: PatientId, magic: MagicPatient, document: Submitted
    ) -> str:
        held = self.holdings.prescriptions(patient, magic)
        found = [each for each in held if any(map(each.is_called, document.orders))]
        if len(found) != 1 or not document.document_id:
            return "not-matching"
        [prescription] = found
        if not prescription.is_dispensable or not self._dispensary.dispense(
            prescription.id, document.document_id, document.content
        ):
            return "dispensed"
        return "accepted"

    def _discarded(self, document: Submitted) -> str:
        is_known = self._dispensary.give_back(document.document_id)
        return "accepted" if is_known else "discard-unknown"

    def _of_all(self, names: Sequence[str]) -> Decision:
        refused = [each for each in names if each != "accepted"]
        if not refused:
            return self._plain(Transaction.ITI_41, "accepted")
        worst = self._plain(Transaction.ITI_41, refused[0])
        errors = tuple(
            outcome_of(Transaction.ITI_41, each, self._dialect) for each in refused
        )
        is_partial = len(refused) < len(names) and self._dialect is Dialect.GEMATIK
        status = "PartialSuccess" if is_partial else worst.outcome.status
        return replace(
            worst, outcome=replace(worst.outcome, status=status), errors=errors
        )

    def _came_before(self, question: Question) -> bool:
        return any(map(self._dispensary.has, question.submitted))


_NOBODY: Final = {
    Transaction.ITI_55: "no-match",
    Transaction.ITI_38: "nothing",
    Transaction.ITI_39: "missing",
    Transaction.ITI_41: "not-matching",
}
_LISTS: Final = frozenset({"list", *Flaw})
_FETCHES: Final = frozenset(
    {"document", "warnings", "other-patient", "one-gone", "broken"}
)
_DISCARD: Final = "urn:ehdsi:ed:discard:2020"
_FORMATS: Final = frozenset({"urn:epsos:ep:dis:2010", _DISCARD})
