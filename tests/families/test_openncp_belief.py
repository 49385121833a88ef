"""OpenNCP's server believes what we assert, and lets a role do what we think it may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.families.openncp import JARS, believed_by_openncp
from tests.families.openncp_session import Session
from tests.trust.assertions.cast import TRC_ID, envelope_bytes
from trust.assertions import ROLES
from trust.assertions.codes import CLERICAL
from trust.assertions.permissions import Operation, operations_of

FIELDS = ("subject", "role", "facility", "purpose", "locality")
MAY = {
    "may identify": Operation.IDENTIFY,
    "may fetch 60591-5": Operation.PATIENT_SUMMARY,
    "may fetch 57833-6": Operation.EPRESCRIPTION,
    "may dispense": Operation.DISPENSE,
}


def envelopes():
    own, other = Session(), Session(hcp_id=TRC_ID)
    old = Session(ago=timedelta(hours=9))
    said = {code: envelope_bytes(Session(role).hcp) for code, role in ROLES.items()}
    said["treatment"] = envelope_bytes(own.hcp, own.trc())
    said["next of kin"] = envelope_bytes(own.hcp, own.nok(), own.trc())
    said["expired"] = envelope_bytes(old.hcp)
    said["another session"] = envelope_bytes(other.hcp, own.trc())
    return said


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    JARS.require()
    return believed_by_openncp(envelopes(), tmp_path_factory.mktemp("assertions"))


@pytest.mark.spec("eHDSI SAML Profile")
@pytest.mark.parametrize("code", ROLES)
def test_openncp_believes_what_we_say_of_a_professional(said, code):
    assert said[code]["HCP"] == "PASSED"
    assert {said[code][each] for each in FIELDS} == {"yes"}


@pytest.mark.spec("eHDSI SAML Profile")
@pytest.mark.parametrize("code", ROLES)
def test_openncp_lets_a_role_do_what_we_think_it_may(said, code):
    may = {each for what, each in MAY.items() if said[code][what] == "yes"}
    assert may == operations_of(ROLES[code]) & set(MAY.values())


def test_openncp_knows_on_whose_behalf_a_clerk_acts(said):
    told = {code: said[code]["on behalf"] for code in ROLES}
    assert {code for code, answer in told.items() if answer == "yes"} == {CLERICAL.code}


def test_openncp_believes_treatment_and_next_of_kin(said):
    assert said["treatment"]["TRC"] == "PASSED"
    assert said["treatment"]["purpose of treatment"] == "yes"
    assert {said["next of kin"][each] for each in ("HCP", "NOK", "TRC")} == {"PASSED"}


def test_openncp_believes_neither_the_old_nor_the_treatment_of_others(said):
    assert said["expired"]["HCP"] != "PASSED"
    assert said["another session"]["TRC"] != "PASSED"
