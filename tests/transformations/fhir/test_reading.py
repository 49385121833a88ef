"""What is no FHIR document is refused with a sentence that helps."""

import json
from decimal import Decimal

import pytest

from transformations.fhir import FHIR_LIMITS, JsonLimits, NotFhir, read_fhir_document


def bundle(*resources, **more):
    return {
        "resourceType": "Bundle",
        "type": "document",
        "entry": [
            {"fullUrl": f"urn:uuid:00000000-0000-0000-0000-{i:012}", "resource": r}
            for i, r in enumerate(resources)
        ],
        **more,
    }


COMPOSITION = {
    "resourceType": "Composition",
    "subject": {"reference": "urn:uuid:00000000-0000-0000-0000-000000000001"},
}
PATIENT = {"resourceType": "Patient", "id": "p"}


def read(value):
    return read_fhir_document(json.dumps(value).encode())


def refusal(data):
    with pytest.raises(NotFhir) as caught:
        read_fhir_document(data)
    return caught.value.sentence


def test_a_document_bundle_is_read_with_its_composition_and_patient():
    document = read(bundle(COMPOSITION, PATIENT))
    assert document.composition.type == "Composition"
    assert document.patient.path == "Bundle.entry[1].resource"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"<html></html>", "XML or HTML"),
        (b'<?xml version="1.0"?><a/>', "XML or HTML"),
        (
            b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
            "CDA document",
        ),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "FHIR in its XML form"),
        (b"\xff\xfe{\x00}\x00", "UTF-16"),
        (b'{"resourceType": "\xe9"}', "not UTF-8 text (at byte"),
        (b"{", "not JSON: it breaks at line 1, column 2"),
        (b"[]", "an array and no object"),
        (b'"Bundle"', "a text and no object"),
        (b"null", "null and no object"),
        (b"true", "a truth value and no object"),
        (b"17", "a number and no object"),
        (b"{}", "without a FHIR resourceType"),
        (b'{"resourceType": 3}', "without a FHIR resourceType"),
        (b'{"resourceType": "Condition"}', "a single Condition"),
        (b'{"resourceType": "Bundle"}', "Bundle without a known type"),
        (b'{"resourceType": "Bundle", "type": "searchset"}', "answer to a search"),
        (b'{"resourceType": "Bundle", "type": "collection"}', "type 'collection'"),
        (b'{"resourceType": "Bundle", "type": "document"}', "no entries"),
        (b'{"type": "document", "type": "x"}', "the key 'type' twice"),
        (b'{"Doe, John": 1, "Doe, John": 2}', "a key twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e400}', "exponent"),
        (b'{"a": ' + b"1" * 5000 + b"}", "5000 digits"),
        (b'{"a": "\\u0000"}', "U+0000"),
        (b'{"a": "\\ud800"}', "U+D800"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "nests deeper"),
        (b"[" * 100_000, "nests deeper"),
    ],
)
def test_what_is_no_fhir_document_is_refused_saying_what_it_is(data, says):
    assert says in refusal(data)


def test_a_refusal_says_what_to_send():
    assert "Send a FHIR R4 document Bundle" in refusal(b"<a/>")


def test_a_huge_file_is_refused_before_it_is_parsed():
    assert "more than the" in refusal(b" " * (FHIR_LIMITS.max_bytes + 1))


def test_more_values_than_allowed_are_refused():
    limits = JsonLimits(max_bytes=1000, max_depth=9, max_values=10)
    with pytest.raises(NotFhir, match="more than 10 values"):
        read_fhir_document(b"[1,2,3,4,5,6,7,8,9,10,11]", limits)


def test_a_refusal_never_repeats_a_value():
    data = json.dumps({"resourceType": "Patient Jane Doe", "name": "Doe"}).encode()
    assert "Doe" not in refusal(data)


def test_decimals_keep_every_digit():
    document = read_fhir_document(
        json.dumps(bundle(COMPOSITION, PATIENT | {"x": 0}))
        .replace('"x": 0', '"x": 5.10')
        .encode()
    )
    number = document.patient.resource["x"]
    assert isinstance(number, Decimal)
    assert str(number) == "5.10"


@pytest.mark.spec("FHIR R4 bdl-11")
def test_a_document_that_does_not_begin_with_a_composition_is_refused():
    with pytest.raises(NotFhir, match="begin with a Composition"):
        read(bundle(PATIENT, COMPOSITION))


def test_several_compositions_are_refused():
    with pytest.raises(NotFhir, match="several Compositions"):
        read(bundle(COMPOSITION, PATIENT, COMPOSITION))


def test_the_only_patient_is_the_patient_when_the_subject_names_no_entry():
    composition = COMPOSITION | {"subject": {"reference": "urn:uuid:"}}
    assert read(bundle(composition, PATIENT)).patient.type == "Patient"


def test_two_patients_and_no_subject_are_refused():
    composition = {"resourceType": "Composition"}
    with pytest.raises(NotFhir, match="does not say whom it is about"):
        read(bundle(composition, PATIENT, PATIENT))


def test_no_patient_at_all_is_refused():
    with pytest.raises(NotFhir, match="there are 0 Patients"):
        read(bundle({"resourceType": "Composition"}))


def test_a_subject_that_is_no_patient_is_refused():
    with pytest.raises(NotFhir, match="no Patient"):
        read(bundle(COMPOSITION, {"resourceType": "Group"}, PATIENT))


@pytest.mark.parametrize("entry", [3, {"resource": []}])
def test_an_entry_that_is_no_object_is_refused_with_its_place(entry):
    value = bundle(COMPOSITION, PATIENT)
    value["entry"].append(entry)
    with pytest.raises(NotFhir, match=r"Bundle.entry\[2\]"):
        read(value)


def test_a_repr_shows_no_patient():
    value = bundle(COMPOSITION, PATIENT | {"name": [{"family": "Schmit"}]})
    assert "Schmit" not in repr(read(value))
