"""Document entries as registry objects, written strictly.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.5.2 / eHDSI XCA Profile (metadata).
Seen: OpenNCP's reader needs a Slot in every Classification, a Name on the entry and on
every ExternalIdentifier, and a creationTime of 8 or 14 digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ncp.ihe import oids
from ncp.ihe.codes import (
    CLASS_CODE_NAMES,
    CONFIDENTIALITY_NAMES,
    FORMAT_CODE_NAMES,
    IHE_PCC,
    PRACTICE_SETTING_CODES,
    PRACTICE_SETTING_NOT_USED,
    STABLE_DOCUMENT_ENTRY,
    STATUS_APPROVED,
    TYPE_CODE_NAMES,
    ClassCode,
    EntryScheme,
    FormatCode,
)
from ncp.ihe.document_entry import PATIENT_ID_NAME, UNIQUE_ID_NAME, DocumentEntry
from ncp.ihe.ebxml import classification, external_identifier, localized, rim, slot
from ncp.ihe.entry_details import (
    author_classifications,
    event_classifications,
    write_moment,
)
from ncp.ihe.nodes import element
from trust.identifiers import PatientId
from trust.xml import Element


def write_entry(entry: DocumentEntry) -> Element:
    """Build the ExtrinsicObject of an entry of a list."""
    version = element(rim("VersionInfo"), attributes={"versionName": "1.1"})
    return _object(entry, _slots(entry), version, {"lid": entry.entry_id.urn})


def write_submitted_entry(
    entry: DocumentEntry, source_patient_info: Sequence[str]
) -> Element:
    """Build the ExtrinsicObject of a document that is submitted.

    It has no logical id and no version yet: both are the registry's to give.
    """
    slots = _slots(entry)
    if source_patient_info:
        slots.append(slot("sourcePatientInfo", *source_patient_info))
    return _object(entry, slots, None, {})


def _object(
    entry: DocumentEntry,
    slots: Sequence[Element],
    version: Element | None,
    attributes: dict[str, str],
) -> Element:
    return element(
        rim("ExtrinsicObject"),
        *slots,
        localized("Name", entry.title),
        localized("Description", entry.description) if entry.description else None,
        version,
        *_classifications(entry),
        *_identifiers(entry),
        attributes=_entry_attributes(entry) | attributes,
    )


def _entry_attributes(entry: DocumentEntry) -> dict[str, str]:
    home = {} if entry.home is None else {"home": entry.home.urn}
    return {
        "id": entry.entry_id.urn,
        **home,
        "objectType": STABLE_DOCUMENT_ENTRY,
        "mimeType": entry.mime_type,
        "status": STATUS_APPROVED,
    }


def _slots(entry: DocumentEntry) -> list[Element]:
    if entry.creation_time is None or entry.creation_time.tzinfo is None:
        raise ValueError("an entry needs a creation time with a zone")
    values = {
        "sourcePatientId": _patient_of(entry).cx,
        "size": None if entry.size is None else str(entry.size),
        "hash": entry.hash,
        "creationTime": write_moment(entry.creation_time),
        "repositoryUniqueId": entry.repository_unique_id or None,
        "languageCode": entry.language,
        "serviceStartTime": (
            None if entry.service_start is None else write_moment(entry.service_start)
        ),
    }
    return [slot(name, value) for name, value in values.items() if value is not None]


def _patient_of(entry: DocumentEntry) -> PatientId:
    if entry.patient is None:
        raise ValueError("an entry needs its patient")
    return entry.patient


def _classifications(entry: DocumentEntry) -> list[Element]:
    format_name, format_scheme = _format_name(entry.format_code)
    country = entry.country or ""
    rows = (
        (
            EntryScheme.CONFIDENTIALITY,
            entry.confidentiality,
            oids.HL7_CONFIDENTIALITY,
            CONFIDENTIALITY_NAMES.get(entry.confidentiality, entry.confidentiality),
        ),
        (
            EntryScheme.CLASS_CODE,
            entry.class_code,
            oids.LOINC,
            _name_of(CLASS_CODE_NAMES, entry.class_code),
        ),
        (
            EntryScheme.TYPE_CODE,
            entry.type_code,
            oids.LOINC,
            _name_of(TYPE_CODE_NAMES, entry.type_code),
        ),
        (
            EntryScheme.HEALTHCARE_FACILITY,
            country,
            oids.COUNTRY_CODES,
            entry.country_name or country,
        ),
        (
            EntryScheme.PRACTICE_SETTING,
            PRACTICE_SETTING_NOT_USED,
            PRACTICE_SETTING_CODES,
            PRACTICE_SETTING_NOT_USED,
        ),
        (EntryScheme.FORMAT_CODE, entry.format_code, format_scheme, format_name),
    )
    return [
        *(classification(entry.entry_id, *row) for row in rows),
        *author_classifications(entry.entry_id, entry.authors),
        *event_classifications(entry.entry_id, entry.events),
    ]


def _name_of(names: Mapping[ClassCode, str], code: str) -> str:
    known = next((known for known in ClassCode if known == code), None)
    return code if known is None else names[known]


def _format_name(code: str) -> tuple[str, str]:
    known = next((known for known in FormatCode if known == code), None)
    return (code, IHE_PCC) if known is None else FORMAT_CODE_NAMES[known]


def _identifiers(entry: DocumentEntry) -> tuple[Element, Element]:
    own = entry.entry_id
    patient = _patient_of(entry).cx
    return (
        external_identifier(own, EntryScheme.PATIENT_ID, patient, PATIENT_ID_NAME),
        external_identifier(
            own, EntryScheme.UNIQUE_ID, entry.unique_id, UNIQUE_ID_NAME
        ),
    )
