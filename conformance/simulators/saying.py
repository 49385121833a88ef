"""What a simulated country A says: bodies of answers from templates.

Spec: IHE ITI TF-2 §3.38.4.2, §3.39.4.2, §3.41.4.2, §3.55.4.2.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.simulators.deciding import Decision
from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.documents.held import Held
from conformance.simulators.documents.persona import Origin
from conformance.simulators.entries import Flaw, Lister
from conformance.simulators.holdings import Holdings
from conformance.simulators.identification import identification_answer
from conformance.simulators.mtom import Part
from conformance.simulators.questions import Question
from conformance.simulators.registry import error_list, status_urn
from conformance.simulators.soap import Body, Transaction, fill, part_of


@dataclass(frozen=True, slots=True)
class Said:
    """The body of an answer and the parts beside it."""

    body: Body
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what was decided, as one family of programs does."""

    dialect: Dialect
    origin: Origin
    holdings: Holdings

    @property
    def _folder(self) -> str:
        return MANNERS[self.dialect].templates

    def say(self, question: Question, decision: Decision) -> Said:
        """Write an answer."""
        match question.transaction:
            case Transaction.ITI_55:
                return Said(self._identified(question, decision))
            case Transaction.ITI_38:
                return Said(self._listed(question, decision))
            case Transaction.ITI_39:
                return self._fetched(decision)
            case Transaction.ITI_41:
                return Said(self._registry("iti41-answer", decision, {}))

    def _identified(self, question: Question, decision: Decision) -> Body:
        return identification_answer(
            self.dialect, self.origin, question, decision.name, decision.outcome
        )

    def _listed(self, question: Question, decision: Decision) -> Body:
        found = self._entries(question, decision)
        listed = {"entries": [each.element for each in found]}
        return self._registry("iti38-answer", decision, listed, *found)

    def _entries(self, question: Question, decision: Decision) -> list[Body]:
        patient = question.patient
        if patient is None:
            return []
        flaw = Flaw(decision.name) if decision.name in set(Flaw) else None

        def unique_id(held: Held) -> str:
            return self.holdings.unique_id(patient, held)

        lister = Lister(self.dialect, self.origin, patient, unique_id, flaw)
        return lister.entries(decision.works)

    def _fetched(self, decision: Decision) -> Said:
        parts = tuple(
            Part(f"{uuid.uuid4().hex}@apache.org", held.content)
            for _, held in decision.documents
        )
        found = [
            self._document(unique_id, part)
            for (unique_id, _), part in zip(decision.documents, parts, strict=True)
        ]
        documents = {"documents": [each.element for each in found]}
        return Said(self._registry("iti39-answer", decision, documents, *found), parts)

    def _document(self, unique_id: str, part: Part) -> Body:
        return fill(
            self._folder,
            "iti39-document",
            home=self.origin.home.urn,
            repository=self.origin.home,
            unique_id=unique_id,
            content_id=part.content_id,
        )

    def _registry(
        self,
        name: str,
        decision: Decision,
        values: Mapping[str, object],
        *inside: Body,
    ) -> Body:
        errors = error_list(self.dialect, decision.errors)
        filled = {
            "status": status_urn(decision.outcome.status),
            "errors": [each.element for each in errors],
            **values,
        }
        return part_of(self._folder, name, filled, *errors, *inside)
