"""Document entries: what a list says about one document, both ways.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.5.2 / eHDSI XCA Profile (metadata).
Seen: OpenNCP's reader needs a Slot in every Classification, a Name on the entry and on
every ExternalIdentifier, and a creationTime of 8 or 14 digits.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from ncp.answers import Answer
from ncp.errors import ProtocolError
from ncp.ihe import oids
from ncp.ihe.codes import (
    ASSOCIATION_TRANSFORM,
    CLASS_CODE_NAMES,
    CONFIDENTIALITY_NAMES,
    FORMAT_CODE_NAMES,
    IHE_PCC,
    PRACTICE_SETTING_CODES,
    PRACTICE_SETTING_NOT_USED,
    STABLE_DOCUMENT_ENTRY,
    STATUS_APPROVED,
    ClassCode,
    EntryScheme,
    FormatCode,
    ResponseStatus,
    Transaction,
)
from ncp.ihe.ebxml import (
    PeerError,
    classification,
    external_identifier,
    home_of,
    localized,
    read_errors,
    read_localized,
    read_slots,
    read_status,
    registry_error_list,
    rim,
    slot,
    worst_status,
)
from ncp.ihe.nodes import attribute, child, children, element, invalid
from trust.identifiers import (
    CountryCode,
    HomeCommunityId,
    IdentifierError,
    PatientId,
)
from trust.xml import Element

MOST_ENTRIES = 10_000
UNIQUE_ID_NAME = "XDSDocumentEntry.uniqueId"
PATIENT_ID_NAME = "XDSDocumentEntry.patientId"
_SIZE = re.compile(r"[0-9]{1,15}")
_CREATION_TIME = re.compile(r"\d{8}(\d{6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """One document of a list.

    Attributes
    ----------
    creation_time
        Aware; needed for writing. Of a peer it may be missing.
    size, hash
        Only where the bytes exist already; the hash is SHA-1 in hex and is never a
        reason to refuse a document.
    country, country_name
        The country of the healthcare facility.
    """

    entry_id: uuid.UUID
    unique_id: str
    repository_unique_id: str
    home: HomeCommunityId | None
    patient: PatientId | None
    class_code: str
    type_code: str
    format_code: str
    creation_time: datetime | None
    title: str = field(repr=False)
    description: str = field(default="", repr=False)
    mime_type: str = "text/xml"
    language: str | None = None
    size: int | None = None
    hash: str | None = None
    confidentiality: str = "N"
    country: CountryCode | None = None
    country_name: str = ""

    @property
    def is_pdf(self) -> bool:
        """Whether the document is the PDF form (compared without case)."""
        return self.format_code.lower() == FormatCode.PDF.lower()


@dataclass(frozen=True, slots=True)
class Transform:
    """One entry is made from another: the PDF (source) from the coded document."""

    source: uuid.UUID
    target: uuid.UUID


@dataclass(frozen=True, slots=True)
class DocumentList:
    """What a peer answered to a query."""

    status: ResponseStatus
    entries: tuple[DocumentEntry, ...]
    errors: tuple[PeerError, ...]
    transforms: tuple[Transform, ...] = ()


# Writing ----------------------------------------------------------------------------


def write_document_query_response(
    entries: Sequence[DocumentEntry],
    errors: Sequence[Answer] = (),
    *,
    home: HomeCommunityId,
    transforms: Sequence[Transform] = (),
) -> Element:
    """Build the answer to a query: errors first, then the list (schema order).

    An error forbids entries: a failure that still lists documents is not ours.
    """
    status = worst_status(errors, has_content=False)
    if entries and status is not ResponseStatus.SUCCESS:
        raise ValueError("a list with an error must not hold entries")
    return element(
        Transaction.ITI_38.response_element,
        registry_error_list(errors, home),
        element(
            rim("RegistryObjectList"),
            *(write_entry(entry) for entry in entries),
            *(_association(transform) for transform in transforms),
        ),
        attributes={"status": status},
    )


def write_entry(entry: DocumentEntry) -> Element:
    """Build the ExtrinsicObject of an entry."""
    return element(
        rim("ExtrinsicObject"),
        *_slots(entry),
        localized("Name", entry.title),
        localized("Description", entry.description) if entry.description else None,
        element(rim("VersionInfo"), attributes={"versionName": "1.1"}),
        *_classifications(entry),
        *_identifiers(entry),
        attributes=_entry_attributes(entry),
    )


def _entry_attributes(entry: DocumentEntry) -> dict[str, str]:
    home = {} if entry.home is None else {"home": entry.home.urn}
    return {
        "id": entry.entry_id.urn,
        "lid": entry.entry_id.urn,
        **home,
        "objectType": STABLE_DOCUMENT_ENTRY,
        "mimeType": entry.mime_type,
        "status": STATUS_APPROVED,
    }


def _slots(entry: DocumentEntry) -> list[Element]:
    if entry.creation_time is None or entry.creation_time.tzinfo is None:
        raise ValueError("an entry needs a creation time with a zone")
    stamp = entry.creation_time.astimezone(UTC).strftime("%Y%m%d%H%M%S").zfill(14)
    values = {
        "sourcePatientId": _patient_of(entry).cx,
        "size": None if entry.size is None else str(entry.size),
        "hash": entry.hash,
        "creationTime": stamp,
        "repositoryUniqueId": entry.repository_unique_id,
        "languageCode": entry.language,
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
            _class_name(entry.class_code),
        ),
        (
            EntryScheme.TYPE_CODE,
            entry.type_code,
            oids.LOINC,
            _class_name(entry.type_code),
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
    return [classification(entry.entry_id, *row) for row in rows]


def _class_name(code: str) -> str:
    known = next((known for known in ClassCode if known == code), None)
    return code if known is None else CLASS_CODE_NAMES[known]


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


def _association(transform: Transform) -> Element:
    return element(
        rim("Association"),
        attributes={
            "id": uuid.uuid5(transform.source, transform.target.urn).urn,
            "associationType": ASSOCIATION_TRANSFORM,
            "sourceObject": transform.source.urn,
            "targetObject": transform.target.urn,
        },
    )


# Reading ----------------------------------------------------------------------------


def read_document_query_response(body: etree._Element) -> DocumentList:
    """Read a list; a missing status is a failure, and a failure lists nothing.

    Raises
    ------
    ProtocolError
        An entry lacks what is needed to fetch it, or a failure lists documents
        (OpenNCP goes on after some failed checks; such a list is not taken).
    """
    status = read_status(body)
    objects = child(body, rim("RegistryObjectList"))
    found = children(objects, rim("ExtrinsicObject"))
    if len(found) > MOST_ENTRIES:
        raise invalid(f"the list has more than {MOST_ENTRIES} entries")
    if found and status is ResponseStatus.FAILURE:
        raise invalid("the status is a failure, or missing, yet documents are listed")
    return DocumentList(
        status,
        tuple(read_entry(source) for source in found),
        read_errors(body),
        _transforms(objects),
    )


def read_entry(source: etree._Element) -> DocumentEntry:
    """Read one entry by the names of its parts, whatever their order."""
    slots = read_slots(source)
    codes = _read_classifications(source)
    unique_id = _identifier(source, EntryScheme.UNIQUE_ID, UNIQUE_ID_NAME)
    repository = _first(slots, "repositoryUniqueId")
    if unique_id is None or repository is None:
        raise invalid("an entry has no uniqueId or no repositoryUniqueId")
    facility, facility_name = codes.get(EntryScheme.HEALTHCARE_FACILITY, ("", ""))
    return DocumentEntry(
        entry_id=_uuid(attribute(source, "id")),
        unique_id=unique_id,
        repository_unique_id=repository,
        home=home_of(attribute(source, "home")),
        patient=_patient(source),
        class_code=codes.get(EntryScheme.CLASS_CODE, ("", ""))[0],
        type_code=codes.get(EntryScheme.TYPE_CODE, ("", ""))[0],
        format_code=codes.get(EntryScheme.FORMAT_CODE, ("", ""))[0],
        creation_time=_creation_time(_first(slots, "creationTime")),
        title=read_localized(source, "Name"),
        description=read_localized(source, "Description"),
        mime_type=attribute(source, "mimeType") or "text/xml",
        language=_first(slots, "languageCode"),
        size=_size(_first(slots, "size")),
        hash=_first(slots, "hash"),
        confidentiality=codes.get(EntryScheme.CONFIDENTIALITY, ("N", ""))[0],
        country=_country(facility),
        country_name="" if facility_name == facility else facility_name,
    )


def _read_classifications(source: etree._Element) -> dict[str, tuple[str, str]]:
    return {
        attribute(found, "classificationScheme") or "": (
            attribute(found, "nodeRepresentation") or "",
            read_localized(found, "Name"),
        )
        for found in children(source, rim("Classification"))
    }


def _identifier(source: etree._Element, scheme: EntryScheme, name: str) -> str | None:
    """Find an external identifier by its scheme, or by its name in any case."""
    for found in children(source, rim("ExternalIdentifier")):
        named = read_localized(found, "Name").lower() == name.lower()
        if named or attribute(found, "identificationScheme") == scheme:
            return attribute(found, "value")
    return None


def _patient(source: etree._Element) -> PatientId | None:
    value = _identifier(source, EntryScheme.PATIENT_ID, PATIENT_ID_NAME)
    try:
        return None if value is None else PatientId.from_cx(value.strip("'"))
    except IdentifierError:
        # The use case compares with the patient it asked for; None is no match.
        return None


def _first(slots: dict[str, list[str]], name: str) -> str | None:
    values = slots.get(name, [])
    return values[0] if values else None


def _creation_time(value: str | None) -> datetime | None:
    if value is None:
        return None
    if not _CREATION_TIME.fullmatch(value):
        raise _bad_time()
    try:
        moment = datetime.strptime(value.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise _bad_time() from None
    return moment.replace(tzinfo=UTC)


def _bad_time() -> ProtocolError:
    return invalid("a creationTime is not a time of 8 or 14 digits")


def _size(value: str | None) -> int | None:
    # Optional and never relied upon: what is no number is as good as absent.
    return (
        int(value)
        if value is not None and re.fullmatch(r"[0-9]{1,15}", value)
        else None
    )


def _country(value: str) -> CountryCode | None:
    try:
        return CountryCode(value)
    except IdentifierError:
        return None


def _uuid(value: str | None) -> uuid.UUID:
    try:
        return uuid.UUID((value or "").removeprefix("urn:uuid:"))
    except ValueError:
        raise invalid("an entry or association has an id that is no UUID") from None


def _transforms(objects: etree._Element | None) -> tuple[Transform, ...]:
    return tuple(
        Transform(
            _uuid(attribute(found, "sourceObject")),
            _uuid(attribute(found, "targetObject")),
        )
        for found in children(objects, rim("Association"))
        if attribute(found, "associationType") == ASSOCIATION_TRANSFORM
    )
