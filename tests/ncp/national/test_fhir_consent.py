"""How consents are weighed: a doubt never gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_consent import ConsentDefault, FhirConsentRegister
from ncp.national.ports import IDENTIFICATION, DocumentKind, PatientRecord
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import Reply, outcome
from trust.identifiers import CountryCode, Oid, PatientId

RECORD = PatientRecord(
    id=PatientId(Oid("1.3.182.4.4"), "1893120105732"),
    identifiers=(),
    source="Patient/p1",
)
LOINC_SUMMARY = {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]}
LOINC_LAB = {"coding": [{"system": "http://loinc.org", "code": "11502-2"}]}
ITI_55 = {"coding": [{"system": "urn:ihe:event-type-code", "code": "ITI-55"}]}
TREAT = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "TREAT",
}
ETREAT = {**TREAT, "code": "ETREAT"}


class Noon:
    def now(self):
        return datetime(2026, 3, 15, 12, tzinfo=UTC)


def country(code, system="urn:iso:std:iso:3166"):
    return {"reference": {"identifier": {"system": system, "value": code}}}


def action(code):
    system = "http://terminology.hl7.org/CodeSystem/consentaction"
    return {"coding": [{"system": system, "code": code}]}


def scope(code):
    system = "http://terminology.hl7.org/CodeSystem/consentscope"
    return {"coding": [{"system": system, "code": code}]}


def consent(provision, **changes):
    resource = {
        "resourceType": "Consent",
        "id": "c",
        "status": "active",
        "scope": scope("patient-privacy"),
        "patient": {"reference": "Patient/p1"},
        "provision": provision,
        **changes,
    }
    return {key: value for key, value in resource.items() if value is not None}


def permit(**conditions):
    return {"type": "permit", **conditions}


def deny(**conditions):
    return {"type": "deny", **conditions}


@pytest.fixture
def ask(server):
    def _ask(
        *consents,
        default=ConsentDefault.DENY,
        service=DocumentKind.PATIENT_SUMMARY,
        purpose="TREATMENT",
        of="PT",
    ):
        server.on_search("Consent", *consents)
        client = FhirClient(ServerBase.parse(server.base))
        register = FhirConsentRegister(client, Noon(), default=default)
        return register.consent(
            RECORD, country=CountryCode(of), service=service, purpose=purpose
        )

    return _ask


def test_where_no_consent_speaks_the_default_answers(ask):
    assert not ask().is_given
    assert ask(default=ConsentDefault.PERMIT).is_given


def test_the_question_carries_the_patient_as_a_reference(server, ask):
    ask()
    assert server.requests[0].form == "patient=Patient%2Fp1&status=active"


@pytest.mark.spec("FHIR R4 6.2")
@pytest.mark.parametrize(
    ("provision", "is_given"),
    [
        (permit(), True),
        (deny(), False),
        (permit(actor=[country("PT")]), True),
        (permit(actor=[country("ES"), country("PT")]), True),
        (permit(actor=[country("ES")]), False),
        (permit(purpose=[TREAT]), True),
        (permit(purpose=[ETREAT]), False),
        (permit(code=[LOINC_SUMMARY]), True),
        (permit(code=[LOINC_LAB]), False),
        (permit(code=[ITI_55]), False),
        (permit(action=[action("disclose")]), True),
        (permit(action=[action("collect")]), False),
        (permit(period={"start": "2026-03-15", "end": "2026-03-15"}), True),
        (permit(period={"start": "2026-03-16"}), False),
        (permit(period={"end": "2026-03-14"}), False),
        (permit(period={"end": "2026"}), True),
        (permit(period={"end": "2026-03-15T11:00:00Z"}), False),
        (permit(period={"end": "2026-03-15T14:30:00+01:00"}), True),
        (permit(provision=[deny(actor=[country("PT")])]), False),
        (permit(provision=[{"actor": [country("PT")]}]), False),
        (permit(provision=[deny(actor=[country("ES")])]), True),
        (deny(provision=[permit(actor=[country("PT")])]), True),
        (deny(provision=[{"actor": [country("PT")]}]), True),
        (deny(provision=[permit(actor=[country("ES")])]), False),
    ],
)
def test_a_provision_rules_under_its_conditions(ask, provision, is_given):
    assert ask(consent(provision)).is_given is is_given


@pytest.mark.parametrize(
    "condition",
    [
        {"dataPeriod": {"start": "2020"}},
        {"securityLabel": [{"code": "R"}]},
        {"class": [{"code": "x"}]},
        {"data": [{"meaning": "instance"}]},
        {"modifierExtension": [{"url": "http://x.example"}]},
        {"extension": [{"url": "http://x.example"}]},
        {"actor": [{"reference": {"reference": "Organization/7"}}]},
        {"actor": [country("PRT")]},
        {"actor": [country("PT", system="urn:other")]},
        {"purpose": [{"system": "urn:other", "code": "TREAT"}]},
        {"code": [{"text": "patient summary"}]},
        {"period": {"start": "yesterday!"}},
        {"period": "2026"},
        {"period": {"start": "2026-03-15T11:00:00"}},
    ],
)
def test_a_condition_not_understood_voids_a_permission_and_not_a_denial(ask, condition):
    for default in ConsentDefault:
        answer = ask(consent(permit(**condition)), default=default)
        assert not answer.is_given
        assert "not understood" in answer.sentence
    denied = ask(consent(deny(**condition)), default=ConsentDefault.PERMIT)
    assert not denied.is_given


def test_a_permission_not_understood_does_not_spoil_a_clear_one(ask):
    unclear = consent(permit(data=[{"meaning": "instance"}]))
    assert ask(unclear, consent(permit())).is_given


def test_a_denial_not_understood_has_no_exceptions(ask):
    narrowed = deny(data=[{}], provision=[permit(actor=[country("PT")])])
    assert not ask(consent(narrowed)).is_given


def test_one_denial_outweighs_every_permission(ask):
    assert not ask(consent(permit()), consent(deny()), consent(permit())).is_given


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "inactive"},
        {"status": "proposed"},
        {"scope": scope("adr")},
        {"scope": scope("research")},
        {"patient": {"reference": "Patient/p2"}},
        {"patient": None},
    ],
)
def test_a_consent_about_something_else_does_not_count(ask, changes):
    assert not ask(consent(permit(), **changes)).is_given
    assert ask(consent(deny(), **changes), default=ConsentDefault.PERMIT).is_given


@pytest.mark.parametrize(
    ("code", "is_given"), [("OPTIN", True), ("OPTOUT", False), ("OTHER", False)]
)
def test_the_base_rule_may_stand_as_a_policy(ask, code, is_given):
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    policy = {"coding": [{"system": system, "code": code}]}
    assert ask(consent({}, policyRule=policy)).is_given is is_given
    assert ask(consent(None, policyRule=policy)).is_given is is_given


@pytest.mark.parametrize(
    "unreadable",
    [
        consent(None),
        consent({}),
        consent({"type": "perhaps"}),
        consent(permit(), modifierExtension=[{"url": "http://x.example"}]),
        consent([]),
    ],
)
def test_an_active_consent_that_cannot_be_read_denies(ask, unreadable):
    assert not ask(unreadable, default=ConsentDefault.PERMIT).is_given


def test_identification_is_a_service_of_its_own(ask):
    only_identification = consent(permit(code=[ITI_55]))
    assert ask(only_identification, service=IDENTIFICATION).is_given
    assert not ask(
        consent(permit(code=[LOINC_SUMMARY])), service=IDENTIFICATION
    ).is_given


def test_an_emergency_is_another_purpose(ask):
    only_emergency = consent(permit(purpose=[ETREAT]))
    assert ask(only_emergency, purpose="EMERGENCY").is_given
    assert not ask(only_emergency, purpose="TREATMENT").is_given
    assert not ask(only_emergency, purpose="RESEARCH").is_given


def test_greece_is_greece_under_both_codes(ask):
    assert ask(consent(permit(actor=[country("EL")])), of="GR").is_given


def test_a_register_that_fails_is_an_error_and_no_answer(server):
    server.on("POST", "Consent/_search", Reply(500, outcome("exception")))
    client = FhirClient(ServerBase.parse(server.base))
    register = FhirConsentRegister(client, Noon(), default=ConsentDefault.PERMIT)
    with pytest.raises(NationalError):
        register.consent(
            RECORD,
            country=CountryCode("PT"),
            service=IDENTIFICATION,
            purpose="TREATMENT",
        )
