"""FHIR R4 documents as plain JSON: strict reading, references, counting."""

from transformations.fhir.document import FhirBundle, FhirDocument, Located
from transformations.fhir.json_reading import (
    FHIR_LIMITS,
    Json,
    JsonLimits,
    JsonObject,
)
from transformations.fhir.leaves import Leaf, json_leaves, leaves
from transformations.fhir.reading import read_fhir_bundle, read_fhir_document
from transformations.fhir.refusal import NotFhir
from transformations.fhir.structure import StructureProblem, check_structure

__all__ = [
    "FHIR_LIMITS",
    "FhirBundle",
    "FhirDocument",
    "Json",
    "JsonLimits",
    "JsonObject",
    "Leaf",
    "Located",
    "NotFhir",
    "StructureProblem",
    "check_structure",
    "json_leaves",
    "leaves",
    "read_fhir_bundle",
    "read_fhir_document",
]
