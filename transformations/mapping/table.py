"""Terms that a function runs by itself, where it decides to."""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.context import Context
from transformations.mapping.place import Place, Term, bind_all
from transformations.mapping.steps import run_to_cda, run_to_fhir


class Table:
    """Terms bound once, for a function that runs them where it decides to.

    ``ATTESTER = Table("header", "CompositionAttester", "LegalAuthenticator", ...)``;
    ``ATTESTER.write(attester, node, cx)``.
    """

    __slots__ = ("_steps", "cda", "fhir", "section", "terms")

    def __init__(self, section: str, fhir: str, cda: str, /, *terms: Term) -> None:
        self.section, self.fhir, self.cda, self.terms = section, fhir, cda, terms
        kind = class_of(cda)
        self._steps = bind_all(terms, Place(section, fhir, kind, cda))

    def write(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        """Run the terms; whether a fact passed. The present site is restored."""
        before = cx.site
        passed = run_to_cda(self._steps, fhir, cda, cx)
        cx.site = before
        return passed

    def read(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Run the terms the other way; whether a fact passed."""
        before = cx.site
        passed = run_to_fhir(self._steps, cda, fhir, cx)
        cx.site = before
        return passed

    def read_at(self, path: CdaPath, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Read the first element at a path that says a fact, and book the way there."""
        for chain in path.find_chains(cda):
            if self.read(chain[-1], fhir, cx):
                cx.book_chain(chain, path.steps)
                return True
        return False
