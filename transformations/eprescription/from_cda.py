"""An ePrescription of any wave in, a FHIR document and its account out.

Spec: eHDSI ePrescription (EH.1.1, Waves 1 to 8), ePrescription PDF embedded (EH.1.6) /
HL7 Europe MPD MedicationRequest / FHIR R4 §3.3 Documents.
"""

from __future__ import annotations

from transformations.eprescription.prescriptions import PRESCRIPTIONS
from transformations.eprescription.prescriptions_reading import complete_requests
from transformations.header.facts import PRESCRIPTION_L3
from transformations.sections.document_reading import DocumentKind, document_to_fhir
from transformations.transformed import Transformed

EPRESCRIPTION = DocumentKind(
    type=PRESCRIPTION_L3,
    tables={PRESCRIPTIONS.code.value: PRESCRIPTIONS},
    bundle_profile="",
    composition_profile="",
    keeps_profiles=lambda _: False,
    complete=complete_requests,
)


def eprescription_to_fhir(
    data: bytes, *, language: str = "en-GB", is_strict: bool = False
) -> Transformed:
    """Translate an eHDSI ePrescription to a FHIR document Bundle.

    Parameters
    ----------
    data
        The CDA, of any wave; a file inside one is kept as that file.
    language
        Language of the document where it names none, ``xx-YY``.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotCda
        The bytes are no CDA; the text says why.
    """
    return document_to_fhir(data, EPRESCRIPTION, language=language, is_strict=is_strict)
