"""Bound terms that go to other resources: following, ids, the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.fhir import Located
from transformations.findings import Severity
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Site
from transformations.mapping.steps import EntryRefused, Frame, run_to_cda, run_to_fhir
from transformations.mapping.steps_framed import write_frame
from transformations.mapping.steps_row import RowStep

_ANOTHER_PATIENT = "the resource is about another patient than the document"


@dataclass(frozen=True, slots=True)
class FollowStep:
    """Another resource, dispatched on its type."""

    source: FhirPath
    path: CdaPath
    tables: Mapping[str, Frame]
    site: Site

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        reference = self._reference(fhir)
        if not isinstance(reference, dict):
            return False
        cx.site = self.site
        located = cx.follow(reference)
        if located is None:
            cx.lose_rest(reference, "it is named only, and not in this document")
            return False
        before = cx.enter(located)
        try:
            return self._write(located, cda, cx)
        except EntryRefused as refusal:
            cx.lose_resource(located, str(refusal), Severity.CRITICAL)
            return False
        finally:
            cx.leave(before)
            cx.site = self.site

    def _reference(self, fhir: Any) -> Any:
        holder = self.source.container(fhir)
        if self.source.key is None or holder is None:
            return holder
        return holder.get(self.source.key)

    def _write(self, located: Located, cda: CdaNode, cx: Context) -> bool:
        steps = self.tables.get(located.type)
        if steps is None:
            reason = f"a {located.type} is not carried in this place"
            cx.find(Severity.CRITICAL, "resource-type-not-carried", reason)
            cx.lose_resource(located, reason, Severity.CRITICAL)
            return False
        cx.settle_resource(located)
        passed = self._run(steps, located, cda, cx)
        cx.report_modifiers(located.resource)
        return passed

    def _run(self, steps: Frame, located: Located, cda: CdaNode, cx: Context) -> bool:
        if not self.path.steps:
            return run_to_cda(steps, located.resource, cda, cx)
        return write_frame(self.path, steps, located.resource, cda, cx)

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Make the resource in the bundle under construction and refer to it."""
        for chain in self.path.find_chains(cda):
            node = chain[-1] if chain else cda
            for kind, steps in self.tables.items():
                resource: dict[str, Any] = {"resourceType": kind}
                before = cx.savepoint()
                if run_to_fhir(steps, node, resource, cx):
                    cx.book_chain(chain, self.path.steps)
                    self._refer(fhir, {"reference": cx.make_resource(resource)})
                    return True
                cx.rollback(before)
        return False

    def _refer(self, fhir: Any, reference: dict[str, str]) -> None:
        if self.source.key is None:
            fhir.update(reference)
        else:
            self.source.make_container(fhir)[self.source.key] = reference


@dataclass(frozen=True, slots=True)
class EntryIdStep:
    """Identifiers of the resource, or one made from its own id."""

    row: RowStep
    purpose: str

    @property
    def path(self) -> CdaPath:
        """Where the ids stand."""
        return self.row.path

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        if not self.row.to_cda(fhir, cda, cx):
            cx.site = self.row.site
            node = self.row.path.steps[-1].make()
            node.attributes["root"] = cx.new_id(self.purpose)
            self.row.path.parent(cda).graft(node)
        return False

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        self.row.to_fhir(cda, fhir, cx)
        return False


def _names_nobody(reference: dict[str, Any]) -> bool:
    """Whether a Reference stops before its id, as ``urn:uuid:`` does."""
    name = reference.get("reference")
    return isinstance(name, str) and name.rpartition(":")[2].rpartition("/")[2] == ""


def _refusal_of_subject(reference: dict[str, Any], cx: Context) -> str:
    """Say why a subject is not the patient of the document; empty where it is."""
    if isinstance(reference.get("reference"), str):
        located = cx.follow(reference)
        is_patient = (
            located is not None and located.resource is cx.document.patient.resource
        )
        return "" if is_patient else _ANOTHER_PATIENT
    identifier = reference.get("identifier")
    if identifier is None:
        return "the resource names its patient in words only, so whose it is is open"
    if not cx.document.is_patient(identifier):
        return "the resource names its patient by an identifier the document's has not"
    for name in ("system", "value"):
        cx.derive(identifier, name)
    cx.settle_rest(reference)
    return ""


@dataclass(frozen=True, slots=True)
class SubjectStep:
    """The patient of an entry is the patient of the document, or the entry goes."""

    source: FhirPath
    site: Site

    def to_cda(self, fhir: Any, _cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        reference = None if holder is None else holder.get(self.source.key)
        cx.site = self.site
        if not isinstance(reference, dict) or _names_nobody(reference):
            if isinstance(reference, dict):
                cx.derive(reference, "reference")
                cx.settle(reference, "display")
            cx.find(
                Severity.WARNING,
                "subject-absent",
                "the resource names no patient; it is taken as the document's",
            )
            return False
        sentence = _refusal_of_subject(reference, cx)
        if sentence:
            cx.find(Severity.CRITICAL, "subject-of-another-patient", sentence)
            raise EntryRefused(sentence)
        return False

    def to_fhir(self, _cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Refer to the patient of the document, where its context has one."""
        if cx.patient is not None:
            holder = self.source.make_container(fhir)
            holder[self.source.key] = {"reference": cx.patient}
        return False
