"""Document entries as registry objects, written strictly.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.5.2 / eHDSI XCA Profile (metadata).
Seen: OpenNCP's reader needs a Slot in every Classification, a Name on the entry and on
every ExternalIdentifier, and a creationTime of 8 or 14 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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
    EntryScheme,
)
from ncp.ihe.document_entry import PATIENT_ID_NAME, UNIQUE_ID_NAME, DocumentEntry
from ncp.ihe.ebxml import (
    coded,
    derived_urns,
    external_identifier,
    localized,
    open_slot,
    rim,
    slot,
    slot_values,
)
from ncp.ihe.entry_details import (
    author_classifications,
    event_classifications,
    write_moment,
)
from ncp.ihe.nodes import element, form
from trust.xml import (
    INSIDE,
    Blank,
    Element,
    OptionalBlank,
    Written,
    only_with,
    written_together,
)

_CLASS_NAMES: Final = {str(code): name for code, name in CLASS_CODE_NAMES.items()}
_TYPE_NAMES: Final = {str(code): name for code, name in TYPE_CODE_NAMES.items()}
_FORMAT_NAMES: Final = {str(code): name for code, name in FORMAT_CODE_NAMES.items()}


def _optional_slot(name: str, blank: str) -> Element:
    return only_with(blank, slot(name, Blank(blank)))


def _code(kind: str, scheme: EntryScheme, coding_scheme: str) -> Element:
    """Build a code whose blanks are called after what it says."""
    own, name = Blank(f"{kind}_id"), Blank(f"{kind}_name")
    return coded(scheme, own, Blank("entry"), Blank(kind), coding_scheme, name)


def _identifier(kind: str, scheme: EntryScheme, name: str) -> Element:
    own = Blank(f"{kind}_id")
    return external_identifier(scheme, own, Blank("entry"), Blank(kind), name)


_SLOTS: Final = (
    slot("sourcePatientId", Blank("patient")),
    _optional_slot("size", "size"),
    _optional_slot("hash", "hash"),
    slot("creationTime", Blank("creation_time")),
    _optional_slot("repositoryUniqueId", "repository"),
    _optional_slot("languageCode", "language"),
    _optional_slot("serviceStartTime", "service_start"),
)
_NAMES: Final = (
    localized("Name", Blank("title")),
    only_with("description", localized("Description", Blank("description"))),
    only_with(
        "version",
        element(rim("VersionInfo"), attributes={"versionName": Blank("version")}),
    ),
)
_CODES: Final = (
    _code("confidentiality", EntryScheme.CONFIDENTIALITY, oids.HL7_CONFIDENTIALITY),
    _code("class_code", EntryScheme.CLASS_CODE, oids.LOINC),
    _code("type", EntryScheme.TYPE_CODE, oids.LOINC),
    _code("country", EntryScheme.HEALTHCARE_FACILITY, oids.COUNTRY_CODES),
    coded(
        EntryScheme.PRACTICE_SETTING,
        Blank("practice_id"),
        Blank("entry"),
        PRACTICE_SETTING_NOT_USED,
        PRACTICE_SETTING_CODES,
        PRACTICE_SETTING_NOT_USED,
    ),
    _code("format", EntryScheme.FORMAT_CODE, Blank("format_scheme")),
)
_IDENTIFIERS: Final = (
    _identifier("patient", EntryScheme.PATIENT_ID, PATIENT_ID_NAME),
    _identifier("unique", EntryScheme.UNIQUE_ID, UNIQUE_ID_NAME),
)
# Inside go the slots of a submission, then authors and events.
_ENTRY: Final = form(
    element(
        rim("ExtrinsicObject"),
        *_SLOTS,
        INSIDE,
        *_NAMES,
        *_CODES,
        INSIDE,
        *_IDENTIFIERS,
        attributes={
            "id": Blank("entry"),
            "home": OptionalBlank("home"),
            "objectType": STABLE_DOCUMENT_ENTRY,
            "mimeType": Blank("mime_type"),
            "status": STATUS_APPROVED,
            "lid": OptionalBlank("logical_id"),
        },
    )
)
_OWN_IDS: Final = {
    "confidentiality_id": EntryScheme.CONFIDENTIALITY,
    "class_code_id": EntryScheme.CLASS_CODE,
    "type_id": EntryScheme.TYPE_CODE,
    "country_id": EntryScheme.HEALTHCARE_FACILITY,
    "practice_id": EntryScheme.PRACTICE_SETTING,
    "format_id": EntryScheme.FORMAT_CODE,
    "patient_id": EntryScheme.PATIENT_ID,
    "unique_id": EntryScheme.UNIQUE_ID,
}
_PATIENT_INFO: Final = form(open_slot("sourcePatientInfo"))


def write_entry(entry: DocumentEntry) -> Written:
    """Write the ExtrinsicObject of an entry of a list."""
    return _entry(entry, None, version="1.1", logical_id=entry.entry_id.urn)


def write_submitted_entry(
    entry: DocumentEntry, source_patient_info: Sequence[str]
) -> Written:
    """Write the ExtrinsicObject of a document that is submitted.

    It has no logical id and no version yet: both are the registry's to give.
    """
    info = slot_values(source_patient_info)
    slots = None if info is None else _PATIENT_INFO.fill(info)
    return _entry(entry, slots, version=None, logical_id=None)


def _entry(
    entry: DocumentEntry,
    more_slots: Written | None,
    *,
    version: str | None,
    logical_id: str | None,
) -> Written:
    return _ENTRY.fill(
        more_slots,
        _details(entry),
        version=version,
        logical_id=logical_id,
        entry=entry.entry_id.urn,
        home=None if entry.home is None else entry.home.urn,
        mime_type=entry.mime_type,
        title=entry.title,
        description=entry.description or None,
        unique=entry.unique_id,
        **_slots(entry),
        **_codes(entry),
        **derived_urns(entry.entry_id, _OWN_IDS),
    )


def _slots(entry: DocumentEntry) -> dict[str, str | None]:
    if entry.patient is None:
        raise ValueError("an entry needs its patient")
    if entry.creation_time is None or entry.creation_time.tzinfo is None:
        raise ValueError("an entry needs a creation time with a zone")
    started = entry.service_start
    return {
        "patient": entry.patient.cx,
        "size": None if entry.size is None else str(entry.size),
        "hash": entry.hash,
        "creation_time": write_moment(entry.creation_time),
        "repository": entry.repository_unique_id or None,
        "language": entry.language,
        "service_start": None if started is None else write_moment(started),
    }


def _codes(entry: DocumentEntry) -> dict[str, str]:
    confidentiality, country = entry.confidentiality, entry.country or ""
    known = _FORMAT_NAMES.get(entry.format_code)
    format_name, format_scheme = known or (entry.format_code, IHE_PCC)
    return {
        "confidentiality": confidentiality,
        "confidentiality_name": CONFIDENTIALITY_NAMES.get(
            confidentiality, confidentiality
        ),
        "class_code": entry.class_code,
        "class_code_name": _CLASS_NAMES.get(entry.class_code, entry.class_code),
        "type": entry.type_code,
        "type_name": _TYPE_NAMES.get(entry.type_code, entry.type_code),
        "country": country,
        "country_name": entry.country_name or country,
        "format": entry.format_code,
        "format_name": format_name,
        "format_scheme": format_scheme,
    }


def _details(entry: DocumentEntry) -> Written | None:
    return written_together(
        (
            *author_classifications(entry.entry_id, entry.authors),
            *event_classifications(entry.entry_id, entry.events),
        )
    )
