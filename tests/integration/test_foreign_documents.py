"""Documents of every kind from a country A of each family, and dispensations to it."""

from __future__ import annotations

import json
from io import BytesIO

import pikepdf
import pytest
from lxml import etree

from conformance.simulators.dialect import Dialect
from conformance.simulators.http_messages import Fault

HL7 = {"v3": "urn:hl7-org:v3"}
GEMATIK = Dialect.GEMATIK
every_family = pytest.mark.parametrize("dialect", list(Dialect))
PRESCRIPTION = "57833-6"
ORIGINALS = ("11502-2", "34105-7", "18748-4", "x-clinical-image")
DISPENSED = {
    Dialect.OPENNCP_OLD: "4106",
    Dialect.OPENNCP_NEW: "ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION",
    GEMATIK: "ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE",
}


def described(answer) -> list[str]:
    return [
        each["description"].partition(",")[0] for each in answer.json()["documents"]
    ]


# Prescriptions ----------------------------------------------------------------------


@every_family
@pytest.mark.spec("ITI TF-2 3.38.4.2")
def test_each_prescription_is_listed_in_both_forms(doctor):
    documents = doctor.listed("KIT-PIN", PRESCRIPTION).json()["documents"]
    assert documents == []
    documents = doctor.listed("KIT-CLOSED", PRESCRIPTION).json()["documents"]
    assert [each["form"] for each in documents] == ["coded", "pdf"] * 2
    for coded, pdf in zip(documents[::2], documents[1::2], strict=True):
        assert pdf["codedForm"] == coded["document"]
    assert documents[0]["description"].startswith("Samplemet 500 mg")
    assert documents[0]["authors"] == ["Sam Prober"]


@every_family
def test_no_prescription_is_an_empty_list_however_it_is_told(doctor):
    answer = doctor.listed("KIT-NOTHING-PRESCRIBED", PRESCRIPTION)
    assert answer.json()["documents"] == []


@every_family
@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_a_prescription_comes_coded_and_on_paper(doctor):
    handle = doctor.treating("KIT-CLOSED")
    listed = doctor.scene.hospital.documents(handle, PRESCRIPTION).json()["documents"]
    coded, pdf = (each["document"] for each in listed[:2])
    answer = doctor.scene.hospital.fetch(handle, coded)
    section = etree.fromstring(answer.body).find(".//v3:section/v3:id", HL7)
    assert section.get("extension") == "RX1KITCLOSED"
    shown = doctor.scene.hospital.show(handle, pdf)
    assert shown.content_type == "application/pdf"
    assert b"RX1KITCLOSED" in shown.body


@every_family
@pytest.mark.spec("ITI TF-2 3.41.4.2")
def test_what_is_dispensed_is_not_offered_until_it_is_given_back(doctor):
    given = doctor.dispensation("KIT-KNOWN")
    both = [
        "Samplemet 500 mg film-coated tablets",
        "Proberin 4000 IU solution for injection",
    ]
    assert described(doctor.listed("KIT-KNOWN", PRESCRIPTION))[::2] == both
    assert doctor.submits("KIT-KNOWN", given).json()["operation"] == "dispense"
    assert doctor.abroad.heard[-1].outcome == "accepted"
    assert described(doctor.listed("KIT-KNOWN", PRESCRIPTION))[::2] == both[1:]
    again = doctor.submits("KIT-KNOWN", doctor.dispensation("KIT-KNOWN"))
    assert again.json()["codes"] == [DISPENSED[doctor.abroad.dialect]]
    back = doctor.submits("KIT-KNOWN", given, "discard")
    assert back.json()["operation"] == "discard"
    assert described(doctor.listed("KIT-KNOWN", PRESCRIPTION))[::2] == both


@every_family
def test_what_is_not_to_be_dispensed_is_not_dispensed(doctor):
    answer = doctor.submitted("KIT-CLOSED")
    assert answer.json()["codes"] == [DISPENSED[doctor.abroad.dialect]]


# Original documents -----------------------------------------------------------------


@every_family
@pytest.mark.spec("ITI TF-2 3.38.4.2")
def test_original_documents_of_every_kind_come_in_one_list(doctor):
    documents = doctor.listed("KIT-KNOWN", *ORIGINALS).json()["documents"]
    assert [each["kind"] for each in documents] == list(ORIGINALS)
    assert [each["form"] for each in documents] == ["pdf", "pdf", "pdf", "png"]
    assert {each["serviceStart"] for each in documents} == {"2026-02-24T08:00:00+00:00"}
    # Some programs say of such a document that it is made of itself.
    assert {each["codedForm"] for each in documents} == {None}


@every_family
def test_no_original_document_is_an_empty_list_however_it_is_told(doctor):
    answer = doctor.listed("KIT-NO-ORIGINALS", *ORIGINALS)
    assert answer.json()["documents"] == []


@every_family
@pytest.mark.spec("ITI TF-2 3.38.4.1.2")
def test_filters_are_understood(doctor):
    handle = doctor.treating("KIT-KNOWN")
    wish = {"handle": handle, "kinds": list(ORIGINALS)}
    since = {**wish, "createdAfter": "2026-02-27T00:00:00+00:00"}
    answer = json.loads(doctor.scene.post("documents/list", since).body)
    assert [each["kind"] for each in answer["documents"]] == list(ORIGINALS[:2])


@every_family
@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_an_original_document_is_shown_as_it_was_made(doctor):
    handle = doctor.treating("KIT-KNOWN")
    listed = doctor.scene.hospital.documents(handle, *ORIGINALS).json()["documents"]
    shown = [doctor.scene.hospital.show(handle, each["document"]) for each in listed]
    assert [each.content_type for each in shown] == ["application/pdf"] * 3 + [
        "image/png"
    ]
    assert b"Haemoglobin" in shown[0].body


# Lists and answers with something missing or wrong ---------------------------------


@every_family
def test_what_there_is_as_pdf_alone_is_shown(doctor):
    handle = doctor.treating("KIT-ONLY-PDF")
    for kind in ("60591-5", PRESCRIPTION):
        listed = doctor.scene.hospital.documents(handle, kind).json()["documents"]
        assert {(each["form"], each["codedForm"]) for each in listed} == {("pdf", None)}
        shown = doctor.scene.hospital.show(handle, listed[0]["document"])
        assert shown.body.startswith(b"%PDF-")


@every_family
def test_codes_without_their_coding_scheme_are_understood(doctor):
    coded, pdf = doctor.listed("KIT-LIST-SLOTLESS").json()["documents"]
    assert (coded["kind"], coded["form"], pdf["form"]) == ("60591-5", "coded", "pdf")


@every_family
def test_a_document_of_another_hash_than_was_told_is_fetched(doctor):
    """What a gateway promises is made before it translates: hashes differ."""
    root = etree.fromstring(doctor.fetched("KIT-LIST-WRONG-HASH").body)
    assert root.find("v3:id", HL7) is not None


@every_family
def test_of_two_documents_that_which_is_there_is_given(doctor):
    handle = doctor.treating("KIT-ONE-GONE")
    wanted = list(doctor.forms(handle).values())
    answer = doctor.scene.post(
        "documents/fetch-several", {"handle": handle, "documents": wanted}
    )
    told = answer.json()
    got = [each["document"] for each in told["documents"]]
    if doctor.abroad.dialect is GEMATIK:
        assert got == wanted[:1]
        assert "ERROR_GENERIC_DOCUMENT_MISSING" in json.dumps(told)
    else:
        # Asked one by one, there is nothing that could be missing.
        assert got == wanted


@every_family
def test_a_document_that_is_cut_is_not_given_out(doctor):
    problem = doctor.fetched("KIT-BROKEN").json()
    assert problem["type"] == "urn:ncp:refusal:peer-answer-invalid"


@every_family
@pytest.mark.spec("fact sheet 06 6.3.7")
def test_what_acts_in_a_document_is_taken_out_before_it_is_shown(doctor):
    handle = doctor.treating("KIT-ACTIVE")
    listed = doctor.scene.hospital.documents(handle, "11502-2").json()["documents"]
    shown = doctor.scene.hospital.show(handle, listed[0]["document"])
    assert shown.content_type == "application/pdf"
    assert b"JavaScript" not in shown.body
    with pikepdf.open(BytesIO(shown.body)) as pdf:
        assert b"Haemoglobin" in pdf.pages[0].Contents.read_bytes()


@every_family
def test_a_line_that_was_reset_is_tried_once_more(doctor):
    """01 1.5: one retry after a failure of the line, and the doctor notices nothing."""
    before = len(doctor.abroad.heard)
    [person] = doctor.identify("KIT-RESET").json()["patients"]
    assert person["family"] == ["Kitson"]
    heard = doctor.abroad.heard[before:]
    assert [each.fault for each in heard] == [Fault.RESET, None]
