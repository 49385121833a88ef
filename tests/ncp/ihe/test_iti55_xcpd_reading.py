"""ITI-55 as it is read: what peers ask and answer, and what is refused."""

from __future__ import annotations

import pytest

from ncp.errors import ProtocolError, Refusal
from ncp.ihe.codes import QueryResponse
from ncp.ihe.iti55_xcpd import (
    DiscoveryRefused,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_request,
    read_patient_discovery_response,
)
from tests.ncp.ihe.discovery import (
    ID,
    answered,
    parse,
    question,
    subject,
)
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    MATCH,
    PATIENT,
    PORTUGAL,
    QUESTION,
)


def test_denmark_asks_with_an_id_and_a_country_only() -> None:
    address = "<patientAddress><value><country>DK</country></value></patientAddress>"
    request = read_patient_discovery_request(parse(question(ID + address)))
    assert request.traits == PatientTraits(
        (PATIENT,), address=PostalAddress(country="DK")
    )
    assert request.sender_organization is None
    assert (request.sender, request.receiver) == (PORTUGAL, LUXEMBOURG)


def test_several_values_of_one_parameter_are_several_identifiers() -> None:
    several = ID.replace(
        "<semanticsText>", '<value root="1.2" extension="x"/><semanticsText>'
    )
    request = read_patient_discovery_request(parse(question(several)))
    assert [patient.extension for patient in request.traits.ids] == [
        "1893120105732",
        "x",
    ]


def test_an_identifier_with_a_null_flavor_is_no_identifier() -> None:
    with_null = ID + '<livingSubjectId><value nullFlavor="UNK"/></livingSubjectId>'
    request = read_patient_discovery_request(parse(question(with_null)))
    assert request.traits.ids == (PATIENT,)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("19500131", "1950-01-31"),
        ("195001", "1950-01"),
        ("1950", "1950"),
        ("19500131120000.000+0100", "1950-01-31"),
    ],
)
def test_a_birth_time_keeps_its_precision_and_loses_its_time(
    time: str, expected: str
) -> None:
    birth = f'<livingSubjectBirthTime><value value="{time}"/></livingSubjectBirthTime>'
    request = read_patient_discovery_request(parse(question(birth + ID)))
    assert request.traits.birth_date == expected


BAD_TRAITS = {
    "an id without extension": '<livingSubjectId><value root="1.2"/></livingSubjectId>',
    "an id without root": '<livingSubjectId><value extension="1"/></livingSubjectId>',
    "an id whose root is no OID": (
        '<livingSubjectId><value root="x" extension="1"/></livingSubjectId>'
    ),
    "a birth time in words": (
        '<livingSubjectBirthTime><value value="1950-01-31"/></livingSubjectBirthTime>'
    ),
    "a birth time off the calendar": (
        '<livingSubjectBirthTime><value value="19500231"/></livingSubjectBirthTime>'
    ),
    "two birth times": (
        '<livingSubjectBirthTime><value value="1950"/><value value="1951"/>'
        "</livingSubjectBirthTime>"
    ),
    "a gender of another list": (
        '<livingSubjectAdministrativeGender><value code="female"/>'
        "</livingSubjectAdministrativeGender>"
    ),
    "too many identifiers": ID * 20,
}


@pytest.mark.parametrize("trait", BAD_TRAITS.values(), ids=BAD_TRAITS.keys())
def test_a_bad_trait_is_refused_with_what_the_answer_repeats(trait: str) -> None:
    with pytest.raises(DiscoveryRefused) as caught:
        read_patient_discovery_request(parse(question(trait + ID)))
    assert caught.value.refusal is Refusal.FILTER_INVALID
    assert caught.value.request.id.root == "11"
    assert caught.value.request.traits == PatientTraits(())


def test_demographics_alone_are_for_the_policy_to_judge() -> None:
    name = "<livingSubjectName><value><family>x</family></value></livingSubjectName>"
    traits = read_patient_discovery_request(parse(question(name))).traits
    assert (traits.ids, traits.family) == ((), ("x",))


def test_a_deferred_answer_is_refused() -> None:
    deferred = '<responsePriorityCode code="D"/>'
    with pytest.raises(DiscoveryRefused) as caught:
        read_patient_discovery_request(parse(question(ID, act=deferred)))
    assert caught.value.refusal is Refusal.ANSWER_MODE_UNSUPPORTED


@pytest.mark.parametrize(
    "broken",
    [
        question(ID).replace('<id root="11" extension="12"/>', ""),
        question(ID).replace("2.16.17.710.820.1000.990.1", "not-an-oid"),
        question(ID).replace("sender", "other"),
        question(ID).replace("queryByParameter", "other"),
    ],
)
def test_a_question_of_another_form_is_refused(broken: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_patient_discovery_request(parse(broken))
    assert caught.value.refusal is Refusal.BODY_INVALID


def test_a_question_names_no_receiver_when_it_names_none() -> None:
    request = read_patient_discovery_request(
        parse(question(ID).replace("receiver", "other"))
    )
    assert request.receiver is None


def test_traits_do_not_show_themselves() -> None:
    shown = repr(QUESTION) + repr(MATCH) + repr(QUESTION.traits)
    for secret in ("Weber", "Anna", "1893", "rue", "Luxembourg", "female"):
        assert secret not in shown


def test_gematik_puts_the_status_before_the_query_id_and_a_bar_into_the_id() -> None:
    read = read_patient_discovery_response(parse(answered(subject())))
    assert read.matches[0].id.extension == "X110571344|ABC123"
    assert read.query_response is QueryResponse.OK


GEMATIK_REASON = (
    "<reasonOf><detectedIssueEvent>"
    '<code code="_ActAdministrativeDetectedIssueManagementCode"/>'
    '<mitigatedBy><detectedIssueManagement><code code="AnswerNotAvailable"/>'
    "</detectedIssueManagement></mitigatedBy></detectedIssueEvent></reasonOf>"
)
GEMATIK_DETAIL = (
    '<acknowledgementDetail typeCode="E"><code code="ERROR_PI_NO_MATCH"/>'
    "<text>Patient Identification Error</text><location>no data</location>"
    "</acknowledgementDetail>"
)


def test_gematik_tells_no_match_with_nf_and_its_message_in_location() -> None:
    text = answered(response="NF", detail=GEMATIK_DETAIL, reason=GEMATIK_REASON)
    read = read_patient_discovery_response(parse(text))
    assert read.matches == ()
    error = read.errors[0]
    assert (error.code, error.reason) == ("ERROR_PI_NO_MATCH", "AnswerNotAvailable")
    assert error.location == "no data"


@pytest.mark.parametrize("response", ["OK", "NF", "AE", "QE"])
def test_nobody_found_is_read_in_each_way_of_telling(response: str) -> None:
    read = read_patient_discovery_response(parse(answered(response=response)))
    assert (read.matches, read.errors) == ((), ())


def test_openncp_loses_the_reason_in_an_event_without_a_place_for_it() -> None:
    reason = (
        '<reasonOf><detectedIssueEvent><code code="x"/></detectedIssueEvent></reasonOf>'
    )
    detail = (
        '<acknowledgementDetail><code code="ERROR_PI_GENERIC"/></acknowledgementDetail>'
    )
    text = answered(kind="AE", response="AE", detail=detail, reason=reason)
    read = read_patient_discovery_response(parse(text))
    assert [(e.code, e.reason) for e in read.errors] == [("ERROR_PI_GENERIC", None)]


def test_a_reason_without_detail_is_an_error_too() -> None:
    text = answered(kind="AE", response="AE", reason=GEMATIK_REASON)
    read = read_patient_discovery_response(parse(text))
    assert [e.reason for e in read.errors] == ["AnswerNotAvailable"]


def test_openncp_tells_whom_it_found_with_the_code_of_an_error() -> None:
    read = read_patient_discovery_response(parse(answered(subject(), response="AE")))
    assert len(read.matches) == 1
    assert read.errors == ()


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("AE", "OK"),
        ("AE", "AE"),
        ("AR", "OK"),
        ("AA", "NF"),
        ("AA", "QE"),
        ("AA", "??"),
    ],
)
def test_an_error_that_brings_a_patient_is_refused(kind: str, response: str) -> None:
    with pytest.raises(ProtocolError):
        read_patient_discovery_response(
            parse(answered(subject(), kind=kind, response=response))
        )


@pytest.mark.parametrize(
    "told", [{"detail": GEMATIK_DETAIL}, {"reason": GEMATIK_REASON}], ids=str
)
def test_a_patient_beside_what_went_wrong_is_refused(told: dict[str, str]) -> None:
    text = answered(subject(), response="AE", **told)
    with pytest.raises(ProtocolError):
        read_patient_discovery_response(parse(text))


def test_every_subject_is_told_so_that_the_use_case_can_refuse_several() -> None:
    read = read_patient_discovery_response(parse(answered(subject() * 2)))
    assert len(read.matches) == 2


def test_given_names_in_several_elements_and_streets_of_both_names_are_kept() -> None:
    person = (
        "<name><prefix>Dr</prefix><given>Anna</given><given>Maria</given>"
        '<family>Weber</family></name><administrativeGenderCode code="X"/>'
        '<birthTime value="19500131120000"/>'
        "<addr><streetName>1, rue</streetName>"
        "<streetAddressLine>2e</streetAddressLine></addr>"
    )
    match = read_patient_discovery_response(parse(answered(subject(person)))).matches[0]
    assert (match.given, match.family) == (("Anna", "Maria"), ("Weber",))
    assert match.address == PostalAddress(("2e", "1, rue"))
    assert (match.birth_date, match.gender) == ("1950-01-31", None)


def test_a_patient_without_an_identifier_is_refused_without_being_shown() -> None:
    person = "<name><family>SECRET</family></name>"
    text = answered(subject(person, '<id root="1.2"/>'))
    with pytest.raises(ProtocolError) as caught:
        read_patient_discovery_response(parse(text))
    assert "SECRET" not in str(caught.value)
