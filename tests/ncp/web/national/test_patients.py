"""Patients are identified, and their treatment confirmed, for a professional."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.ncp.web.national.scene import ANA, RUI, SOUGHT, ask
from trust.assertions.codes import PurposeOfUse
from trust.assertions.model import NextOfKin
from trust.identifiers import CountryCode, PatientId


def test_a_patient_is_identified_for_the_professional_of_the_token(port, gateway):
    status, head, content = ask(port, "/patients/identify", SOUGHT)
    assert status == 200
    assert "cache-control: no-store" in head
    answer = json.loads(content)
    assert answer["country"] == "LU"
    assert answer["patients"][0]["handle"] == "h-1"
    assert answer["patients"][0]["birthDate"] == "1893-12-01"
    ((_, who, country, sought),) = gateway.asked
    assert who is ANA
    assert country == CountryCode("LU")
    assert sought.identifiers == (PatientId("1.3.182.4.4", "1893120105732"),)
    assert sought.birth_date == "1893-12-01"


def test_who_speaks_for_the_patient_is_handed_on(port, gateway):
    kin = {"id": "kin-1", "familyName": "Holm", "birthDate": "1990-01-02"}
    status, _, _ = ask(port, "/patients/identify", SOUGHT | {"nextOfKin": kin})
    assert status == 200
    ((_, _, _, sought),) = gateway.asked
    assert sought.next_of_kin == NextOfKin(
        "kin-1", family_name="Holm", birth_date=date(1990, 1, 2)
    )


def test_a_next_of_kin_needs_an_identifier(port, gateway):
    kin = {"familyName": "Holm"}
    status, _, content = ask(port, "/patients/identify", SOUGHT | {"nextOfKin": kin})
    assert status == 422
    assert b"nextOfKin.id" in content
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"family": ["We\x1fber"]}, b"family"),
        ({"nextOfKin": {"id": "kin\x00"}}, b"nextOfKin.id"),
        ({"identifiers": [{"root": "1.2", "extension": "a\ufffe"}]}, b"extension"),
    ],
)
def test_what_no_message_can_carry_is_refused(port, gateway, told, place):
    status, _, content = ask(port, "/patients/identify", SOUGHT | told)
    assert status == 422
    assert place in content
    assert gateway.asked == []


def test_another_token_is_another_professional(port, gateway):
    ask(port, "/documents/list", {"handle": "h-1"}, token="u" * 40)
    assert gateway.asked == [("documents", RUI, "h-1")]


def test_the_treatment_is_confirmed_with_its_purpose(port, gateway):
    status, _, content = ask(
        port, "/treatments/confirm", {"handle": "h-1", "purposeOfUse": "EMERGENCY"}
    )
    assert status == 200
    assert json.loads(content)["expires"] == "2026-01-02T03:00:00Z"
    assert gateway.asked == [("confirm", ANA, "h-1", PurposeOfUse.EMERGENCY)]
