"""The register is told of each act once, however often it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError, NationalError, Refusal
from ncp.national.carrying import EntryRefused
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_foreign_register import FhirForeignRegister
from ncp.national.foreign_dispensations import RegisterCarrier, RegisterEntry
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_country.folder import SampleData
from ncp.national.sample_foreign_register import SampleForeignRegister
from ncp.national.server_base import ServerBase
from ncp.store import Letter
from ncp.store.outbox import NotDelivered

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
DISPENSATION, OTHER = "a" * 32, "b" * 32


def told(act: str = "dispensed", dispensation: str = DISPENSATION) -> dict:
    return {
        "version": 1,
        "act": act,
        "dispensation": dispensation,
        "moment": "2026-03-02T09:00:00+00:00",
        "country": "PT",
        "document": "2.25.77",
        "prescription": "2.999.620.5^rx-7",
        "item": "2.999.620.5^rx-7-1",
        "patient": {
            "id": "2.999.620.2^284061957",
            "name": "Rosa Nogueira",
            "birthDate": "1961-11-24",
        },
        "prescribed": "2 x Amoxicilina Exemplo 500 mg",
        "product": {"code": "9000101", "name": "Amoxicilline 16", "atc": "J01CA04"},
        "packages": 2,
        "substituted": True,
        "handedOver": "2026-03-02T08:55:00+00:00",
        "pharmacist": {
            "id": "p-1",
            "name": "Pia Weber",
            "pharmacy": "Pharmacie du Pont",
            "pharmacyId": None,
        },
    }


def entry(act: str = "dispensed", dispensation: str = DISPENSATION) -> RegisterEntry:
    return RegisterEntry(f"{dispensation}-{act}", told(act, dispensation))


@pytest.fixture
def data() -> SampleData:
    return read_folder(OURS)


@pytest.fixture
def client(data) -> Iterator[FhirClient]:
    server = start(create_app(data))
    yield FhirClient(ServerBase.parse(server.url))
    server.stop()


class OverFhir:
    """The register of a FHIR server, and what it holds as the server has it."""

    def __init__(self, client: FhirClient, data: SampleData) -> None:
        self.register = FhirForeignRegister(client)
        self._data = data

    def held(self) -> list[tuple[str, str]]:
        return [
            (each["identifier"][0]["value"].replace("-", "")[-32:], each["status"])
            for each in self._data.prescribed.of_type("MedicationDispense")
        ]


class InFile:
    """The sample register, and what it holds by its last act."""

    def __init__(self, folder: Path) -> None:
        self.register = SampleForeignRegister(folder / "foreign.sqlite")

    def held(self) -> list[tuple[str, str]]:
        last: dict[str, str] = {}
        for each in self.register.entries():
            last[each["dispensation"]] = each["act"]
        status = {"dispensed": "completed", "discarded": "entered-in-error"}
        return [(name, status[act]) for name, act in last.items()]


@pytest.fixture(params=["file", "fhir"])
def kept(request, tmp_path, client, data):
    return OverFhir(client, data) if request.param == "fhir" else InFile(tmp_path)


def test_an_act_that_is_told_again_is_counted_once(kept):
    for _ in range(3):
        kept.register.record(entry())
    assert kept.held() == [(DISPENSATION, "completed")]


def test_a_discard_takes_its_own_dispensation_back_once(kept):
    kept.register.record(entry())
    kept.register.record(entry(dispensation=OTHER))
    for _ in range(2):
        kept.register.record(entry("discarded"))
    assert kept.held() == [
        (DISPENSATION, "entered-in-error"),
        (OTHER, "completed"),
    ]


def test_a_dispensation_told_again_after_its_discard_stays_discarded(kept):
    kept.register.record(entry())
    kept.register.record(entry("discarded"))
    kept.register.record(entry())
    assert kept.held() == [(DISPENSATION, "entered-in-error")]


def test_a_discard_of_what_it_does_not_have_is_refused_for_good(kept):
    with pytest.raises(EntryRefused):
        kept.register.record(entry("discarded"))


def test_what_the_server_holds_is_what_was_told(client, data):
    FhirForeignRegister(client).record(entry())
    (held,) = data.prescribed.of_type("MedicationDispense")
    assert held["subject"]["identifier"] == {
        "system": "urn:oid:2.999.620.2",
        "value": "284061957",
    }
    assert held["authorizingPrescription"][0]["identifier"]["value"] == "rx-7"
    coding = held["medicationCodeableConcept"]["coding"][0]
    assert coding == {"system": "urn:oid:1.3.182.5.48", "code": "9000101"}
    assert (held["quantity"]["value"], held["quantity"]["code"]) == (2, "1")
    assert held["whenHandedOver"] == "2026-03-02T08:55:00+00:00"


# Carried by the outbox ----------------------------------------------------------------


def letter(act: str = "dispensed", dispensation: str = DISPENSATION) -> Letter:
    payload = json.dumps(told(act, dispensation)).encode()
    return Letter(f"{dispensation}-{act}", act, payload)


def test_letters_are_carried_in_their_order(kept):
    letters = [letter(), letter(dispensation=OTHER), letter("discarded")]
    assert RegisterCarrier(kept.register).carry(letters) == 3
    assert kept.held() == [
        (DISPENSATION, "entered-in-error"),
        (OTHER, "completed"),
    ]


def test_what_the_register_refuses_is_dead_and_what_went_before_is_proven(kept):
    letters = [letter(), letter("discarded", OTHER), letter("discarded")]
    with pytest.raises(NotDelivered) as refused:
        RegisterCarrier(kept.register).carry(letters)
    assert (refused.value.proven, refused.value.is_final) == (1, True)


def test_a_register_that_does_not_answer_is_asked_again():
    class Down:
        def record(self, _entry) -> None:
            raise NationalError(Refusal.NATIONAL_UNAVAILABLE, "it is down")

    with pytest.raises(NotDelivered) as failed:
        RegisterCarrier(Down()).carry([letter()])
    assert (failed.value.proven, failed.value.is_final) == (0, False)


def test_a_letter_of_a_newer_release_waits_for_one():
    newer = Letter("x", "dispensed", json.dumps({"version": 2}).encode())
    with pytest.raises(NotDelivered, match="version") as failed:
        RegisterCarrier(SampleNothing()).carry([newer])
    assert not failed.value.is_final


class SampleNothing:
    def record(self, _entry) -> None:
        raise AssertionError("it must not be asked")


def test_a_file_that_cannot_be_used_is_told_with_its_setting(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        SampleForeignRegister(tmp_path / "nowhere" / "foreign.sqlite")
    assert "register_file" in refused.value.remedy
