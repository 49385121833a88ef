"""Our gateway as country B, against a country A of each family of programs.

Whom the doctor asks for decides what the simulated country answers.
"""

from __future__ import annotations

import base64
import json

import pytest
from lxml import etree

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.outcomes import magic_patients
from tests.integration.foreign_doctor import Doctor

OLD, NEW, GEMATIK = Dialect
HL7 = {"v3": "urn:hl7-org:v3"}
every_family = pytest.mark.parametrize("dialect", list(Dialect))

CONSENT = "The patient's consent is not given"
REGISTRY = "The national infrastructure is not available"
UNMAPPED = "A code of the document has none in the European value sets"
MISSING = "The document is not available"
SIGNIFIER = "The class code is not served"
NO_ORDER = "The document names no prescription that can be told"
# Step, patient, family: the codes that are told, and the meaning in our words; None
# where the program uses the code for everything, or where nobody can know it.
REFUSALS = [
    ("identify", "KIT-NO-CONSENT", OLD, ["4701"], None),
    ("identify", "KIT-NO-CONSENT", NEW, ["WARNING_PI_NO_CONSENT"], CONSENT),
    ("identify", "KIT-NO-CONSENT", GEMATIK, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-AUTHENTICATE", OLD, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-AUTHENTICATE", NEW, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-AUTHENTICATE", GEMATIK, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-INTERNAL", OLD, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-INTERNAL", NEW, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-INTERNAL", GEMATIK, ["ERROR_PI_GENERIC"], None),
    ("identify", "KIT-UNKNOWN-CODE", OLD, ["ERROR_PI_OF_A_LATER_WAVE"], None),
    ("identify", "KIT-UNKNOWN-CODE", NEW, ["ERROR_PI_OF_A_LATER_WAVE"], None),
    ("identify", "KIT-UNKNOWN-CODE", GEMATIK, ["ERROR_PI_OF_A_LATER_WAVE"], None),
    ("identify", "KIT-REGISTRY-DOWN", OLD, ["ERROR_PI_GENERIC"], None),
    (
        "identify",
        "KIT-REGISTRY-DOWN",
        NEW,
        ["ERROR_PI_REGISTRY_NOT_AVAILABLE"],
        REGISTRY,
    ),
    ("identify", "KIT-SECURITY-FAULT", OLD, ["Sender", "Invalid Security Token"], None),
    ("identify", "KIT-SECURITY-FAULT", NEW, ["Sender", "Invalid Security Token"], None),
    (
        "identify",
        "KIT-SECURITY-FAULT",
        GEMATIK,
        ["Sender", "Invalid Security Token"],
        None,
    ),
    ("list", "KIT-LIST-NO-CONSENT", OLD, ["4701"], CONSENT),
    ("list", "KIT-LIST-NO-CONSENT", NEW, ["ERROR_PS_NO_CONSENT"], CONSENT),
    ("list", "KIT-LIST-NO-CONSENT", GEMATIK, ["ERROR_NO_CONSENT"], CONSENT),
    ("list", "KIT-LIST-RIGHTS", GEMATIK, ["ERROR_EP_GENERIC"], None),
    ("list", "KIT-LIST-UNKNOWN-CODE", OLD, ["ERROR_PS_OF_A_LATER_WAVE"], None),
    ("list", "KIT-LIST-UNKNOWN-CODE", NEW, ["ERROR_PS_OF_A_LATER_WAVE"], None),
    ("list", "KIT-LIST-UNKNOWN-CODE", GEMATIK, ["ERROR_PS_OF_A_LATER_WAVE"], None),
    ("fetch", "KIT-DOCUMENT-GONE", OLD, ["XDSMissingDocument"], MISSING),
    ("fetch", "KIT-DOCUMENT-GONE", NEW, ["XDSMissingDocument"], MISSING),
    (
        "fetch",
        "KIT-DOCUMENT-GONE",
        GEMATIK,
        ["ERROR_GENERIC_DOCUMENT_MISSING"],
        "The document is not there",
    ),
    ("fetch", "KIT-FETCH-NO-CONSENT", OLD, ["4701"], CONSENT),
    ("fetch", "KIT-FETCH-NO-CONSENT", NEW, ["ERROR_PS_NO_CONSENT"], CONSENT),
    ("fetch", "KIT-FETCH-NO-CONSENT", GEMATIK, ["ERROR_NO_CONSENT"], CONSENT),
    ("fetch", "KIT-UNMAPPED", OLD, ["4505", "4203"], UNMAPPED),
    (
        "fetch",
        "KIT-UNMAPPED",
        NEW,
        ["4505", "ERROR_PS_MISSING_EXPECTED_MAPPING"],
        UNMAPPED,
    ),
    ("fetch", "KIT-UNMAPPED", GEMATIK, ["ERROR_PS_MISSING_EXPECTED_MAPPING"], UNMAPPED),
    (
        "submit",
        "KIT-NO-PRESCRIPTION",
        OLD,
        ["4105"],
        "There is no matching prescription",
    ),
    (
        "submit",
        "KIT-NO-PRESCRIPTION",
        NEW,
        ["ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE"],
        NO_ORDER,
    ),
    (
        "submit",
        "KIT-NO-PRESCRIPTION",
        GEMATIK,
        ["ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE"],
        NO_ORDER,
    ),
    (
        "submit",
        "KIT-DISPENSED",
        OLD,
        ["4106"],
        "The prescription is already dispensed",
    ),
    (
        "submit",
        "KIT-DISPENSED",
        NEW,
        ["ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION"],
        "The prescription cannot be dispensed",
    ),
    (
        "submit",
        "KIT-DISPENSED",
        GEMATIK,
        ["ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE"],
        NO_ORDER,
    ),
]
# Those whose documents are asked for in ``test_foreign_documents``.
ASKED_FOR_DOCUMENTS = {
    "KIT-LIST-WRONG-HASH",
    "KIT-LIST-SLOTLESS",
    "KIT-ONLY-PDF",
    "KIT-NOTHING-PRESCRIBED",
    "KIT-NO-ORIGINALS",
    "KIT-CLOSED",
    "KIT-PIN",
    "KIT-ONE-GONE",
    "KIT-ACTIVE",
    "KIT-MANY",
    "KIT-BROKEN",
    "KIT-RESET",
}
# What goes wrong on the line, and what the caller is told of it.
LINE_FAULTS = {
    "KIT-SLOW": ("identify", "peer-unreachable", "did not answer in time"),
    "KIT-DRIP": ("identify", "peer-unreachable", "did not answer in time"),
    "KIT-DOCTYPE": ("identify", "peer-answer-invalid", "document type"),
    "KIT-PAGE": ("identify", "peer-answer-invalid", "neither SOAP 1.2"),
    "KIT-TRUNCATED": ("identify", "peer-unreachable", "could not be reached"),
    "KIT-HALF-CLOSED": ("identify", "peer-unreachable", "before its answer was"),
    "KIT-BOUNDARY": ("fetch", "peer-answer-invalid", "MIME package"),
    "KIT-NO-ANSWER": ("submit", "submission-state-unknown", "not known whether"),
    "KIT-SLOW-DISPENSE": ("submit", "submission-state-unknown", "not known whether"),
}


@every_family
@pytest.mark.spec("ITI TF-2 3.55.4.2")
def test_a_known_patient_is_found(doctor):
    [person] = doctor.identify("KIT-KNOWN").json()["patients"]
    assert person["family"] == ["Kitson"]
    assert " ".join(person["given"]) == "Alex Robin"
    assert person["birthDate"] == "1967-06-30"
    assert person["gender"] == "female"


@every_family
def test_nobody_is_an_empty_list_and_no_error(doctor):
    answer = doctor.identify("KIT-NOBODY")
    assert answer.json()["patients"] == []
    assert doctor.abroad.heard[-1].codes == ("ERROR_PI_NO_MATCH",)


@every_family
def test_of_two_people_nobody_is_chosen(doctor):
    answer = doctor.identify("KIT-TWINS")
    assert answer.json()["type"] == "urn:ncp:refusal:patient-ambiguous"
    assert b"Kitson" not in answer.body


@every_family
@pytest.mark.spec("ITI TF-2 3.38.4.2")
def test_both_forms_of_a_summary_are_listed_and_belong_together(doctor):
    coded, pdf = doctor.listed("KIT-KNOWN").json()["documents"]
    assert (coded["form"], pdf["form"]) == ("coded", "pdf")
    assert pdf["codedForm"] == coded["document"]
    assert coded["kind"] == "60591-5"
    assert coded["size"] > 5_000


@every_family
def test_an_entry_without_size_and_hash_is_listed(doctor):
    coded, _pdf = doctor.listed("KIT-LIST-BARE").json()["documents"]
    assert coded["size"] is None


@every_family
def test_no_summary_is_an_empty_list_however_it_is_told(doctor):
    assert doctor.listed("KIT-NO-SUMMARY").json()["documents"] == []


@pytest.mark.parametrize("dialect", [OLD, NEW])
def test_a_list_without_a_status_is_a_failure_and_not_an_empty_list(doctor):
    answer = doctor.listed("KIT-LIST-RIGHTS")
    assert answer.json()["type"] == "urn:ncp:refusal:peer-answer-invalid"


@every_family
@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_the_coded_summary_names_the_patient_who_was_found(doctor):
    root = etree.fromstring(doctor.fetched("KIT-KNOWN").body)
    [identifier] = root.findall("v3:recordTarget/v3:patientRole/v3:id", HL7)
    patient = doctor.abroad.patient("KIT-KNOWN")
    suffix = MANNERS[doctor.abroad.dialect].root_suffix
    assert identifier.get("extension") == patient.extension
    assert identifier.get("root") == f"{patient.root}{suffix}"


@every_family
def test_the_pdf_inside_its_cda_is_shown(doctor):
    handle = doctor.treating("KIT-KNOWN")
    answer = doctor.scene.hospital.show(handle, doctor.forms(handle)["pdf"])
    assert answer.content_type == "application/pdf"
    assert answer.body.startswith(b"%PDF-")


@every_family
def test_a_document_comes_in_spite_of_warnings(doctor):
    answer = doctor.fetched("KIT-WARNINGS")
    assert not answer.is_refusal
    assert doctor.abroad.heard[-1].codes != ()


@every_family
def test_a_document_of_somebody_else_is_marked(doctor):
    handle = doctor.treating("KIT-OTHER-PATIENT")
    answer = doctor.scene.post(
        "documents/fetch-several",
        {"handle": handle, "documents": [doctor.forms(handle)["coded"]]},
    )
    [document] = json.loads(answer.body)["documents"]
    assert document["namesPatient"] is False


@every_family
def test_several_documents_are_asked_for_as_the_program_answers(doctor):
    handle = doctor.treating("KIT-KNOWN")
    wanted = list(doctor.forms(handle).values())
    before = len(doctor.abroad.heard)
    answer = doctor.scene.post(
        "documents/fetch-several", {"handle": handle, "documents": wanted}
    )
    assert [each["document"] for each in answer.json()["documents"]] == wanted
    questions = 1 if doctor.abroad.dialect is GEMATIK else 2
    assert len(doctor.abroad.heard) - before == questions


@every_family
def test_there_is_nothing_to_remark_on_what_we_ask(doctor):
    before = len(doctor.abroad.heard)
    doctor.fetched("KIT-KNOWN")
    given = doctor.dispensation("KIT-KNOWN")
    doctor.submits("KIT-KNOWN", given)
    doctor.submits("KIT-KNOWN", given, "discard")
    heard = doctor.abroad.heard[before:]
    assert {each.transaction for each in heard} == {
        "ITI-55",
        "ITI-38",
        "ITI-39",
        "ITI-41",
    }
    assert [each.remarks for each in heard if each.remarks] == []


@every_family
def test_a_kind_that_is_not_served_is_told_as_such(doctor):
    answer = doctor.listed("KIT-NOT-SERVED")
    assert answer.json()["codes"] == ["ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN"]
    assert SIGNIFIER in answer.json()["detail"]


@pytest.mark.parametrize(
    ("step", "name", "dialect", "codes", "meaning"),
    REFUSALS,
    ids=[f"{row[2]}-{row[1]}" for row in REFUSALS],
)
def test_a_refusal_is_told_with_its_code_and_what_it_means(
    doctor, step, name, codes, meaning
):
    answer = doctor.do(step, name)
    problem = answer.json()
    assert problem["type"] == "urn:ncp:refusal:peer-answered-error"
    assert problem["codes"] == codes
    assert problem["told"], "its own words are told beside ours"
    if meaning is not None:
        assert meaning in problem["detail"]
    assert doctor.abroad.heard[-1].patient == name


@pytest.mark.parametrize(
    ("name", "dialect"),
    # The line is the same for all; waiting for a slow one takes time.
    [(name, family) for name in LINE_FAULTS for family in (OLD, GEMATIK)][1:],
)
def test_a_fault_of_the_line_is_told_and_nothing_is_believed(doctor, name):
    step, refusal, words = LINE_FAULTS[name]
    # It answers in between, or it would not be asked any more.
    doctor.identify("KIT-KNOWN")
    answer = doctor.do(step, name)
    problem = answer.json()
    assert problem["type"] == f"urn:ncp:refusal:{refusal}"
    assert words in problem["detail"]
    # The head alone of an answer that drips takes half a minute.
    assert answer.elapsed_ms < 25_000


def test_every_magic_patient_is_asked_for_here():
    asked = {row[1] for row in REFUSALS} | set(LINE_FAULTS)
    asked |= {"KIT-KNOWN", "KIT-NOBODY", "KIT-TWINS", "KIT-LIST-BARE"}
    asked |= {"KIT-NO-SUMMARY", "KIT-WARNINGS", "KIT-OTHER-PATIENT"}
    asked |= {"KIT-NOT-SERVED"} | ASKED_FOR_DOCUMENTS
    assert asked == set(magic_patients())


def test_a_dispensation_of_which_nobody_knows_is_sent_again_the_same(foreign):
    doctor = Doctor(foreign, NEW)
    given = doctor.dispensation("KIT-NO-ANSWER")
    message = {
        "handle": doctor.treating("KIT-NO-ANSWER"),
        "operation": "dispense",
        "content": base64.b64encode(given).decode(),
    }
    lost, told = (doctor.scene.post("documents/submit", message) for _ in range(2))
    assert lost.json()["type"] == "urn:ncp:refusal:submission-state-unknown"
    assert told.json()["operation"] == "dispense"
    first, second = doctor.abroad.heard[-2:]
    assert first.message_id == second.message_id


def test_logs_know_no_patient(foreign):
    log = (foreign.ground.folder / "log.txt").read_text(encoding="utf-8")
    assert "KIT-" not in log
    assert "Kitson" not in log
