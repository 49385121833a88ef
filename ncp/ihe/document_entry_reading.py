"""Document entries as registry objects, read tolerantly.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.5.2 / eHDSI XCA Profile (metadata).
Seen: peers name an identifier by its scheme or by its name, in any case.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from lxml import etree

from ncp.errors import ProtocolError
from ncp.ihe.codes import EntryScheme
from ncp.ihe.document_entry import PATIENT_ID_NAME, UNIQUE_ID_NAME, DocumentEntry
from ncp.ihe.ebxml import home_of
from ncp.ihe.entry_details import read_authors, read_events, read_moment
from ncp.ihe.nodes import attribute, invalid
from ncp.ihe.registry_object import Classifications, RegistryObject, read_localized
from trust.identifiers import CountryCode, IdentifierError, PatientId

_CREATION_TIME = re.compile(r"\d{8}(\d{6})?", re.ASCII)


def read_entry(source: etree._Element) -> DocumentEntry:
    """Read one entry by the names of its parts, whatever their order."""
    parts = RegistryObject(source)
    repository = parts.slot("repositoryUniqueId")
    if repository is None:
        raise invalid("an entry has no repositoryUniqueId")
    return _read(parts, read_uuid(attribute(source, "id")), repository)


def read_submitted_entry(parts: RegistryObject, entry_id: uuid.UUID) -> DocumentEntry:
    """Read the entry of a document that is submitted; it is in no repository yet.

    Parameters
    ----------
    entry_id
        Made by the reader: in a submission the id may be any text (TF-3 4.1.12.2).
    """
    return _read(parts, entry_id, "")


def _read(parts: RegistryObject, entry_id: uuid.UUID, repository: str) -> DocumentEntry:
    source = parts.source
    codes = parts.classifications
    unique_id = parts.identifier(EntryScheme.UNIQUE_ID, UNIQUE_ID_NAME)
    if unique_id is None:
        raise invalid("an entry has no uniqueId")
    facility = _code(codes, EntryScheme.HEALTHCARE_FACILITY)
    return DocumentEntry(
        entry_id=entry_id,
        unique_id=unique_id,
        repository_unique_id=repository,
        home=home_of(attribute(source, "home")),
        patient=read_cx(parts.identifier(EntryScheme.PATIENT_ID, PATIENT_ID_NAME)),
        class_code=_code(codes, EntryScheme.CLASS_CODE),
        type_code=_code(codes, EntryScheme.TYPE_CODE),
        format_code=_code(codes, EntryScheme.FORMAT_CODE),
        creation_time=_creation_time(parts.slot("creationTime")),
        title=parts.localized("Name"),
        description=parts.localized("Description"),
        mime_type=attribute(source, "mimeType") or "text/xml",
        language=parts.slot("languageCode"),
        size=_size(parts.slot("size")),
        hash=parts.slot("hash"),
        confidentiality=_code(codes, EntryScheme.CONFIDENTIALITY, "N"),
        country=_country(facility),
        country_name=_country_name(codes, facility),
        service_start=read_moment(parts.slot("serviceStartTime")),
        authors=read_authors(codes),
        events=read_events(codes),
    )


def _code(codes: Classifications, scheme: EntryScheme, absent: str = "") -> str:
    found = codes.get(scheme)
    return attribute(found[-1], "nodeRepresentation") or "" if found else absent


def _country_name(codes: Classifications, facility: str) -> str:
    found = codes.get(EntryScheme.HEALTHCARE_FACILITY)
    name = read_localized(found[-1], "Name") if found else ""
    return "" if name == facility else name


def read_cx(value: str | None) -> PatientId | None:
    """Read a patient id, quoted or not; None where it is none."""
    try:
        return None if value is None else PatientId.from_cx(value.strip("'"))
    except IdentifierError:
        # The use case compares with the patient it asked for; None is no match.
        return None


def _creation_time(value: str | None) -> datetime | None:
    if value is None:
        return None
    if not _CREATION_TIME.fullmatch(value):
        raise _bad_time()
    digits = value.ljust(14, "0")
    try:
        # Not by strptime, which takes ten times as long and is asked for each entry.
        moment = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}")
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


def read_uuid(value: str | None) -> uuid.UUID:
    """Read the id of a registry object, which is a UUID."""
    try:
        return uuid.UUID((value or "").removeprefix("urn:uuid:"))
    except ValueError:
        raise invalid("an entry or association has an id that is no UUID") from None
