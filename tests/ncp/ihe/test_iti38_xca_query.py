"""Document query: the question and the list, strict out, tolerant in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ncp.answers import Condition, Dialect, answer_for
from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import ClassCode, ResponseStatus, Severity, Transaction
from ncp.ihe.iti38_xca_query import (
    FORMAT_CODE,
    DocumentEntry,
    DocumentList,
    DocumentQuery,
    Transform,
    read_class_codes,
    read_document_query,
    read_document_query_response,
    write_document_query,
    write_document_query_response,
)
from tests.ncp.ihe import strategies
from tests.ncp.ihe.messages import ENTRY, LUXEMBOURG, PATIENT, through_xml
from trust.xml import DOCUMENT_LIMITS, parse_xml

SUMMARY = "('60591-5^^2.16.840.1.113883.6.1')"
CX = "'1893120105732^^^&amp;1.3.182.4.4&amp;ISO'"


def query(slots: str, stored: str = "", option: str = "LeafClass") -> str:
    stored = stored or "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
    return (
        f'<q:AdhocQueryRequest xmlns:q="{ns.QUERY}" xmlns:r="{ns.RIM}">'
        f'<q:ResponseOption returnType="{option}"/>'
        f'<r:AdhocQuery id="{stored}">{slots}</r:AdhocQuery></q:AdhocQueryRequest>'
    )


def slot(name: str, *values: str) -> str:
    inner = "".join(f"<r:Value>{value}</r:Value>" for value in values)
    return f'<r:Slot name="{name}"><r:ValueList>{inner}</r:ValueList></r:Slot>'


PATIENT_SLOT = slot("$XDSDocumentEntryPatientId", CX)
STATUS_SLOT = slot(
    "$XDSDocumentEntryStatus",
    "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')",
)
CLASS_SLOT = slot("$XDSDocumentEntryClassCode", SUMMARY)


def read(text: str) -> DocumentQuery:
    return read_document_query(parse_xml(text.encode(), DOCUMENT_LIMITS))


def refusal_of(text: str) -> Condition:
    with pytest.raises(ProtocolError) as caught:
        read(text)
    assert "1893120105732" not in str(caught.value)
    return caught.value.refusal


def answered(inner: str, attributes: str = "") -> DocumentList:
    text = (
        f'<q:AdhocQueryResponse xmlns:q="{ns.QUERY}" xmlns:r="{ns.RIM}" '
        f'xmlns:rs="{ns.RS}" {attributes}>{inner}</q:AdhocQueryResponse>'
    )
    return read_document_query_response(parse_xml(text.encode(), DOCUMENT_LIMITS))


# Both ways --------------------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.38.4.1.2")
@settings(max_examples=40, deadline=None)
@given(strategies.document_queries())
def test_a_query_reads_as_it_was_written(asked: DocumentQuery) -> None:
    assert read_document_query(through_xml(write_document_query(asked))) == asked


@pytest.mark.spec("ITI TF-2 3.38.4.1.3")
@settings(max_examples=30, deadline=None)
@given(st.lists(strategies.document_entries(), max_size=3))
def test_a_list_reads_as_it_was_written(entries: list[DocumentEntry]) -> None:
    body = through_xml(write_document_query_response(entries, home=LUXEMBOURG))
    found = read_document_query_response(body)
    assert found == DocumentList(ResponseStatus.SUCCESS, tuple(entries), ())


# The query, read --------------------------------------------------------------------

ORIGINALS = (ClassCode.HOSPITAL_DISCHARGE_REPORT, ClassCode.LABORATORY_RESULT)
LOINC = "2.16.840.1.113883.6.1"
SPELLINGS = {
    "each in quotes": [f"('34105-7^^{LOINC}','11502-2^^{LOINC}')"],
    "OpenNCP: one pair of quotes around all": [
        f"('34105-7^^{LOINC},11502-2^^{LOINC}')"
    ],
    "several values": [f"('34105-7^^{LOINC}')", f"('11502-2^^{LOINC}')"],
    "blanks": [f"( '34105-7^^{LOINC}' , '11502-2^^{LOINC}' )"],
    "no coding scheme": ["('34105-7','11502-2')"],
    "no quotes": [f"34105-7^^{LOINC},11502-2^^{LOINC}"],
    "said twice": [f"('34105-7^^{LOINC}','11502-2^^{LOINC}','34105-7^^{LOINC}')"],
}


@pytest.mark.parametrize("values", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_class_codes_are_read_in_each_spelling(values: list[str]) -> None:
    assert read_class_codes(values) == ORIGINALS


@pytest.mark.parametrize(
    "value",
    [
        "('urn:ihe:iti:xds-sd:pdf:2008^^1.3.6.1.4.1.19376.1.2.3')",
        "('urn:ihe:iti:xds-sd:pdf:2008^^IHE PCC')",
        "('urn:ihe:iti:xds-sd:pdf:2008','urn:ihe:iti:xds-sd:pdf:2008^^IHE PCC')",
        "urn:ihe:iti:xds-sd:pdf:2008",
    ],
)
def test_format_codes_are_read_in_each_spelling(value: str) -> None:
    text = query(PATIENT_SLOT + CLASS_SLOT + slot(FORMAT_CODE, value))
    assert read(text).format_codes == ("urn:ihe:iti:xds-sd:pdf:2008",)


def test_without_a_format_code_every_form_is_asked_for() -> None:
    assert read(query(PATIENT_SLOT + CLASS_SLOT)).format_codes == ()


@pytest.mark.parametrize("value", ["", "('')", "('^^IHE PCC')"])
def test_a_format_code_without_a_code_is_refused(value: str) -> None:
    text = query(PATIENT_SLOT + CLASS_SLOT + slot(FORMAT_CODE, value))
    assert refusal_of(text) is Refusal.FILTER_INVALID


def test_the_strict_form_has_quotes_around_each_code() -> None:
    body = through_xml(write_document_query(DocumentQuery(PATIENT, ORIGINALS)))
    values = [value.text for value in body.iter(f"{{{ns.RIM}}}Value")]
    assert values[-1] == f"('34105-7^^{LOINC}','11502-2^^{LOINC}')"
    assert values[0] == "'1893120105732^^^&1.3.182.4.4&ISO'"


@pytest.mark.parametrize(
    "value",
    [
        "('56445-0^^2.16.840.1.113883.6.1')",  # medication related overview: withdrawn
        "('60591-5^^1.2.3')",
        "('60591-5','57833-6')",
        "('60591-5','34105-7')",
    ],
)
def test_a_class_code_that_is_not_served_is_refused(value: str) -> None:
    text = query(PATIENT_SLOT + slot("$XDSDocumentEntryClassCode", value))
    assert refusal_of(text) is Refusal.CLASS_CODE_UNSUPPORTED


@pytest.mark.parametrize("codes", ["", slot("$XDSDocumentEntryClassCode", "('')")])
def test_a_query_without_a_class_code_is_refused(codes: str) -> None:
    assert refusal_of(query(PATIENT_SLOT + codes)) is Refusal.CLASS_CODE_ABSENT


def test_the_patient_may_stand_without_quotes() -> None:
    bare = slot("$XDSDocumentEntryPatientId", CX.strip("'"))
    assert read(query(bare + STATUS_SLOT + CLASS_SLOT)).patient == PATIENT


def test_a_german_patient_id_holds_a_bar() -> None:
    german = "'X110571344|ABC123^^^&amp;1.2.276.0.76.4.291&amp;ISO'"
    text = query(slot("$XDSDocumentEntryPatientId", german) + CLASS_SLOT)
    assert read(text).patient.extension == "X110571344|ABC123"


def test_a_home_community_is_read_where_it_stands() -> None:
    text = query(PATIENT_SLOT + CLASS_SLOT)
    assert read(text).home is None
    with_home = text.replace(
        "<r:AdhocQuery ", f'<r:AdhocQuery home="{LUXEMBOURG.urn}" '
    )
    assert read(with_home).home == LUXEMBOURG


def test_a_query_without_a_patient_is_refused() -> None:
    assert refusal_of(query(CLASS_SLOT)) is Refusal.PATIENT_ID_ABSENT


BAD_FILTERS = {
    "a patient that is no CX": slot("$XDSDocumentEntryPatientId", "'1893120105732'"),
    "two patients": slot("$XDSDocumentEntryPatientId", CX, CX),
    "a size in words": PATIENT_SLOT + slot("$XDSDocumentEntryFilterMaximumSize", "1MB"),
    "a negative size": PATIENT_SLOT + slot("$XDSDocumentEntryFilterMaximumSize", "-1"),
    "two sizes": PATIENT_SLOT + slot("$XDSDocumentEntryFilterMaximumSize", "1", "2"),
    "an instant without a zone": PATIENT_SLOT
    + slot("$XDSDocumentEntryFilterCreatedAfter", "2024-01-31T00:00:00"),
    "an instant off the calendar": PATIENT_SLOT
    + slot("$XDSDocumentEntryFilterCreatedBefore", "2024-02-31T00:00:00Z"),
}


@pytest.mark.parametrize("slots", BAD_FILTERS.values(), ids=BAD_FILTERS.keys())
def test_a_bad_filter_is_refused(slots: str) -> None:
    assert refusal_of(query(slots + CLASS_SLOT)) is Refusal.FILTER_INVALID


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-31T00:00:00Z", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31T10:20:30.5Z", datetime(2024, 1, 31, 10, 20, 30, 500000, UTC)),
        (
            "2024-01-31T10:20:30.123456789Z",
            datetime(2024, 1, 31, 10, 20, 30, 123456, UTC),
        ),
        ("2024-01-31T10:20Z", datetime(2024, 1, 31, 10, 20, tzinfo=UTC)),
    ],
)
def test_filters_are_instants_as_java_writes_them(
    value: str, expected: datetime
) -> None:
    created = slot("$XDSDocumentEntryFilterCreatedAfter", value)
    assert read(query(PATIENT_SLOT + CLASS_SLOT + created)).created_after == expected


@pytest.mark.parametrize(
    "text",
    [
        query(PATIENT_SLOT + CLASS_SLOT, stored="urn:uuid:other"),
        query(PATIENT_SLOT + CLASS_SLOT, option="ObjectRef"),
        query(PATIENT_SLOT + CLASS_SLOT + slot("$XDSDocumentEntryAuthorPerson", "x")),
        query(PATIENT_SLOT + CLASS_SLOT + slot("$XDSDocumentEntryStatus", "('x')")),
    ],
)
def test_what_would_restrict_and_is_not_served_is_refused(text: str) -> None:
    assert refusal_of(text) is Refusal.QUERY_UNSUPPORTED


def test_a_repeated_slot_is_refused() -> None:
    assert refusal_of(query(PATIENT_SLOT * 2)) is Refusal.BODY_INVALID


# The list, written ------------------------------------------------------------------


def test_every_classification_has_a_slot_and_every_object_a_name() -> None:
    body = through_xml(write_document_query_response([ENTRY], home=LUXEMBOURG))
    rim = f"{{{ns.RIM}}}"
    for found in body.iter(f"{rim}Classification"):
        assert found[0].tag == f"{rim}Slot"
        assert found.get("classifiedObject") == ENTRY.entry_id.urn
    for tag in ("ExtrinsicObject", "ExternalIdentifier", "Classification"):
        assert all(f.find(f"{rim}Name") is not None for f in body.iter(f"{rim}{tag}"))
    ids = [e.get("id") for e in body.iter() if e.get("id")]
    assert len(ids) == len(set(ids)) == 9


def test_an_entry_made_on_demand_promises_neither_size_nor_hash() -> None:
    body = through_xml(write_document_query_response([ENTRY], home=LUXEMBOURG))
    names = {slot.get("name") for slot in body.iter(f"{{{ns.RIM}}}Slot")}
    assert not names & {"size", "hash"}


@pytest.mark.spec("ITI TF-2 3.38.4.1.3")
def test_an_error_is_a_failure_whose_location_is_the_home_community() -> None:
    errors = [answer_for(Refusal.CONSENT_REFUSED, Transaction.ITI_38)]
    body = through_xml(write_document_query_response([], errors, home=LUXEMBOURG))
    found = read_document_query_response(body)
    assert found.status is ResponseStatus.FAILURE
    assert found.errors[0].code == "ERROR_PS_NO_CONSENT"
    assert found.errors[0].severity is Severity.ERROR
    assert found.errors[0].location == LUXEMBOURG.urn
    assert body[0].get("highestSeverity") == Severity.ERROR
    assert etree.QName(body[1]).localname == "RegistryObjectList"


def test_nothing_there_is_a_success_with_a_warning() -> None:
    errors = [answer_for(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38)]
    body = through_xml(write_document_query_response([], errors, home=LUXEMBOURG))
    found = read_document_query_response(body)
    assert found.status is ResponseStatus.SUCCESS
    assert [(e.code, e.is_warning) for e in found.errors] == [
        ("ERROR_PS_NOT_FOUND", True)
    ]


def test_nothing_there_is_a_failure_where_a_dialect_calls_it_one() -> None:
    answer = answer_for(
        Refusal.DOCUMENTS_NOT_FOUND,
        Transaction.ITI_38,
        Dialect.OPENNCP_NEW,
        ClassCode.EPRESCRIPTION,
    )
    body = through_xml(write_document_query_response([], [answer], home=LUXEMBOURG))
    assert read_document_query_response(body).status is ResponseStatus.FAILURE


def test_a_list_with_an_error_cannot_be_written() -> None:
    errors = [answer_for(Refusal.CONSENT_REFUSED, Transaction.ITI_38)]
    with pytest.raises(ValueError, match="entries"):
        write_document_query_response([ENTRY], errors, home=LUXEMBOURG)


@pytest.mark.parametrize("missing", ["patient", "creation_time"])
def test_an_entry_that_lacks_a_mandatory_fact_cannot_be_written(missing: str) -> None:
    changes = {missing: None}
    with pytest.raises(ValueError, match="needs"):
        write_document_query_response(
            [replace(ENTRY, **changes)],  # type: ignore[arg-type]
            home=LUXEMBOURG,
        )


def test_a_transform_goes_from_the_pdf_to_the_coded_document() -> None:
    transform = Transform(ENTRY.entry_id, ENTRY.entry_id)
    body = write_document_query_response(
        [ENTRY], home=LUXEMBOURG, transforms=[transform]
    )
    assert read_document_query_response(through_xml(body)).transforms == (transform,)


# The list, read ---------------------------------------------------------------------


def entry(more: str = "", unique: str = "1.2^X", attributes: str = "") -> str:
    """An entry with no more than OpenNCP's reader needs, its parts in odd order."""
    return (
        '<r:ExtrinsicObject id="urn:uuid:11111111-2222-4333-8444-555555555555" '
        f'mimeType="text/xml" {attributes}><r:ExternalIdentifier value="{unique}" '
        'identificationScheme="urn:other"><r:Name><r:LocalizedString '
        'value="XDSDOCUMENTENTRY.UniqueId"/></r:Name></r:ExternalIdentifier>'
        f"{slot('repositoryUniqueId', '1.2.3')}{more}</r:ExtrinsicObject>"
    )


SUCCESS = 'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"'


def listed(text: str) -> DocumentEntry:
    found = answered(f"<r:RegistryObjectList>{text}</r:RegistryObjectList>", SUCCESS)
    return found.entries[0]


def test_an_entry_with_the_least_is_read() -> None:
    found = listed(entry())
    assert (found.unique_id, found.repository_unique_id) == ("1.2^X", "1.2.3")
    assert (found.home, found.patient, found.creation_time) == (None, None, None)
    assert (found.size, found.hash, found.class_code) == (None, None, "")


def test_a_classification_without_a_slot_is_read() -> None:
    classified = (
        '<r:Classification classificationScheme="urn:uuid:a09d5840-386c-46f2-b5ad-'
        '9c3699a4309d" nodeRepresentation="urn:ihe:iti:XDS-SD:pdf:2008"/>'
    )
    assert listed(entry(classified)).is_pdf


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("20240131", datetime(2024, 1, 31, tzinfo=UTC)),
        ("20240131102030", datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC)),
    ],
)
def test_a_creation_time_has_eight_or_fourteen_digits(
    stamp: str, expected: datetime
) -> None:
    assert listed(entry(slot("creationTime", stamp))).creation_time == expected


@pytest.mark.parametrize("stamp", ["2024", "20240231", "2024013110203", "x"])
def test_another_creation_time_is_refused(stamp: str) -> None:
    with pytest.raises(ProtocolError):
        listed(entry(slot("creationTime", stamp)))


def test_a_quoted_or_odd_patient_does_not_stop_the_list() -> None:
    scheme = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
    quoted = f'<r:ExternalIdentifier identificationScheme="{scheme}" value="{CX}"/>'
    assert listed(entry(quoted)).patient == PATIENT
    assert listed(entry(quoted.replace("^^^", "^^"))).patient is None


@pytest.mark.parametrize(
    "broken",
    [
        entry(unique=""),
        entry().replace("repositoryUniqueId", "other"),
        entry().replace("urn:uuid:1111", "urn:oid:1111"),
        entry(attributes='home="Luxembourg"'),
    ],
)
def test_an_entry_that_cannot_be_fetched_is_refused(broken: str) -> None:
    with pytest.raises(ProtocolError):
        listed(broken)


@pytest.mark.parametrize("status", ["", 'status=""', 'status="urn:x:Success"'])
def test_openncp_omits_the_status_of_a_failure(status: str) -> None:
    found = answered("<r:RegistryObjectList/>", status)
    assert (found.status, found.entries) == (ResponseStatus.FAILURE, ())


def test_a_failure_that_lists_documents_is_refused() -> None:
    with pytest.raises(ProtocolError):
        answered(f"<r:RegistryObjectList>{entry()}</r:RegistryObjectList>")


def test_an_error_with_neither_severity_nor_location_is_an_error() -> None:
    found = answered(
        '<rs:RegistryErrorList><rs:RegistryError errorCode="4202"/>'
        "</rs:RegistryErrorList>"
    )
    error = found.errors[0]
    assert (error.code, error.severity, error.is_warning) == (
        "4202",
        Severity.ERROR,
        False,
    )


def test_the_words_of_a_peer_are_not_shown() -> None:
    found = answered(
        '<rs:RegistryErrorList><rs:RegistryError errorCode="1" codeContext="SECRET" '
        'location="SECRET"/></rs:RegistryErrorList>'
    )
    assert found.errors[0].text == "SECRET"
    assert "SECRET" not in repr(found)


def test_an_openncp_association_of_an_entry_with_itself_is_read() -> None:
    own = "urn:uuid:11111111-2222-4333-8444-555555555555"
    association = (
        '<r:Association associationType="urn:ihe:iti:2007:AssociationType:XFRM" '
        f'sourceObject="{own}" targetObject="{own}"/>'
    )
    found = answered(
        f"<r:RegistryObjectList>{entry()}{association}</r:RegistryObjectList>", SUCCESS
    )
    assert found.transforms == (Transform(ENTRY.entry_id, ENTRY.entry_id),)


@pytest.mark.parametrize("code", ["patient 1893120105732?", "x" * 65, "a\tb", "é"])
def test_text_in_the_place_of_a_code_is_not_taken_for_one(code: str) -> None:
    found = answered(
        f'<rs:RegistryErrorList><rs:RegistryError errorCode="{code}&#10;x"/>'
        "</rs:RegistryErrorList>"
    )
    assert found.errors[0].code == "unreadable"
