"""What kind of document was given, and how that kind is translated.

A CDA says so by its code, a FHIR document by the type of its Composition; a Bundle
without one by what it holds. The tables of a kind are loaded when one is there.

Spec: LOINC 60591-5, 57833-6, 60593-1 as ClinicalDocument.code and Composition.type /
HL7 Europe MPD: prescriptions and dispensations as collections.
"""

from __future__ import annotations

import re
from dataclasses import replace

from transformations.fhir import FhirBundle, NotFhir, read_fhir_bundle
from transformations.header import (
    PATIENT_SUMMARY_L3,
    PRESCRIPTION_L3,
    DocumentHeader,
)
from transformations.header.facts import EDISPENSATION_L3, DocumentType
from transformations.patient_summary import patient_summary_to_fhir
from transformations.transformed import Transformed

KINDS = {
    kind.code: kind for kind in (PATIENT_SUMMARY_L3, PRESCRIPTION_L3, EDISPENSATION_L3)
}
PROFILES = {
    PATIENT_SUMMARY_L3.code: "urn:epSOS:ps:ps:2010",
    PRESCRIPTION_L3.code: "urn:epSOS:ep:pre:2010",
    EDISPENSATION_L3.code: "urn:epSOS:ep:dis:2010",
}
# The code of the document is the first there is, after its ids.
_CODE = re.compile(rb"<(?:\w+:)?code\s[^>]*?\bcode\s*=\s*[\"']([\w-]+)[\"']")
_MEDICATION = (b"MedicationDispense", b"MedicationRequest")


def to_fhir(data: bytes, language: str) -> Transformed:
    """Translate a CDA of the kind it says it is; a summary where it says no other.

    Raises
    ------
    NotCda
        The bytes are no CDA.
    """
    found = _CODE.search(data)
    code = "" if found is None else found[1].decode()
    if code == EDISPENSATION_L3.code:
        from transformations.edispensation import (  # noqa: PLC0415 - this kind only
            edispensation_to_fhir,
        )

        return edispensation_to_fhir(data, language=language)
    if code == PRESCRIPTION_L3.code:
        from transformations.eprescription import (  # noqa: PLC0415 - this kind only
            eprescription_to_fhir,
        )

        return eprescription_to_fhir(data, language=language)
    return patient_summary_to_fhir(data, language=language)


def medication_bundle(data: bytes) -> tuple[FhirBundle, DocumentType] | None:
    """Read a Bundle of prescriptions or dispensations; nothing where it is a summary.

    Raises
    ------
    NotFhir
        It speaks of medication, and is no Bundle that may be read.
    """
    if not any(name in data for name in _MEDICATION):
        return None
    bundle = read_fhir_bundle(data)
    kind = kind_of(bundle)
    return None if kind is PATIENT_SUMMARY_L3 else (bundle, kind)


def kind_of(bundle: FhirBundle) -> DocumentType:
    """Return what kind of document is in a Bundle."""
    composition = next(bundle.of_type("Composition"), None)
    if composition is not None:
        concept = composition.resource.get("type") or {}
        codes = [coding.get("code") for coding in concept.get("coding") or ()]
        return next(
            (KINDS[code] for code in codes if code in KINDS), PATIENT_SUMMARY_L3
        )
    if next(bundle.of_type("MedicationDispense"), None) is not None:
        return EDISPENSATION_L3
    if next(bundle.of_type("MedicationRequest"), None) is not None:
        return PRESCRIPTION_L3
    return PATIENT_SUMMARY_L3


def count_items(bundle: FhirBundle, kind: DocumentType) -> int:
    """Return how many documents a Bundle becomes."""
    if kind is PRESCRIPTION_L3:
        from transformations.eprescription import (  # noqa: PLC0415 - this kind only
            items,
        )

        return len(items(bundle))
    from transformations.edispensation import (  # noqa: PLC0415 - this kind only
        dispensations,
    )

    return len(dispensations(bundle))


def item_to_cda(
    bundle: FhirBundle, kind: DocumentType, number: int, header: DocumentHeader
) -> Transformed:
    """Translate one item of a Bundle, counted from 1.

    Raises
    ------
    NotFhir
        There is no such item; the text says how many there are.
    """
    many = count_items(bundle, kind)
    if not 0 < number <= many:
        raise NotFhir(f"The Bundle has {many} items, and no item {number}.")
    header = replace(header, type=kind)
    if kind is PRESCRIPTION_L3:
        from transformations.eprescription import (  # noqa: PLC0415 - this kind only
            eprescription_to_cda,
            items,
        )

        return eprescription_to_cda(bundle, items(bundle)[number - 1], header)
    from transformations.edispensation import (  # noqa: PLC0415 - this kind only
        dispensations,
        write_edispensation,
    )

    return write_edispensation(dispensations(bundle)[number - 1], header)
