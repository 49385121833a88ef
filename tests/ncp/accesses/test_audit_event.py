"""The AuditEvent of an access is a disclosure as BALP writes it, about one patient."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B.auditevent import AuditEvent as FhirAuditEvent

from ncp.accesses.audit_event import audit_event
from ncp.audit import AuditOutcome, LogUsed, Side, TermKind, TokenKind
from ncp.ihe.codes import ClassCode, Transaction
from tests.ncp.accesses.conftest import NODE, PORTUGAL, answered
from tests.ncp.audit.samples import (
    HUMAN,
    MOMENT,
    OTHER_PATIENT,
    PATIENT,
    exchange,
    token,
)

DCM = "http://dicom.nema.org/resources/ontology/DCM"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."


def agents(event: dict, code: str) -> list[dict]:
    return [
        each
        for each in event["agent"]
        if each.get("type", {}).get("coding", [{}])[0].get("code") == code
    ]


def check_disclosure(event: dict, role: str) -> None:
    """The constraints of PrivacyDisclosure.Source and .Recipient, one by one."""
    is_source = role == "Source"
    assert event["meta"]["profile"] == [f"{BALP}PrivacyDisclosure.{role}"]
    assert event["type"]["system"] == DCM
    assert event["type"]["code"] == ("110106" if is_source else "110107")
    assert event["action"] == ("R" if is_source else "C")
    assert "disclose" in [each["code"] for each in event["subtype"]]
    assert event["outcome"]
    [source], [recipient] = agents(event, "110153"), agents(event, "110152")
    for each in (source, recipient):
        assert each["who"]
        assert each["network"]["address"]
    ours = source if is_source else recipient
    assert ours["who"] == event["source"]["observer"]
    patients = [each for each in event["entity"] if each["type"]["code"] == "1"]
    assert len(patients) == 1
    assert patients[0]["role"]["code"] == "1"
    assert len(event["entity"]) >= 2


@pytest.mark.spec("BALP PrivacyDisclosure.Source / .Recipient")
@pytest.mark.parametrize(
    ("transaction", "kind", "side", "role"),
    [
        (Transaction.ITI_55, None, Side.A, "Source"),
        (Transaction.ITI_38, ClassCode.PATIENT_SUMMARY, Side.A, "Source"),
        (Transaction.ITI_39, ClassCode.PATIENT_SUMMARY, Side.A, "Source"),
        (Transaction.ITI_41, ClassCode.EDISPENSATION, Side.A, "Recipient"),
        (Transaction.ITI_41, ClassCode.DISCARD, Side.A, "Recipient"),
        (Transaction.ITI_39, ClassCode.PATIENT_SUMMARY, Side.B, "Recipient"),
        (Transaction.ITI_41, ClassCode.EDISPENSATION, Side.B, "Source"),
    ],
)
def test_what_crossed_is_a_disclosure_seen_from_here(
    read, transaction, kind, side, role
):
    there = {"provider_dn": None, "provider_address": "ncp.example.pt"}
    changes = {"home_community_id": PORTUGAL, **there} if side is Side.B else {}
    recorded = exchange(transaction, side, document_kind=kind, **changes)
    event = audit_event(read(recorded, answered(recorded)), PATIENT, NODE)
    FhirAuditEvent.model_validate(event)
    check_disclosure(event, role)


def test_what_was_refused_is_called_a_disclosure_nowhere(read):
    recorded = exchange(outcome=AuditOutcome.MAJOR_FAILURE)
    event = audit_event(read(recorded, answered(recorded)), PATIENT, NODE)
    FhirAuditEvent.model_validate(event)
    assert event["outcome"] == "12"
    assert "meta" not in event
    assert "disclose" not in json.dumps(event)


@pytest.mark.spec("sheet 06 2.8 SAML to AuditEvent")
def test_it_says_who_asked_where_and_why(fetched):
    event = audit_event(fetched, PATIENT, NODE)
    [user] = agents(event, "IRCP")
    assert (user["name"], user["requestor"]) == ("Jane Canary", True)
    assert user["role"][0]["coding"][0]["code"] == "2212"
    [organisation] = agents(event, "PROV")
    assert organisation["who"]["display"] == "Hospital <North> & Sons"
    [purpose] = event["purposeOfEvent"]
    assert purpose["coding"][0]["code"] == "TREAT"
    assert event["recorded"] == "2026-03-01T09:30:00.123+00:00"


def test_an_emergency_is_said_to_be_one(read):
    recorded = exchange(purpose_of_use="EMERGENCY")
    event = audit_event(read(recorded, answered(recorded)), PATIENT, NODE)
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "ETREAT"


def test_that_a_next_of_kin_spoke_is_a_reason_of_its_own(fetched):
    event = audit_event(replace(fetched, for_next_of_kin=True), PATIENT, NODE)
    FhirAuditEvent.model_validate(event)
    reasons = [each["coding"][0]["code"] for each in event["purposeOfEvent"]]
    assert reasons == ["TREAT", "FAMRQT"]


def test_where_persons_are_not_named_their_role_stays(fetched):
    event = audit_event(fetched.without_person(), PATIENT, NODE)
    FhirAuditEvent.model_validate(event)
    [user] = agents(event, "IRCP")
    assert user["role"][0]["coding"][0]["code"] == "2212"
    told = json.dumps(event)
    assert HUMAN.user_id not in told
    assert HUMAN.name not in told


@pytest.mark.spec("BALP: one AuditEvent per patient")
def test_it_is_about_one_patient_and_about_nobody_else(read):
    recorded = exchange(Transaction.ITI_55, patients=(PATIENT, OTHER_PATIENT))
    access = read(recorded, answered(recorded))
    told = json.dumps(audit_event(access, PATIENT, NODE))
    assert PATIENT.extension in told
    assert OTHER_PATIENT.extension not in told


def test_whom_it_is_not_about_is_told_nothing(fetched):
    with pytest.raises(ValueError, match="somebody else"):
        audit_event(fetched, OTHER_PATIENT, NODE)


def test_queries_assertions_and_errors_stay_behind(read):
    recorded = exchange(query=b"SECRET", request_header=b"SECRET")
    told = json.dumps(audit_event(read(recorded, answered(recorded)), PATIENT, NODE))
    for each in ("U0VDUkVU", "query", "securityheader", "detail", "errormsg"):
        assert each not in told


@pytest.mark.parametrize(
    ("recorded", "action"),
    [
        (token(TokenKind.TRC), "E"),
        (
            LogUsed(
                MOMENT, "LU-1", "ann", "ncp audit", "urn:ncp:audit-trail", "SECRET",
                ((TermKind.PATIENT, PATIENT.cx), (TermKind.PATIENT, OTHER_PATIENT.cx)),
            ),
            "R",
        ),
    ],
)  # fmt: skip
def test_what_crossed_no_border_is_valid_too(read, recorded, action):
    event = audit_event(read(recorded), PATIENT, NODE)
    FhirAuditEvent.model_validate(event)
    assert event["action"] == action
    told = json.dumps(event)
    assert "SECRET" not in told
    assert OTHER_PATIENT.extension not in told
    assert "ann" not in [each["who"].get("display") for each in event["agent"]]
