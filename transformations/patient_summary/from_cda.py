"""A patient summary of any wave in, a FHIR document and the account of every leaf out.

Spec: eHDSI Patient Summary (EH.1.3, Waves 1 to 8) / FHIR R4 §3.3 Documents /
HL7 Europe EPS 1.0.0 (which imposes IPS 2.0).
"""

from __future__ import annotations

from typing import Any

from transformations.header.facts import PATIENT_SUMMARY_L3
from transformations.patient_summary.sections import SECTIONS
from transformations.sections.document_reading import DocumentKind, document_to_fhir
from transformations.transformed import Transformed

_PROFILES = "http://hl7.eu/fhir/eps/StructureDefinition/"


def _is_kept(composition: dict[str, Any]) -> bool:
    """Whether every section has entries or tells why not, as the profiles want."""
    return all(
        "entry" in section or "emptyReason" in section
        for section in composition["section"]
    )


PATIENT_SUMMARY = DocumentKind(
    type=PATIENT_SUMMARY_L3,
    tables={section.code.value: section for section in SECTIONS},
    bundle_profile=f"{_PROFILES}bundle-eu-eps",
    composition_profile=f"{_PROFILES}composition-eu-eps",
    keeps_profiles=_is_kept,
)


def patient_summary_to_fhir(
    data: bytes, *, language: str = "en-GB", is_strict: bool = False
) -> Transformed:
    """Translate an eHDSI patient summary to a FHIR document Bundle.

    Parameters
    ----------
    data
        The CDA, of any wave.
    language
        Language of the document where it names none, ``xx-YY``.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotCda
        The bytes are no CDA; the text says why.
    """
    return document_to_fhir(
        data, PATIENT_SUMMARY, language=language, is_strict=is_strict
    )
