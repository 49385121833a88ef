"""What the gateway knows of a document beyond its source.

Spec: eHDSI common header (EH.1.3, Wave 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from trust.identifiers import CountryCode, Oid


@dataclass(frozen=True, slots=True)
class Wave:
    """A published version of the eHDSI document templates."""

    number: int
    release: str


WAVE_8 = Wave(8, "8.0.0")
WAVES: Mapping[int, Wave] = {wave.number: wave for wave in (WAVE_8,)}
"""The waves that can be written, by number."""


@dataclass(frozen=True, slots=True)
class Custodian:
    """The organization that answers for documents whose source names none."""

    name: str
    id: Oid


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What tells the header of one type of document from another's.

    Parameters
    ----------
    template
        Its template id in short form, ``EH.1.3``.
    code, display
        The document's code under LOINC, and its words.
    name
        What it is called in our findings.
    service_class
        Class of the service the document is about: care (``PCPR``), or an act (``ACT``)
        that is written only where the source tells of one.
    names_contacts
        Whether whom to ask at home stands in the header; an original clinical document
        has no participants.
    is_vouched_for
        Whether a legal authenticator always stands in the header.
    fulfils_order
        Whether the document says which order it fulfils; its body reads that.
    """

    template: str
    code: str
    display: str
    name: str
    service_class: str = "PCPR"
    names_contacts: bool = True
    is_vouched_for: bool = True
    fulfils_order: bool = False


_SUMMARY_CODE = "60591-5"
_SUMMARY_DISPLAY = "Patient summary Document"
PATIENT_SUMMARY_L3 = DocumentType(
    "EH.1.3", _SUMMARY_CODE, _SUMMARY_DISPLAY, "patient-summary"
)
PATIENT_SUMMARY_L1 = DocumentType(
    "EH.1.7", _SUMMARY_CODE, _SUMMARY_DISPLAY, "patient-summary"
)

EDISPENSATION_L3 = DocumentType(
    "EH.1.2",
    "60593-1",
    "Medication dispensed.extended Document",
    "dispensation",
    service_class="ACT",
    names_contacts=False,
    fulfils_order=True,
)

_PRESCRIPTION_CODE = "57833-6"
_PRESCRIPTION_DISPLAY = "Prescription for medication"


def _prescription(template: str) -> DocumentType:
    return DocumentType(
        template,
        _PRESCRIPTION_CODE,
        _PRESCRIPTION_DISPLAY,
        "prescription",
        service_class="ACT",
        names_contacts=False,
    )


PRESCRIPTION_L3 = _prescription("EH.1.1")
PRESCRIPTION_L1 = _prescription("EH.1.6")


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """What is given for one document.

    Parameters
    ----------
    document_id
        The id of the document, a root without extension.
    language
        ``xx-YY``, used where the Composition names no language in that form.
    country
        The country the document comes from.
    custodian
        Stands in where the Composition has no custodian.
    created
        The moment of making; the Composition's date where absent.
    type
        Which document it is; a patient summary of level 3 where nothing is said.
    """

    document_id: Oid
    language: str
    country: CountryCode
    custodian: Custodian
    created: datetime | None = None
    wave: Wave = WAVE_8
    type: DocumentType = PATIENT_SUMMARY_L3
