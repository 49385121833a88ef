"""Cross Gateway Query (FindDocuments), both ways: the question and the list.

Spec: IHE ITI TF-2 §3.38.4, §3.18.4.1.2 / IHE ITI TF-3 §4.2.3 / eHDSI XCA Profile.
Seen: OpenNCP writes several class codes between one pair of quotes, reads neither hash
nor objectType, and answers some failures without a status.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import (
    FIND_DOCUMENTS,
    STATUS_APPROVED,
    ClassCode,
    Transaction,
)
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_list import (
    DocumentList,
    Transform,
    read_document_query_response,
    write_document_query_response,
)
from ncp.ihe.ebxml import home_of, rim, slot
from ncp.ihe.nodes import attribute, child, element, form, required
from ncp.ihe.oids import LOINC
from ncp.ihe.registry_object import read_slots
from trust.identifiers import HomeCommunityId, IdentifierError, PatientId
from trust.xml import Blank, Element, OptionalBlank, only_with

__all__ = [
    "DocumentEntry",
    "DocumentList",
    "DocumentQuery",
    "Transform",
    "read_class_codes",
    "read_document_query",
    "read_document_query_response",
    "write_document_query",
    "write_document_query_response",
]

PATIENT_ID = "$XDSDocumentEntryPatientId"
STATUS = "$XDSDocumentEntryStatus"
CLASS_CODE = "$XDSDocumentEntryClassCode"
FORMAT_CODE = "$XDSDocumentEntryFormatCode"
MAXIMUM_SIZE = "$XDSDocumentEntryFilterMaximumSize"
CREATED_BEFORE = "$XDSDocumentEntryFilterCreatedBefore"
CREATED_AFTER = "$XDSDocumentEntryFilterCreatedAfter"
_SLOTS = frozenset(
    {
        PATIENT_ID,
        STATUS,
        CLASS_CODE,
        FORMAT_CODE,
        MAXIMUM_SIZE,
        CREATED_BEFORE,
        CREATED_AFTER,
    }
)

_SIZE = re.compile(r"[0-9]{1,15}")
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?Z", re.ASCII
)


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which documents of a patient are asked for.

    The filters are eHDSI's own and meant for original clinical documents, but for the
    format codes, which are IHE's: empty where every form is asked for. We never write
    them.
    """

    patient: PatientId
    class_codes: tuple[ClassCode, ...]
    home: HomeCommunityId | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    maximum_size: int | None = None
    format_codes: tuple[str, ...] = ()


def _filter(name: str, blank: str) -> Element:
    return only_with(blank, slot(name, Blank(blank)))


_QUERY: Final = form(
    element(
        f"{{{ns.QUERY}}}ResponseOption",
        attributes={"returnComposedObjects": "true", "returnType": "LeafClass"},
    ),
    element(
        rim("AdhocQuery"),
        slot(PATIENT_ID, Blank("patient")),
        slot(STATUS, f"('{STATUS_APPROVED}')"),
        slot(CLASS_CODE, Blank("class_codes")),
        _filter(MAXIMUM_SIZE, "maximum_size"),
        _filter(CREATED_BEFORE, "created_before"),
        _filter(CREATED_AFTER, "created_after"),
        attributes={"id": FIND_DOCUMENTS, "home": OptionalBlank("home")},
    ),
)


def write_document_query(query: DocumentQuery) -> Element:
    """Build the body of a query, in the strict ebXML form."""
    patient = query.patient.cx.replace("'", "''")
    codes = ",".join(f"'{code}^^{LOINC}'" for code in query.class_codes)
    size = query.maximum_size
    filled = _QUERY.fill(
        patient=f"'{patient}'",
        class_codes=f"({codes})",
        maximum_size=None if size is None else str(size),
        created_before=_write_instant(query.created_before),
        created_after=_write_instant(query.created_after),
        home=None if query.home is None else query.home.urn,
    )
    return element(Transaction.ITI_38.request_element, filled)


def _write_instant(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a filter's instant needs a time zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_document_query(body: etree._Element) -> DocumentQuery:
    """Read which documents are asked for.

    Raises
    ------
    ProtocolError
        The refusal says what: another stored query or slot, no patient, no or unknown
        class code, a filter that is not of its form.
    """
    query = required(body, rim("AdhocQuery"))
    _check_query_kind(body, query)
    slots = read_slots(query)
    if slots.keys() - _SLOTS:
        # Ignoring a restriction would answer more than was asked for.
        raise _refused(Refusal.QUERY_UNSUPPORTED, "the query has an unknown slot")
    _check_status(slots.get(STATUS, []))
    return DocumentQuery(
        patient=_read_patient(slots.get(PATIENT_ID, [])),
        class_codes=read_class_codes(slots.get(CLASS_CODE, [])),
        home=home_of(attribute(query, "home")),
        created_after=_read_instant(slots.get(CREATED_AFTER, [])),
        created_before=_read_instant(slots.get(CREATED_BEFORE, [])),
        maximum_size=_read_size(slots.get(MAXIMUM_SIZE, [])),
        format_codes=_read_format_codes(slots.get(FORMAT_CODE)),
    )


def _check_query_kind(body: etree._Element, query: etree._Element) -> None:
    if attribute(query, "id") != FIND_DOCUMENTS:
        raise _refused(Refusal.QUERY_UNSUPPORTED, "the stored query is not served")
    option = child(body, f"{{{ns.QUERY}}}ResponseOption")
    if attribute(option, "returnType") not in {None, "LeafClass"}:
        raise _refused(Refusal.QUERY_UNSUPPORTED, "only LeafClass is returned")


def _check_status(values: Sequence[str]) -> None:
    if values and not any(STATUS_APPROVED in value for value in values):
        raise _refused(
            Refusal.QUERY_UNSUPPORTED, "only approved documents can be found"
        )


def _read_patient(values: Sequence[str]) -> PatientId:
    if not values:
        raise _refused(Refusal.PATIENT_ID_ABSENT, "the query names no patient")
    if len(values) > 1:
        raise _refused(Refusal.FILTER_INVALID, "the query names several patients")
    value = values[0]
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = value[1:-1].replace("''", "'")
    try:
        return PatientId.from_cx(value)
    except IdentifierError as error:
        raise _refused(Refusal.FILTER_INVALID, f"the patient is {error}") from None


def read_class_codes(values: Sequence[str]) -> tuple[ClassCode, ...]:
    """Read class codes in any of the spellings peers use.

    Quotes around each code or one pair around all, several values or one, blanks, with
    or without the coding scheme. Only original clinical documents may be asked for
    together.
    """
    items = _unquoted(values)
    if not items:
        raise _refused(Refusal.CLASS_CODE_ABSENT, "the query names no class code")
    codes = tuple(dict.fromkeys(_class_code(item) for item in items))
    if len(codes) > 1 and not all(c.is_original_clinical_document for c in codes):
        raise _refused(
            Refusal.CLASS_CODE_UNSUPPORTED, "these class codes cannot be combined"
        )
    return codes


def _unquoted(values: Sequence[str]) -> list[str]:
    """Return the items of a slot, however they are quoted."""
    unquoted = ",".join(re.sub(r"[()']", "", value) for value in values)
    return [item.strip() for item in unquoted.split(",") if item.strip()]


def _read_format_codes(values: Sequence[str] | None) -> tuple[str, ...]:
    """Read format codes; whatever the coding scheme, OpenNCP's are not IHE's."""
    if values is None:
        return ()
    codes = [item.partition("^^")[0].strip() for item in _unquoted(values)]
    if not all(codes) or not codes:
        raise _refused(Refusal.FILTER_INVALID, "a format code is empty")
    return tuple(dict.fromkeys(codes))


def _class_code(item: str) -> ClassCode:
    code, _, scheme = (part.strip() for part in item.partition("^^"))
    known = next((known for known in ClassCode if known == code), None)
    if known is None or scheme not in {"", LOINC}:
        raise _refused(Refusal.CLASS_CODE_UNSUPPORTED, "a class code is not served")
    return known


def _read_instant(values: Sequence[str]) -> datetime | None:
    value = _filter_value(values)
    if value is None:
        return None
    match = _INSTANT.fullmatch(value)
    if match is None:
        raise _bad_filter()
    try:
        moment = datetime.fromisoformat(match[1])
    except ValueError:
        raise _bad_filter() from None
    microsecond = int((match[2] or "").ljust(6, "0")[:6])
    return moment.replace(microsecond=microsecond, tzinfo=UTC)


def _read_size(values: Sequence[str]) -> int | None:
    value = _filter_value(values)
    if value is None:
        return None
    if not _SIZE.fullmatch(value):
        raise _bad_filter()
    return int(value)


def _filter_value(values: Sequence[str]) -> str | None:
    if len(values) > 1:
        raise _bad_filter()
    return values[0].strip("'") if values else None


def _bad_filter() -> ProtocolError:
    return _refused(
        Refusal.FILTER_INVALID, "a filter is not an instant in UTC or a size in bytes"
    )


def _refused(refusal: Refusal, sentence: str) -> ProtocolError:
    return ProtocolError(refusal, sentence)
