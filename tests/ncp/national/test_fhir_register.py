"""The register over the sample country's FHIR server: written once, taken back once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.errors import NationalError, Refusal
from ncp.national.dispensations import Dispenser
from ncp.national.dispensing import (
    Declined,
    NationalDispensation,
    PrescriptionVersion,
    Receipt,
)
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_register import FhirDispensationRegister
from ncp.national.fhir_server import FhirPatientIndex
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription, PrescriptionStatus
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_country.folder import SampleData
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import FakeServer, Reply, outcome
from tests.transformations.edispensation.received import RECEIVED
from transformations.edispensation import read_dispensation_facts
from trust.identifiers import CountryCode, Oid, PatientId

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
ELISE = PatientId(Oid("1.3.182.4.4"), "1957030451779")
TIAGO = PatientId(Oid("1.3.182.4.4"), "1989112326453")
OPEN = "1.3.182.99.11^RX-2026-0001"
KEY = "urn:uuid:5b0f2f5e-0000-4000-8000-000000000001"
OTHER_KEY = "urn:uuid:5b0f2f5e-0000-4000-8000-000000000002"
MOMENT = datetime(2026, 3, 4, 10, 12, tzinfo=UTC)


@pytest.fixture
def data() -> SampleData:
    return read_folder(OURS)


@pytest.fixture
def client(data: SampleData) -> Iterator[FhirClient]:
    server = start(create_app(data))
    yield FhirClient(ServerBase.parse(server.url))
    server.stop()


@pytest.fixture
def source(client: FhirClient) -> FhirPrescriptionSource:
    return FhirPrescriptionSource(client)


@pytest.fixture
def register(client: FhirClient) -> FhirDispensationRegister:
    return FhirDispensationRegister(client)


@pytest.fixture
def elise(client: FhirClient) -> PatientRecord:
    return FhirPatientIndex(client).find([ELISE])[0]


@pytest.fixture
def prescribed(source: FhirPrescriptionSource, elise: PatientRecord) -> Prescription:
    return _current(source, elise)


@pytest.fixture
def dispensation(
    prescribed: Prescription, elise: PatientRecord
) -> NationalDispensation:
    return NationalDispensation(
        key=KEY,
        prescription=PrescriptionVersion(
            prescribed.source_id, prescribed.version, prescribed.identifier
        ),
        patient=elise,
        country=CountryCode("PT"),
        dispenser=Dispenser(
            "p-7", "Rui Dias", "2262", "Farmácia Central", None, "Lisboa"
        ),
        facts=read_dispensation_facts(RECEIVED),
        moment=MOMENT,
    )


def _current(source: FhirPrescriptionSource, patient: PatientRecord) -> Prescription:
    found = source.current(patient, OPEN)
    assert found is not None
    return found


def _standing(data: SampleData) -> list[str]:
    return [each["status"] for each in data.prescribed.of_type("MedicationDispense")]


def test_a_dispensation_is_written_and_completes_its_prescription(
    data, register, dispensation, source, elise
) -> None:
    receipt = register.record(dispensation)
    assert isinstance(receipt, Receipt)
    assert register.find(KEY) == receipt
    now = _current(source, elise)
    assert (now.status, now.dispensed) == (PrescriptionStatus.COMPLETED, 1)
    [written] = data.prescribed.of_type("MedicationDispense")
    assert written["quantity"]["value"] == 2
    assert written["substitution"] == {"wasSubstituted": True}
    assert written["subject"] == {"reference": elise.source}


@pytest.mark.spec("FHIR R4 3.1.0.8.1 conditional create")
def test_the_same_again_is_not_written_again(data, register, dispensation) -> None:
    first = register.record(dispensation)
    assert register.record(dispensation) == first
    assert _standing(data) == ["completed"]


def test_of_many_at_once_one_is_written(data, register, dispensation) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(register.record(dispensation)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert _standing(data) == ["completed"]


@pytest.mark.spec("FHIR R4 3.1.0.5.3 If-Match")
def test_another_dispensation_of_the_same_version_is_declined_as_outdated(
    data, register, dispensation
) -> None:
    register.record(dispensation)
    second = register.record(replace(dispensation, key=OTHER_KEY))
    assert isinstance(second, Declined)
    assert second.is_outdated
    assert register.find(OTHER_KEY) is None
    assert _standing(data) == ["completed"]


def test_taking_back_gives_the_prescription_free(
    data, register, dispensation, source, elise
) -> None:
    receipt = register.record(dispensation)
    undone = register.undo(KEY, receipt)
    assert undone == replace(receipt, is_undone=True)
    assert register.undo(KEY, receipt) == undone
    now = _current(source, elise)
    assert (now.status, now.dispensed) == (PrescriptionStatus.ACTIVE, 0)
    assert _standing(data) == ["entered-in-error"]


def test_a_write_that_arrives_after_it_was_taken_back_does_nothing(
    data, register, dispensation, source, elise
) -> None:
    register.undo(KEY, register.record(dispensation))
    late = register.record(dispensation)
    assert isinstance(late, Receipt)
    assert late.is_undone
    assert _current(source, elise).status is PrescriptionStatus.ACTIVE
    assert _standing(data) == ["entered-in-error"]


def test_one_that_was_stopped_meanwhile_stays_stopped(
    data, register, dispensation, source, elise
) -> None:
    receipt = register.record(dispensation)
    stored = data.prescribed.resources[dispensation.prescription.source_id]
    stored["status"] = "stopped"
    assert register.undo(KEY, receipt) == replace(receipt, is_undone=True)
    assert _current(source, elise).status is PrescriptionStatus.STOPPED


def test_nothing_that_never_stood_there_is_taken_back(register) -> None:
    gone = register.undo(KEY, Receipt("MedicationDispense/x", "MedicationRequest/y"))
    assert isinstance(gone, Declined)
    assert gone.refusal is Refusal.DISPENSATION_UNKNOWN


def test_a_prescription_of_somebody_else_is_none(source, client) -> None:
    tiago = FhirPatientIndex(client).find([TIAGO])[0]
    assert source.current(tiago, OPEN) is None


# What a server may do ---------------------------------------------------------------


@pytest.fixture
def failing(server: FakeServer, dispensation) -> FhirDispensationRegister:
    request = {"resourceType": "MedicationRequest", "id": "rx", "status": "active"}
    server.on("GET", dispensation.prescription.source_id, request)
    server.on_search("MedicationDispense")
    return FhirDispensationRegister(FhirClient(ServerBase.parse(server.base)))


@pytest.mark.parametrize("status", [500, 503, 502, 401, 403, 429])
def test_a_server_that_fails_says_nothing_of_what_became_of_it(
    server: FakeServer, failing, dispensation, status: int
) -> None:
    server.replies["POST", "/fhir"] = Reply(status, outcome("exception"))
    with pytest.raises(NationalError):
        failing.record(dispensation)
    assert [each.method for each in server.requests] == ["GET", "POST"]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_will_not_have_it_declines(
    server: FakeServer, failing, dispensation, status: int
) -> None:
    server.replies["POST", "/fhir"] = Reply(status, outcome("invalid"))
    declined = failing.record(dispensation)
    assert isinstance(declined, Declined)
    assert declined.refusal is Refusal.DISPENSATION_NOT_STORED
    assert not declined.is_outdated


def test_a_write_that_is_cut_off_is_not_sent_again(
    server: FakeServer, failing, dispensation
) -> None:
    server.replies["POST", "/fhir"] = Reply(
        write=lambda one: one.connection.shutdown(socket.SHUT_RDWR)
    )
    with pytest.raises(NationalError):
        failing.record(dispensation)
    assert sum(each.path == "/fhir" for each in server.requests) == 1


def test_no_identifier_of_a_patient_stands_in_a_url(
    server: FakeServer, failing, dispensation
) -> None:
    server.replies["POST", "/fhir"] = Reply(412, outcome("conflict"))
    failing.record(dispensation)
    assert all(ELISE.extension not in each.path for each in server.requests)
