"""A prescription of the sample country is dispensed abroad: listed, taken, closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.country_a.dispensing import Bench, DispensingDesk
from ncp.country_a.prescriptions import (
    CrossingPolicy,
    DispensabilityJudge,
    OfferedPrescriptions,
)
from ncp.errors import Refusal
from ncp.ihe.codes import ClassCode, ResponseStatus
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_register import FhirDispensationRegister
from ncp.national.fhir_server import FhirPatientIndex
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.server_base import ServerBase
from ncp.ports import RandomIds
from tests.ncp.country_a.dispensing.counter import dispensation
from tests.ncp.country_a.scene import CountryA
from tests.ncp.country_a.submissions import discard, document, submission
from tests.ncp.country_a.test_provide import answered, codes
from trust.identifiers import Oid, PatientId

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
ELISE = PatientId(Oid("1.3.182.4.4"), "1957030451779")
AMOXICILLIN = "1.3.182.99.11^RX-2026-0001"
MORPHINE = "1.3.182.99.11^RX-2026-0003"
SALBUTAMOL = "1.3.182.99.11^RX-2026-0004"


@pytest.fixture
def country(tmp_path: Path) -> Iterator[CountryA]:
    server = start(create_app(read_folder(OURS)))
    client = FhirClient(ServerBase.parse(server.url))
    source = FhirPrescriptionSource(client)
    made = CountryA(
        tmp_path,
        patients=FhirPatientIndex(client),
        prescriptions=OfferedPrescriptions(
            source, CrossingPolicy(closed_for=timedelta(days=90))
        ),
    )
    bench = Bench(
        made.store.deeds,
        source,
        FhirDispensationRegister(client),
        DispensabilityJudge(),
        made.clock,
        RandomIds(),
    )
    made.serve_by(replace(made.services, dispensations=DispensingDesk(bench)))
    yield made
    made.store.close()
    server.stop()


def of(number: int, prescription: str = AMOXICILLIN, patient: PatientId = ELISE):
    content = dispensation(number, prescription).replace(
        b"1893120105732", patient.extension.encode()
    )
    return document(f"2.25.{number}", patient=patient, content=content)


def discarding(number: int):
    return replace(
        discard(f"2.25.{number}"),
        content=of(number).content,
        entry=replace(discard(f"2.25.{number}").entry, patient=ELISE),
        source_patient=ELISE,
    )


def listed(country: CountryA) -> dict[str, str]:
    return {
        entry.description.partition(",")[0]: entry.events[0].name
        for entry in country.entries(ELISE, ClassCode.EPRESCRIPTION)
    }


@pytest.mark.spec("eHDSI eDispensation, initialize and discard")
def test_it_is_dispensed_once_seen_as_dispensed_and_given_free(
    country: CountryA,
) -> None:
    assert listed(country) == {"Amoxiral 500 mg": "Open"}
    first = answered(country, submission(of(1)), ELISE)
    assert first.status is ResponseStatus.SUCCESS
    assert listed(country) == {"Amoxiral 500 mg": "Closed"}
    second = answered(country, submission(of(2), set_id="2.25.10"), ELISE)
    assert codes(second) == ["4106"]
    again = answered(country, submission(of(1)), ELISE)
    assert again.status is ResponseStatus.SUCCESS
    back = answered(country, submission(discarding(1), set_id="2.25.11"), ELISE)
    assert back.status is ResponseStatus.SUCCESS
    assert listed(country) == {"Amoxiral 500 mg": "Open"}
    late = answered(country, submission(of(1)), ELISE)
    assert codes(late) == ["ERROR_ED_EDISPENSATION_NOT_STORED"]
    third = answered(country, submission(of(3), set_id="2.25.12"), ELISE)
    assert third.status is ResponseStatus.SUCCESS


def test_what_may_not_cross_may_not_be_dispensed(country: CountryA) -> None:
    answer = answered(country, submission(of(1, MORPHINE)), ELISE)
    assert codes(answer) == ["ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION"]
    assert country.conditions()[-1] == Refusal.PRESCRIPTION_NOT_DISPENSABLE


@pytest.mark.spec("sheet 06 6.3 item 6: eD for another patient's prescription")
def test_a_prescription_of_another_patient_matches_nothing(country: CountryA) -> None:
    answer = answered(country, submission(of(1, SALBUTAMOL)), ELISE)
    assert codes(answer) == ["4105"]


def test_what_is_recorded_is_why_and_not_whose(country: CountryA) -> None:
    answered(country, submission(of(1, MORPHINE)), ELISE)
    sentence = country.records()[-1].sentence or ""
    assert "narcotic" in sentence
    assert "RX-2026" not in sentence
