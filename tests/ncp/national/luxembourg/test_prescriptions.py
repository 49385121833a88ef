"""Luxembourg's profiles become MPD and come back; nothing else is changed."""

import copy

import pytest
from fhir.resources.R4B.bundle import Bundle

from ncp.national.luxembourg.dispensations import (
    dispensation_from_mpd,
    dispensation_to_mpd,
)
from ncp.national.luxembourg.prescriptions import (
    prescription_from_mpd,
    prescription_to_mpd,
)
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from tests.corpus.prescriptions.luxembourg import LUXEMBOURG, NUMBER
from tests.corpus.prescriptions.parts import LU_PRODUCT, medication, pieces, request

pytestmark = pytest.mark.spec("simplifier.net/eprescriptionlux")
BY_NAME = {case.name: case for case in LUXEMBOURG}
WITH_HEADER = LuxembourgProfiles(header=HeaderForm.CARE_PLAN)
WITHOUT = LuxembourgProfiles()
BASE = "https://www.esante.lu/fhir-spec/StructureDefinition"
MPD = "http://hl7.eu/fhir/mpd/StructureDefinition"
by_case = pytest.mark.parametrize("case", LUXEMBOURG, ids=lambda case: case.name)


def of(bundle, kind):
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def rules(reshaped):
    return [remark.rule for remark in reshaped.remarks]


@by_case
def test_what_comes_of_it_is_fhir_and_the_source_stays(case):
    source = case.bundle()
    before = copy.deepcopy(source)
    for profiles in (WITH_HEADER, WITHOUT):
        made = prescription_to_mpd(source, profiles)
        Bundle.model_validate(copy.deepcopy(made.bundle))
        assert source == before
        assert len(made.bundle["entry"]) == len(source["entry"])


@by_case
def test_every_line_and_product_claims_the_profile_of_mpd(case):
    made = prescription_to_mpd(case.bundle(), WITH_HEADER).bundle
    for line in of(made, "MedicationRequest"):
        assert line["meta"]["profile"] == [f"{MPD}/MedicationRequest-eu-mpd"]
        assert line["authoredOn"]
        assert line["requester"]
    for product in of(made, "Medication"):
        assert product["meta"]["profile"] == [f"{MPD}/Medication-eu-mpd"]


def test_lines_have_number_date_and_prescriber_of_their_header():
    made = prescription_to_mpd(BY_NAME["lines-under-a-header"].bundle(), WITH_HEADER)
    lines = of(made.bundle, "MedicationRequest")
    assert [line["groupIdentifier"] for line in lines] == [NUMBER, NUMBER]
    assert {line["authoredOn"] for line in lines} == {"2026-02-03T09:15:00+01:00"}
    assert not made.remarks


def test_without_the_setting_a_header_is_not_read_and_that_is_said():
    made = prescription_to_mpd(BY_NAME["lines-under-a-header"].bundle(), WITHOUT)
    assert rules(made) == ["prescription-header-not-read"]
    for line in of(made.bundle, "MedicationRequest"):
        assert "authoredOn" not in line
        assert "groupIdentifier" not in line


def test_what_a_line_says_itself_is_followed_and_the_difference_is_said():
    made = prescription_to_mpd(BY_NAME["line-of-its-own-date"].bundle(), WITH_HEADER)
    (line,) = of(made.bundle, "MedicationRequest")
    assert line["authoredOn"] == "2026-02-04T08:00:00+01:00"
    assert rules(made) == ["line-differs-from-header"]
    assert "2026" not in made.remarks[0].sentence + made.remarks[0].where


def test_a_header_gives_only_to_the_lines_it_names():
    made = prescription_to_mpd(BY_NAME["header-for-some"].bundle(), WITH_HEADER)
    first, second = of(made.bundle, "MedicationRequest")
    assert first["groupIdentifier"] == NUMBER
    assert "groupIdentifier" not in second


def test_the_code_of_a_product_is_its_first_identifier():
    made = prescription_to_mpd(BY_NAME["code-without-identifier"].bundle(), WITHOUT)
    (product,) = of(made.bundle, "Medication")
    assert product["identifier"][0] == {"system": LU_PRODUCT, "value": "0500123"}


@by_case
def test_there_and_back_says_the_same(case):
    source = case.bundle()
    back = prescription_from_mpd(
        prescription_to_mpd(source, WITH_HEADER).bundle, WITH_HEADER
    )
    Bundle.model_validate(copy.deepcopy(back.bundle))
    for before, after in zip(
        of(source, "MedicationRequest"),
        of(back.bundle, "MedicationRequest"),
        strict=True,
    ):
        assert after["meta"]["profile"] == [f"{BASE}/EPMedPrescriptionLine"]
        assert "id" not in after
        for name in ("identifier", "dosageInstruction", "dispenseRequest", "status"):
            assert after[name] == before[name]
    assert len(of(back.bundle, "CarePlan")) == 1


def test_a_header_made_for_lines_names_them_and_has_their_number():
    case = BY_NAME["lines-under-a-header"]
    mpd = prescription_to_mpd(case.bundle(), WITH_HEADER).bundle
    mpd["entry"] = [
        one for one in mpd["entry"] if one["resource"]["resourceType"] != "CarePlan"
    ]
    back = prescription_from_mpd(mpd, WITH_HEADER).bundle
    (header,) = of(back, "CarePlan")
    assert header["identifier"] == [NUMBER]
    urls = [one["fullUrl"] for one in back["entry"]]
    assert all(one["reference"]["reference"] in urls for one in header["activity"])
    assert len(header["activity"]) == 2
    assert not of(prescription_from_mpd(mpd, WITHOUT).bundle, "CarePlan")


def dispensation(product):
    dispense = {
        "resourceType": "MedicationDispense",
        "id": "d",
        "status": "completed",
        "medicationReference": {"reference": f"Medication/{product['id']}"},
        "subject": {"reference": "Patient/patient"},
        "quantity": pieces(2, "package"),
        "authorizingPrescription": [{"reference": "MedicationRequest/order"}],
    }
    resources = [dispense, product, request(), medication()]
    entries = [
        {"fullUrl": f"https://example.lu/{one['resourceType']}/{one['id']}"}
        | {"resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_a_dispensed_product_of_luxembourg_claims_its_profile():
    made = dispensation_from_mpd(dispensation(medication(id="given")), WITHOUT)
    Bundle.model_validate(copy.deepcopy(made.bundle))
    given, prescribed = of(made.bundle, "Medication")
    assert given["meta"]["profile"] == [f"{BASE}/EPMedicationDispensation"]
    assert given["identifier"][0]["value"] == given["code"]["coding"][0]["code"]
    assert "meta" not in prescribed
    (line,) = of(made.bundle, "MedicationDispense")
    assert line["meta"]["profile"] == [f"{BASE}/EPMedDispenseLine"]
    assert "id" not in line
    assert line["medicationReference"]["reference"].startswith("https://example.lu/")
    assert not made.remarks


def test_a_product_of_another_country_is_written_without_the_claim_and_that_is_said():
    foreign = medication(id="given", code={"text": "Amlodipina"})
    made = dispensation_from_mpd(dispensation(foreign), WITHOUT)
    assert rules(made) == ["product-not-of-luxembourg"]
    assert "meta" not in of(made.bundle, "Medication")[0]


def test_a_dispensation_of_luxembourg_claims_mpd():
    made = dispensation_to_mpd(dispensation(medication(id="given"))).bundle
    assert of(made, "MedicationDispense")[0]["meta"]["profile"] == [
        f"{MPD}/MedicationDispense-eu-mpd"
    ]
    assert of(made, "MedicationRequest")[0]["meta"]["profile"] == [
        f"{MPD}/MedicationRequest-eu-mpd"
    ]
