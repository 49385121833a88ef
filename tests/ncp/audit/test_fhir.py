"""The AuditEvent of a record says what the record says."""

from __future__ import annotations

import base64

import pytest
from fhir.resources.R4B.auditevent import AuditEvent as FhirAuditEvent

from ncp.audit import to_dicom
from ncp.audit.fhir import to_fhir
from tests.ncp.audit import samples

EVENTS = {
    type(each).__name__ + str(number): each
    for number, each in enumerate(samples.every_event())
}


@pytest.mark.spec("FHIR R4 AuditEvent")
@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_a_valid_resource(name):
    FhirAuditEvent.model_validate(to_fhir(to_dicom(EVENTS[name]), "e1"))


@pytest.mark.spec("sheet 06 2.9 DICOM to AuditEvent")
def test_an_exchange_says_who_what_about_whom_and_how_it_ended():
    event = to_fhir(to_dicom(samples.exchange()), "e1")
    assert event["type"]["code"] == "110106"
    assert [each["code"] for each in event["subtype"]] == ["ITI-39"]
    assert event["subtype"][0]["system"] == "urn:ihe:event-type-code"
    assert (event["action"], event["outcome"]) == ("R", "0")
    names = [each["who"]["identifier"]["value"] for each in event["agent"]]
    assert samples.HUMAN.user_id in names
    patients = [
        each["what"]["identifier"]
        for each in event["entity"]
        if each.get("role", {}).get("code") == "1"
    ]
    assert patients == [
        {"system": samples.PATIENT.root.urn, "value": samples.PATIENT.extension}
    ]
    [query] = [each["query"] for each in event["entity"] if "query" in each]
    assert base64.b64decode(query) == samples.exchange().query
    assert event["source"]["site"] == "LU-1"
