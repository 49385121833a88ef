"""Document entries as registry objects, read tolerantly.

Spec: IHE ITI TF-3 §4.2.3.2, §4.2.5.2 / eHDSI XCA Profile (metadata).
Seen: peers name an identifier by its scheme or by its name, in any case.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from lxml import etree

from ncp.errors import ProtocolError
from ncp.ihe.codes import EntryScheme
from ncp.ihe.document_entry import PATIENT_ID_NAME, UNIQUE_ID_NAME, DocumentEntry
from ncp.ihe.ebxml import (
    home_of,
    read_classifications,
    read_identifier,
    read_localized,
    read_slots,
)
from ncp.ihe.entry_details import read_authors, read_events, read_moment
from ncp.ihe.nodes import attribute, invalid
from trust.identifiers import CountryCode, IdentifierError, PatientId

_CREATION_TIME = re.compile(r"\d{8}(\d{6})?", re.ASCII)


def read_entry(source: etree._Element) -> DocumentEntry:
    """Read one entry by the names of its parts, whatever their order."""
    slots = read_slots(source)
    repository = _first(slots, "repositoryUniqueId")
    if repository is None:
        raise invalid("an entry has no repositoryUniqueId")
    entry_id = read_uuid(attribute(source, "id"))
    return _read(source, slots, entry_id, repository)


def read_submitted_entry(source: etree._Element, entry_id: uuid.UUID) -> DocumentEntry:
    """Read the entry of a document that is submitted; it is in no repository yet.

    Parameters
    ----------
    entry_id
        Made by the reader: in a submission the id may be any text (TF-3 4.1.12.2).
    """
    return _read(source, read_slots(source), entry_id, "")


def _read(
    source: etree._Element,
    slots: dict[str, list[str]],
    entry_id: uuid.UUID,
    repository: str,
) -> DocumentEntry:
    classifications = read_classifications(source)
    codes = dict(classifications)
    unique_id = read_identifier(source, EntryScheme.UNIQUE_ID, UNIQUE_ID_NAME)
    if unique_id is None:
        raise invalid("an entry has no uniqueId")
    facility = _code(codes, EntryScheme.HEALTHCARE_FACILITY)
    return DocumentEntry(
        entry_id=entry_id,
        unique_id=unique_id,
        repository_unique_id=repository,
        home=home_of(attribute(source, "home")),
        patient=_patient(source),
        class_code=_code(codes, EntryScheme.CLASS_CODE),
        type_code=_code(codes, EntryScheme.TYPE_CODE),
        format_code=_code(codes, EntryScheme.FORMAT_CODE),
        creation_time=_creation_time(_first(slots, "creationTime")),
        title=read_localized(source, "Name"),
        description=read_localized(source, "Description"),
        mime_type=attribute(source, "mimeType") or "text/xml",
        language=_first(slots, "languageCode"),
        size=_size(_first(slots, "size")),
        hash=_first(slots, "hash"),
        confidentiality=_code(codes, EntryScheme.CONFIDENTIALITY, "N"),
        country=_country(facility),
        country_name=_country_name(codes, facility),
        service_start=read_moment(_first(slots, "serviceStartTime")),
        authors=read_authors(classifications),
        events=read_events(classifications),
    )


def _code(
    codes: Mapping[str, etree._Element], scheme: EntryScheme, absent: str = ""
) -> str:
    found = codes.get(scheme)
    return absent if found is None else attribute(found, "nodeRepresentation") or ""


def _country_name(codes: Mapping[str, etree._Element], facility: str) -> str:
    found = codes.get(EntryScheme.HEALTHCARE_FACILITY)
    name = "" if found is None else read_localized(found, "Name")
    return "" if name == facility else name


def _patient(source: etree._Element) -> PatientId | None:
    return read_cx(read_identifier(source, EntryScheme.PATIENT_ID, PATIENT_ID_NAME))


def read_cx(value: str | None) -> PatientId | None:
    """Read a patient id, quoted or not; None where it is none."""
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
