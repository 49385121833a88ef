"""Prescriptions on a server with Luxembourg's profiles, through the live adapter."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from ncp.errors import NationalError
from ncp.national.build import NationalConfiguration, build_national
from ncp.national.dispensations import Dispenser
from ncp.national.dispensing import NationalDispensation, PrescriptionVersion, Receipt
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import PrescriptionStatus
from tests.corpus.prescriptions.luxembourg import LUXEMBOURG
from tests.ncp.national.fake_server import Reply, searchset
from tests.transformations.edispensation.received import RECEIVED
from transformations.edispensation import read_dispensation_facts
from trust.identifiers import CountryCode, Oid, PatientId

pytestmark = pytest.mark.spec("simplifier.net/eprescriptionlux")
CASE = next(case for case in LUXEMBOURG if case.name == "lines-under-a-header")
MATRICULE = PatientId(Oid("1.3.182.4.4"), "1893120105732")
PATIENT = PatientRecord(
    id=MATRICULE, identifiers=(MATRICULE,), source="Patient/patient"
)
HEADED = LuxembourgProfiles(header=HeaderForm.CARE_PLAN)
LINE = "1.3.182.99.5^lu-1-1"
LABORATORY = {
    "resourceType": "CarePlan",
    "id": "laboratory",
    "status": "revoked",
    "intent": "order",
    "subject": {"reference": "Patient/patient"},
    "activity": [{"reference": {"reference": "ServiceRequest/line-1"}}],
}
KEY = "urn:uuid:5b0f2f5e-0000-4000-8000-000000000001"


class Noon:
    def now(self):
        return datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def resources():
    """Everything of the case, by its name, as a server holds it."""
    found = [copy.deepcopy(entry["resource"]) for entry in CASE.bundle()["entry"]]
    for each in found:
        each.setdefault("meta", {})["versionId"] = "3"
    return {f"{each['resourceType']}/{each['id']}": each for each in found}


@pytest.fixture
def national(server, resources):
    """Return the adapter that is asked; the server holds what ``resources`` holds."""

    def build(profiles=HEADED, *more):
        held = [*resources.values(), *more]
        for each in held:
            server.on("GET", f"{each['resourceType']}/{each['id']}", each)
        for kind in ("MedicationRequest", "MedicationDispense", "CarePlan"):
            server.on_search(kind, *(r for r in held if r["resourceType"] == kind))
        build.warnings = []
        configuration = NationalConfiguration(server.base, luxembourg=profiles)
        return build_national(configuration, Noon(), warn=build.warnings.append)

    return build


def test_lines_are_listed_with_what_their_header_says(national):
    listed = national(HEADED, LABORATORY).prescriptions.prescriptions(PATIENT)
    assert {each.group for each in listed} == {"1.3.182.99.6^LU-2026-0001"}
    assert [each.status for each in listed] == [PrescriptionStatus.ACTIVE] * 2
    assert {each.authored for each in listed} == {
        datetime(2026, 2, 3, 8, 15, tzinfo=UTC)
    }
    assert all(each.authors for each in listed)
    assert {each.version for each in listed} == {"3"}


def test_the_content_has_the_header_and_its_prescriber(national):
    source = national(HEADED, LABORATORY).prescriptions
    line = source.current(PATIENT, LINE)
    bundle = json.loads(source.content(PATIENT, line))
    found = [entry["resource"] for entry in bundle["entry"]]
    names = [f"{each['resourceType']}/{each['id']}" for each in found]
    assert names[:2] == ["MedicationRequest/line-1", "CarePlan/ordonnance"]
    assert "PractitionerRole/prescriber" in names
    assert "CarePlan/laboratory" not in names
    assert found[0]["authoredOn"] == "2026-02-03T09:15:00+01:00"


def test_no_header_is_searched_where_there_is_none(national, server, resources):
    for each in resources.values():
        if each["resourceType"] == "MedicationRequest":
            each["authoredOn"] = "2026-02-04"
    listed = national(LuxembourgProfiles()).prescriptions.prescriptions(PATIENT)
    assert {each.group for each in listed} == {None}
    assert not [r for r in server.requests if "CarePlan" in r.path]


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("revoked", PrescriptionStatus.STOPPED),
        ("entered-in-error", PrescriptionStatus.ENTERED_IN_ERROR),
        ("completed", PrescriptionStatus.ACTIVE),
    ],
)
def test_a_header_that_was_withdrawn_takes_its_lines_with_it(
    national, resources, status, becomes
):
    resources["CarePlan/ordonnance"]["status"] = status
    source = national().prescriptions
    assert source.current(PATIENT, LINE).status is becomes
    assert bool(national.warnings) is (becomes is not PrescriptionStatus.ACTIVE)
    assert "lu-1" not in "".join(national.warnings)


def test_a_line_holds_while_any_header_of_it_holds(national, resources):
    old = {**resources["CarePlan/ordonnance"], "id": "old", "status": "revoked"}
    source = national(HEADED, old).prescriptions
    assert source.current(PATIENT, LINE).status is PrescriptionStatus.ACTIVE


def test_a_header_of_somebody_else_says_nothing(national, resources):
    header = resources["CarePlan/ordonnance"]
    header["subject"] = {"reference": "Patient/other"}
    resources["MedicationRequest/line-1"]["authoredOn"] = "2026-02-04"
    line = resources["MedicationRequest/line-1"]
    resources.pop("MedicationRequest/line-2")
    found = national().prescriptions.current(PATIENT, LINE)
    assert found.group is None
    assert line["authoredOn"] == "2026-02-04"


@pytest.mark.parametrize(
    "activity", [None, [{}], [{"reference": "x"}], ["x"], [{"reference": {}}]]
)
def test_a_header_that_is_none_is_passed_over(national, resources, activity):
    broken = {**LABORATORY, "id": "broken", "activity": activity}
    found = national(HEADED, broken).prescriptions.current(PATIENT, LINE)
    assert found.status is PrescriptionStatus.ACTIVE


def test_what_is_no_list_is_no_answer(national):
    broken = {**LABORATORY, "id": "broken", "activity": {}}
    source = national(HEADED, broken).prescriptions
    with pytest.raises(NationalError):
        source.prescriptions(PATIENT)


def test_a_prescriber_inside_the_header_comes_with_it(national, resources):
    header = resources["CarePlan/ordonnance"]
    doctor = {
        "resourceType": "Practitioner",
        "id": "doctor",
        "name": [{"family": "Doc", "given": ["Nora"]}],
    }
    header["contained"] = [doctor]
    header["author"] = {"reference": "#doctor"}
    source = national().prescriptions
    bundle = json.loads(source.content(PATIENT, source.current(PATIENT, LINE)))
    line = bundle["entry"][0]["resource"]
    assert line["requester"] == {"reference": "#header-doctor"}
    assert [one["id"] for one in line["contained"]] == ["header-doctor"]


def test_a_dispensation_is_written_as_a_line_of_luxembourg(national, server):
    server_side = national()
    line = server_side.prescriptions.current(PATIENT, LINE)
    answers = []

    def answer(handler):
        answers.append(json.loads(server.requests[-1].form))
        made = {**answers[0]["entry"][0]["resource"], "id": "made"}
        server.on("POST", "MedicationDispense/_search", searchset(made))
        done = b'{"resourceType": "Bundle", "type": "transaction-response"}'
        handler.send_response(200)
        handler.send_header("Content-Type", "application/fhir+json")
        handler.send_header("Content-Length", str(len(done)))
        handler.end_headers()
        handler.wfile.write(done)

    server.replies["POST", "/fhir"] = Reply(write=answer)
    receipt = server_side.register.record(
        NationalDispensation(
            key=KEY,
            prescription=PrescriptionVersion(
                line.source_id, line.version, line.identifier
            ),
            patient=PATIENT,
            country=CountryCode("PT"),
            dispenser=Dispenser("p-7", "Rui Dias", "2262", "Farmácia", None, "Lisboa"),
            facts=read_dispensation_facts(RECEIVED),
            moment=datetime(2026, 3, 4, 10, 12, tzinfo=UTC),
        )
    )
    assert isinstance(receipt, Receipt)
    dispense, request = (entry["resource"] for entry in answers[0]["entry"])
    base = "https://www.esante.lu/fhir-spec/StructureDefinition"
    assert dispense["meta"] == {"profile": [f"{base}/EPMedDispenseLine"]}
    assert "id" not in dispense
    # What is replaced is the line as it stands there, with nothing handed down.
    assert request["status"] == "completed"
    assert "authoredOn" not in request
    assert request["meta"]["profile"] == [f"{base}/EPMedPrescriptionLine"]
