from __future__ import annotations

import base64

import pytest
from lxml import etree

from ncp.audit import (
    AuditError,
    AuditOutcome,
    HumanRequestor,
    Side,
    TokenKind,
    to_dicom,
)
from ncp.ihe.codes import ClassCode, Transaction
from tests.ncp.audit import dicom_structure
from tests.ncp.audit.event_check import official_schema
from tests.ncp.audit.samples import (
    ALERT,
    HUMAN,
    OTHER_PATIENT,
    PATIENT,
    START,
    STOP,
    every_event,
    exchange,
    refused_stranger,
    token,
)

A, B = Side.A, Side.B
ITI_55, ITI_38, ITI_39, ITI_41 = Transaction


def read(event) -> etree._Element:
    return etree.fromstring(to_dicom(event))


def participants(root) -> dict[str, etree._Element]:
    return {
        each.find("RoleIDCode").get("csd-code"): each
        for each in root.findall("ActiveParticipant")
    }


def objects(root) -> list[tuple[str, str | None]]:
    return [
        (
            each.find("ParticipantObjectIDTypeCode").get("csd-code"),
            each.get("ParticipantObjectID"),
        )
        for each in root.findall("ParticipantObjectIdentification")
    ]


def details(root, kind: str) -> list[bytes]:
    return [
        base64.b64decode(each.get("value"))
        for each in root.iter("ParticipantObjectDetail")
        if each.get("type") == kind
    ]


@pytest.mark.spec("DICOM PS3.15 A.5.2")
@pytest.mark.parametrize("event", every_event())
def test_every_message_has_the_structure_of_the_standard(event):
    assert dicom_structure.check(to_dicom(event)) == []


def test_the_structure_check_itself_finds_what_is_wrong():
    root = read(exchange())
    root.insert(0, root.find("AuditSourceIdentification"))
    del root.find("EventIdentification/EventID").attrib["originalText"]
    root.find("ActiveParticipant").set("UserIsRequestor", "maybe")
    found = dicom_structure.check(etree.tostring(root))
    assert found == [
        "AuditMessage has its children out of order",
        "EventID lacks originalText",
        "ActiveParticipant/@UserIsRequestor is maybe",
    ]


@pytest.mark.spec("DICOM PS3.15 A.5.1")
def test_every_message_is_valid_against_the_official_schema():
    schema = official_schema()
    for event in every_event():
        schema.assertValid(read(event))


@pytest.mark.spec("DICOM PS3.16 CID 400")
@pytest.mark.parametrize(
    ("transaction", "side", "code", "action", "display"),
    [
        (ITI_55, A, "110112", "E", "IdentityService::FindIdentityByTraits"),
        (ITI_55, B, "110112", "E", "IdentityService::FindIdentityByTraits"),
        (ITI_38, A, "110112", "E", "PatientService::List"),
        (ITI_38, B, "110112", "E", "PatientService::List"),
        (ITI_39, A, "110106", "R", "PatientService::Retrieve"),
        (ITI_39, B, "110107", "C", "PatientService::Retrieve"),
    ],
)
def test_the_event_says_what_was_done_on_which_side(
    transaction, side, code, action, display
):
    root = read(exchange(transaction, side))
    identification = root.find("EventIdentification")
    assert identification.get("EventActionCode") == action
    assert identification.find("EventID").get("csd-code") == code
    event_type = identification.find("EventTypeCode")
    assert event_type.get("csd-code") == transaction.value
    assert event_type.get("displayName") == display


@pytest.mark.parametrize(
    ("kind", "display"),
    [
        (ClassCode.EPRESCRIPTION, "OrderService::List"),
        (ClassCode.LABORATORY_RESULT, "OrCDService::List"),
        (None, None),
    ],
)
def test_the_service_follows_the_document_kind_and_an_unknown_kind_names_none(
    kind, display
):
    root = read(exchange(ITI_38, A, document_kind=kind))
    found = root.find("EventIdentification/EventTypeCode").get("displayName")
    assert found == display


@pytest.mark.parametrize(
    ("transaction", "side", "flag"),
    [
        (ITI_55, A, "false"),
        (ITI_55, B, "true"),
        (ITI_38, A, "false"),
        (ITI_38, B, "true"),
        (ITI_39, A, "false"),
        (ITI_39, B, "false"),
    ],
)
def test_the_professional_is_requestor_on_side_b_but_never_in_a_retrieve(
    transaction, side, flag
):
    human = participants(read(exchange(transaction, side)))["110153"]
    assert human.get("UserIsRequestor") == flag


def test_participants_stand_in_order_and_the_gateways_show_no_address():
    found = participants(read(exchange()))
    assert list(found) == ["110152", "110153", "ServiceConsumer", "ServiceProvider"]
    assert found["110152"].get("UserID") == "Hospital <North> & Sons"
    assert found["110152"].get("NetworkAccessPointTypeCode") == "2"
    assert found["ServiceConsumer"].get("UserIsRequestor") == "true"
    assert found["ServiceProvider"].get("UserIsRequestor") == "false"
    for role in ("ServiceConsumer", "ServiceProvider"):
        assert found[role].get("NetworkAccessPointID") is None


def test_the_functional_role_stands_beside_the_role_of_the_requestor():
    roles = participants(read(exchange()))["110153"].findall("RoleIDCode")
    assert [role.get("csd-code") for role in roles] == ["110153", "2212"]
    assert roles[1].get("displayName") == "Specialist doctor"


def test_when_nobody_was_believed_no_human_is_named_and_the_known_stay():
    found = participants(read(refused_stranger()))
    assert list(found) == ["ServiceConsumer", "ServiceProvider"]
    consumer = found["ServiceConsumer"]
    assert consumer.get("UserID") == "CN=ncp-b.example,C=DK"
    assert consumer.get("NetworkAccessPointID") == "192.0.2.10"


def test_a_peer_without_certificate_is_known_by_its_address():
    event = exchange(point_of_care=None, human=None, consumer_dn=None)
    consumer = participants(read(event))["ServiceConsumer"]
    assert consumer.get("UserID") == "192.0.2.10"


def test_a_provider_that_never_answered_is_known_by_its_host():
    event = exchange(ITI_55, B, provider_dn=None, provider_address="ncp.example")
    provider = participants(read(event))["ServiceProvider"]
    assert provider.get("UserID") == "ncp.example"
    assert provider.get("NetworkAccessPointTypeCode") == "1"


def test_objects_stand_in_the_order_patient_error_request_target_messages():
    event = exchange(
        patients=(PATIENT, OTHER_PATIENT), errors=(AuditError("E1", "one"),)
    )
    assert objects(read(event)) == [
        ("2", PATIENT.cx),
        ("2", OTHER_PATIENT.cx),
        ("9", "E1"),
        ("ITI-39", "urn:uuid:request"),
        ("12", "2.25.1"),
        ("12", "2.25.2"),
        ("req", "urn:uuid:request"),
        ("rsp", "urn:uuid:response"),
    ]


def test_each_of_several_errors_has_an_object_of_its_own():
    root = read(refused_stranger())
    codes = [identifier for kind, identifier in objects(root) if kind == "9"]
    assert codes == ["ERROR_HPI_GENERIC", "ERROR_GENERIC"]
    assert details(root, "errormsg") == [b"the assertion is not signed", b"second"]
    outcome = root.findtext("EventIdentification/EventOutcomeDescription")
    assert outcome == "ERROR_HPI_GENERIC; ERROR_GENERIC"


@pytest.mark.spec("IHE ITI TF-2 3.55.5")
def test_a_discovery_is_named_by_the_bare_home_community_and_keeps_its_query():
    root = read(exchange(ITI_55, documents=()))
    assert ("ITI-55", "1.3.182.100") in objects(root)
    assert details(root, "ihe:homeCommunityID") == [b"1.3.182.100"]
    query = root.findtext(".//ParticipantObjectQuery")
    assert base64.b64decode(query) == b"<query>PAT-CANARY-1</query>"


@pytest.mark.spec("IHE ITI TF-2 3.38.5")
def test_a_list_writes_the_home_community_as_urn():
    root = read(exchange(ITI_38))
    assert details(root, "ihe:homeCommunityID") == [b"urn:oid:1.3.182.100"]


def test_a_list_that_failed_names_the_kind_that_was_asked_for():
    event = exchange(ITI_38, documents=(), outcome=AuditOutcome.MAJOR_FAILURE)
    assert ("12", "60591-5") in objects(read(event))


def test_an_empty_list_that_succeeded_names_no_document():
    event = exchange(ITI_38, documents=())
    assert "12" not in dict(objects(read(event)))


def test_the_headers_of_both_messages_are_kept_whole():
    headers = details(read(exchange()), "securityheader")
    assert headers == [b"<Header>request</Header>", b"<Header>response</Header>"]


def test_the_purpose_of_use_is_recorded():
    purpose = read(exchange()).find("EventIdentification/PurposeOfUse")
    assert purpose.get("csd-code") == "TREATMENT"


def test_the_moment_is_written_in_utc():
    moment = read(exchange()).find("EventIdentification").get("EventDateTime")
    assert moment == "2026-03-01T09:30:00.123Z"


def test_a_character_xml_cannot_hold_does_not_lose_the_record():
    human = HumanRequestor("a\x00b", "J\ud800ne", None, None)
    found = participants(read(exchange(human=human)))["110153"]
    assert found.get("UserID") == "a\ufffdb"
    assert found.get("AlternativeUserID") == "J\ufffdne"


@pytest.mark.spec("DICOM PS3.15 A.5.3.11")
def test_a_refused_node_is_a_security_alert_with_its_reason():
    root = read(ALERT)
    identification = root.find("EventIdentification")
    assert identification.find("EventID").get("csd-code") == "110113"
    assert identification.find("EventTypeCode").get("csd-code") == "110126"
    assert identification.get("EventOutcomeIndicator") == "8"
    assert objects(root) == [("110182", "CN=stranger")]
    assert details(root, "Alert Description") == [b"the certificate is not pinned"]
    assert root.findall("ActiveParticipant")[1].get("NetworkAccessPointID") == (
        "2001:db8::7"
    )


@pytest.mark.spec("DICOM PS3.15 A.5.3.1")
@pytest.mark.parametrize(("event", "code"), [(START, "110120"), (STOP, "110121")])
def test_start_and_stop_name_the_process_and_its_launcher(event, code):
    root = read(event)
    assert root.find("EventIdentification/EventTypeCode").get("csd-code") == code
    found = participants(root)
    assert found["110150"].get("UserID") == "4711"
    assert found["110151"].get("UserIsRequestor") == "true"


def test_the_name_of_a_professional_is_not_shown_by_repr():
    assert "Canary" not in repr(HUMAN)
    assert "CANARY" not in repr(exchange())


# --- assertions issued --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [(TokenKind.TRC, "ncp::TrcAssertion"), (TokenKind.NOK, "ncp::NokAssertion")],
)
def test_an_issue_is_written_under_its_event_code(kind, name):
    root = read(token(kind))
    event_id = root.find("EventIdentification/EventID")
    assert event_id.get("csd-code") == "110112"
    assert event_id.get("displayName") == name
    assert event_id.get("originalText") == "Query"
    event_type = root.find("EventIdentification/EventTypeCode")
    assert event_type.get("csd-code") == kind.value
    assert event_type.get("displayName") == name
    assert root.find("EventIdentification").get("EventActionCode") == "E"


def test_who_took_part_in_an_issue_stands_with_an_address():
    found = participants(read(token()))
    assert list(found) == ["110152", "110153", "ServiceConsumer", "ServiceProvider"]
    assert [each.get("UserIsRequestor") for each in found.values()] == [
        "false",
        "true",
        "true",
        "false",
    ]
    assert {each.get("NetworkAccessPointID") for each in found.values()} == {
        "127.0.0.1",
        "ncp.example",
    }


def test_a_treatment_is_about_its_patient_and_its_assertion():
    root = read(token())
    assert objects(root) == [
        ("2", PATIENT.cx),
        ("TrcA", "urn:uuid:11111111-2222-4333-8444-555555555555"),
        ("req", "urn:uuid:request"),
        ("rsp", "urn:uuid:response"),
    ]
    assert details(root, "securityheader") == [b"<Security>request</Security>"]


def test_a_next_of_kin_is_a_guarantor():
    root = read(token(TokenKind.NOK))
    assert objects(root)[:2] == [
        ("7", "KIN-CANARY"),
        ("NokA", "urn:uuid:11111111-2222-4333-8444-555555555555"),
    ]
    kin = root.find("ParticipantObjectIdentification")
    assert kin.get("ParticipantObjectTypeCodeRole") == "10"
    kind = kin.find("ParticipantObjectIDTypeCode")
    assert kind.get("displayName") == "Guarantor Number"


def test_a_refused_issue_names_the_reason_and_no_assertion():
    error = AuditError("issue-limit-reached", "enough for now")
    refused = token(
        outcome=AuditOutcome.MAJOR_FAILURE, errors=(error,), assertion_id=None
    )
    root = read(refused)
    assert ("9", "issue-limit-reached") in objects(root)
    assert not any(code == "TrcA" for code, _ in objects(root))
    assert details(root, "errormsg") == [b"enough for now"]


def test_an_issue_of_the_gateway_for_itself_has_no_messages():
    alone = token(
        request_message_id=None, response_message_id=None, request_header=None
    )
    assert [code for code, _ in objects(read(alone))] == ["2", "TrcA"]


def test_an_issue_shows_nobody_by_its_representation():
    told = repr(token()) + repr(token(TokenKind.NOK))
    assert "canary" not in told.lower()
