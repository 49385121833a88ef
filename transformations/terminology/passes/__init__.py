"""Pivot and translate: the two passes over documents, with their accounts."""

from transformations.terminology.passes.account import (
    Account,
    CodedPlace,
    CodeFate,
    Origin,
    TermFinding,
    TermRule,
    path_of,
)
from transformations.terminology.passes.cda_places import document_kind
from transformations.terminology.passes.fhir_document import (
    pivot_fhir,
    translate_fhir,
)
from transformations.terminology.passes.pivot import Unmapped, pivot
from transformations.terminology.passes.translate import translate

__all__ = [
    "Account",
    "CodeFate",
    "CodedPlace",
    "Origin",
    "TermFinding",
    "TermRule",
    "Unmapped",
    "document_kind",
    "path_of",
    "pivot",
    "pivot_fhir",
    "translate",
    "translate_fhir",
]
