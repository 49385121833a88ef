"""A prescription of any country and wave becomes FHIR; each leaf is accounted for."""

import json
from collections import Counter

import pytest
from fhir.resources.R4B.bundle import Bundle
from lxml import etree

from tests.capabilities import require_data
from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.eprescription.prescriptions import named, transform
from tests.transformations.eprescription.reading import (
    ReadPrescription,
    prescriptions_of_others,
)
from tests.transformations.patient_summary.cda_documents import leaves_of
from transformations.eprescription import eprescription_to_fhir
from transformations.mapping import Fate

pytestmark = pytest.mark.spec("eHDSI ePrescription EH.1.1")
OTHERS = prescriptions_of_others()
NS = {"c": "urn:hl7-org:v3"}


def back(name: str, **changes) -> ReadPrescription:
    """Read what was written of a case of the corpus."""
    return ReadPrescription(transform(named(name), **changes).document)


@pytest.fixture(
    params=[None, *OTHERS], ids=lambda path: path.stem[-28:] if path else "ours"
)
def read(request) -> ReadPrescription:
    if request.param is None:
        return back("once-daily")
    return ReadPrescription(request.param.read_bytes())


def test_there_are_prescriptions_of_others():
    require_data("cda-dev")
    assert len(OTHERS) > 3


def test_every_leaf_stands_exactly_once_in_the_ledger(read):
    booked = sorted((entry.path, entry.value) for entry in read.entries)
    assert booked == sorted(leaves_of(read.parsed))
    assert sum(read.result.ledger.counts().values()) == len(booked)


def test_every_loss_has_a_reason(read):
    assert all(one.mark.reason for one in read.entries if one.mark.fate is Fate.LOST)


@pytest.mark.spec("FHIR R4 §3.3 Documents")
def test_the_bundle_is_a_document_that_fhir_accepts(read):
    Bundle.model_validate_json(read.result.document)
    assert eprescription_to_fhir(read.data).document == read.result.document


def test_a_coded_document_has_an_order_with_medicine_patient_and_date(read):
    # A file inside a CDA has none, nor a section that is none of ours.
    for request in read.of_type("MedicationRequest"):
        assert request["subject"]["reference"]
        assert request["intent"] == "order"
        assert "authoredOn" in request or "_authoredOn" in request
        assert {"medicationReference", "medicationCodeableConcept"} & request.keys()


def test_most_of_what_entries_say_is_carried():
    fates = Counter(
        entry.mark.fate
        for path in OTHERS
        for entry in ReadPrescription(path.read_bytes()).entries
        if "/entry" in entry.path
    )
    assert fates[Fate.LOST] <= sum(fates.values()) / 4


def test_a_file_inside_is_kept_as_that_file():
    paths = [path for path in OTHERS if path.name == "ep-l1-dk-2025-pdf.xml"]
    if not paths:
        require_data("cda-dev/ep-l1-dk-2025-pdf.xml")
    (reference,) = ReadPrescription(paths[0].read_bytes()).of_type("DocumentReference")
    assert reference["content"][0]["attachment"]["contentType"] == "application/pdf"


def test_the_id_of_the_section_groups_the_items():
    request = back("three-items-orchestrated").request
    assert request["groupIdentifier"]["value"] == "rx-group-9"
    assert request["identifier"][0]["value"] == "rx-9-1"


def test_an_item_that_is_the_whole_prescription_is_in_no_group():
    assert "groupIdentifier" not in back("once-daily").request


def test_the_author_of_the_document_prescribed_it():
    read = back("once-daily")
    role = read.at(read.request["requester"])
    assert read.at(role["practitioner"])["name"][0]["family"] == "Beispiel"
    assert read.request["authoredOn"] == "2026-02-03T09:15:00+01:00"
    assert read.request["meta"]["profile"][0].endswith("MedicationRequest-eu-mpd")


def test_the_packages_are_the_overall_amount():
    (extension,) = back("quantity-in-packages").request["dispenseRequest"]["extension"]
    assert extension["valueQuantity"]["value"] == 2


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        ("substitution-forbidden", {"allowedBoolean": False}),
        ("substitution-none-as-code", {"allowedBoolean": False}),
        ("substitution-not-told", {"allowedBoolean": True}),
        ("once-daily", {"allowedBoolean": True}),
    ],
)
@pytest.mark.spec("eHDSI EH.3.2: only N forbids")
def test_only_none_forbids_another_product(case, allowed):
    assert back(case).request["substitution"] == allowed


def test_a_kind_of_substitution_is_its_code():
    concept = back("substitution-generic").request["substitution"]
    assert concept["allowedCodeableConcept"]["coding"][0]["code"] == "G"


def test_notes_and_reasons_come_back():
    assert [one["text"] for one in back("notes").request["note"]] == [
        "Please explain the device.",
        "Call me before another strength is given.",
    ]
    reason = back("reason-as-a-diagnosis").request["reasonCode"][0]["coding"][0]
    assert reason["code"] == "I10"


@pytest.mark.parametrize(
    ("case", "repeat"),
    [
        ("three-times-for-a-week", {"frequency": 3, "period": 1, "periodUnit": "d"}),
        ("range-at-clock-times", {"timeOfDay": ["08:00:00", "20:00:00"]}),
        (
            "days-of-the-week",
            {"dayOfWeek": ["mon", "wed", "fri"], "timeOfDay": ["07:30:00"]},
        ),
        ("once-a-week-methotrexate", {"dayOfWeek": ["thu"]}),
        ("half-an-hour-before-lunch", {"when": ["ACD"], "offset": 30}),
        ("after-supper-and-at-bedtime", {"when": ["PCV", "HS"]}),
    ],
)
def test_a_schedule_comes_back_as_it_was(case, repeat):
    found = back(case).dosage["timing"]["repeat"]
    assert {name: found.get(name) for name in repeat} == repeat


def test_for_how_long_comes_back():
    bounds = back("three-times-for-a-week").dosage["timing"]["repeat"]["boundsDuration"]
    assert (bounds["value"], bounds["code"]) == (7, "d")


def test_a_condition_that_no_row_reads_is_lost_aloud():
    root = etree.fromstring(transform(named("once-daily")).document)
    act = root.find(".//c:substanceAdministration", NS)
    act.append(
        etree.fromstring(
            '<precondition xmlns="urn:hl7-org:v3"><criterion><text>if in pain</text>'
            "</criterion></precondition>"
        )
    )
    read = ReadPrescription(etree.tostring(root))
    lost = [one for one in read.entries if "precondition" in one.path]
    assert {one.mark.severity for one in lost} == {"critical"}


@pytest.mark.parametrize("case", PRESCRIPTIONS, ids=lambda case: case.name)
def test_what_we_write_we_read_whole(case):
    for made in (transform(case),):
        read = ReadPrescription(made.document)
        assert not read.unread("/entry"), case.name


def test_a_document_that_is_no_prescription_is_found_critical():
    data = transform(named("once-daily")).document.replace(b"57833-6", b"60591-5")
    assert "not-a-prescription" in ReadPrescription(data).rules()
    assert json.loads(eprescription_to_fhir(data).document)["type"] == "document"
