"""Patient discovery: the question and the answer, strict out, tolerant in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from ncp.answers import answer_for
from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import Acknowledgement, QueryResponse, Transaction
from ncp.ihe.iti55_xcpd import (
    DiscoveryRefused,
    PatientDiscoveryRequest,
    PatientDiscoveryResponse,
    PatientMatch,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_request,
    read_patient_discovery_response,
    write_patient_discovery_request,
    write_patient_discovery_response,
)
from ncp.ihe.person import hl7
from tests.ncp.ihe import strategies
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    MATCH,
    NOW,
    PATIENT,
    PORTUGAL,
    QUESTION,
    CountedIds,
    through_xml,
)
from trust.decision import Reason
from trust.xml import DOCUMENT_LIMITS, parse_xml


def parse(text: str) -> etree._Element:
    return parse_xml(text.encode(), DOCUMENT_LIMITS)


def question(parameters: str, extra: str = "", act: str = "") -> str:
    """A question as small as Denmark's, with slots."""
    return f"""
<PRPA_IN201305UV02 xmlns="{ns.HL7}" ITSVersion="XML_1.0">
  <id root="11" extension="12"/>
  <sender typeCode="SND"><device><id root="2.16.17.710.820.1000.990.1"/></device>
  </sender>
  <receiver typeCode="RCV"><device><id root="1.3.182.2.12.10000734.6.1"/></device>
  </receiver>{extra}
  <controlActProcess classCode="CACT" moodCode="EVN">
    <queryByParameter><statusCode code="new"/><queryId root="1.2"/>{act}
      <parameterList>{parameters}</parameterList>
    </queryByParameter>
  </controlActProcess>
</PRPA_IN201305UV02>"""


ID = (
    '<livingSubjectId><value root="1.3.182.4.4" extension="1893120105732"/>'
    "<semanticsText>LivingSubject.id</semanticsText></livingSubjectId>"
)


def answered(
    subjects: str = "",
    *,
    kind: str = "AA",
    response: str = "OK",
    detail: str = "",
    reason: str = "",
) -> str:
    return f"""
<PRPA_IN201306UV02 xmlns="{ns.HL7}" ITSVersion="XML_1.0">
  <id root="21"/><processingCode code="D"/>
  <acknowledgement><typeCode code="{kind}"/><targetMessage><id root="11"/>
    </targetMessage>{detail}</acknowledgement>
  <controlActProcess>{subjects}{reason}
    <queryAck><statusCode code="completed"/><queryId root="1.2"/>
      <queryResponseCode code="{response}"/></queryAck>
  </controlActProcess>
</PRPA_IN201306UV02>"""


def subject(person: str = "<name><family>Weber</family></name>", id_: str = "") -> str:
    own = id_ or '<id root="1.3.182.4.4" extension="X110571344|ABC123"/>'
    return (
        "<subject><registrationEvent><subject1><patient>"
        f"{own}<patientPerson>{person}</patientPerson>"
        "</patient></subject1></registrationEvent></subject>"
    )


def respond(answer_to: Refusal | Reason | None) -> PatientDiscoveryResponse:
    answer = None if answer_to is None else answer_for(answer_to, Transaction.ITI_55)
    body = write_patient_discovery_response(
        QUESTION,
        [] if answer else [MATCH],
        answer,
        own=LUXEMBOURG,
        ids=CountedIds(),
        now=NOW,
    )
    return read_patient_discovery_response(through_xml(body))


# Both ways --------------------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.55.4.1.2")
@settings(max_examples=30, deadline=None)
@given(strategies.discovery_requests())
def test_a_question_reads_as_it_was_written(request: PatientDiscoveryRequest) -> None:
    body = through_xml(write_patient_discovery_request(request, NOW))
    traits = request.traits
    told = replace(
        traits,
        family=joined(traits.family),
        given=joined(traits.given),
        address=traits.address and in_one_line(traits.address),
    )
    assert read_patient_discovery_request(body) == replace(request, traits=told)


@pytest.mark.spec("ITI TF-2 3.55.4.2.2")
@settings(max_examples=30, deadline=None)
@given(strategies.patient_matches())
def test_an_answer_reads_as_it_was_written(match: PatientMatch) -> None:
    body = write_patient_discovery_response(
        QUESTION, [match], None, own=LUXEMBOURG, ids=CountedIds(), now=NOW
    )
    read = read_patient_discovery_response(through_xml(body))
    whole = match.birth_date and re.fullmatch(r"\d{4}-\d{2}-\d{2}", match.birth_date)
    told = replace(
        match,
        family=joined(match.family),
        given=joined(match.given),
        birth_date=match.birth_date if whole else None,
        address=match.address and in_one_line(match.address),
    )
    assert read.matches == (told,)
    assert read.target == QUESTION.id


def joined(names: tuple[str, ...]) -> tuple[str, ...]:
    return (" ".join(names),) if names else ()


def in_one_line(address: PostalAddress) -> PostalAddress:
    lines = (", ".join(address.lines),) if address.lines else ()
    return replace(address, lines=lines)


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_a_reader_that_keeps_the_last_element_alone_has_the_whole_name(
    kind: str,
) -> None:
    """OpenNCP overwrites what it read, in XCPDServiceImpl and XcpdResponseExtractor."""
    family, given = ("Bergmann", "Thill"), ("Élise", "Marie")
    address = PostalAddress(("Appartement 2", "14, allée des Érables"))
    if kind == "question":
        traits = replace(QUESTION.traits, family=family, given=given, address=address)
        body = write_patient_discovery_request(replace(QUESTION, traits=traits), NOW)
    else:
        match = replace(MATCH, family=family, given=given, address=address)
        body = write_patient_discovery_response(
            QUESTION, [match], None, own=LUXEMBOURG, ids=CountedIds(), now=NOW
        )
    written = list(through_xml(body).iter())
    last = {etree.QName(each).localname: each.text for each in written}
    assert (last["family"], last["given"]) == ("Bergmann Thill", "Élise Marie")
    street = "streetName" if kind == "question" else "streetAddressLine"
    assert last[street] == "Appartement 2, 14, allée des Érables"


@pytest.mark.parametrize("told", ["1957", "1957-03"])
def test_a_birth_date_that_openncp_would_fall_over_is_not_in_the_answer(
    told: str,
) -> None:
    body = write_patient_discovery_response(
        QUESTION,
        [replace(MATCH, birth_date=told)],
        None,
        own=LUXEMBOURG,
        ids=CountedIds(),
        now=NOW,
    )
    assert not list(through_xml(body).iter("{urn:hl7-org:v3}birthTime"))


# The question, written --------------------------------------------------------------


def test_the_question_has_agents_for_a_peer_that_relies_on_them() -> None:
    body = through_xml(write_patient_discovery_request(QUESTION, NOW))
    for role, own in (("sender", PORTUGAL), ("receiver", LUXEMBOURG)):
        path = f"{hl7(role)}/{hl7('device')}/{hl7('asAgent')}"
        organization = f"{hl7('representedOrganization')}/{hl7('id')}"
        found = body.find(f"{path}/{organization}")
        assert found is not None
        assert found.get("root") == own


@pytest.mark.spec("ITI TF-2 3.55.4.1.2.2")
def test_each_identifier_is_a_parameter_of_its_own_in_schema_order() -> None:
    ids = (PATIENT, replace(PATIENT, extension="2"))
    traits = replace(QUESTION.traits, ids=ids)
    body = through_xml(
        write_patient_discovery_request(replace(QUESTION, traits=traits), NOW)
    )
    parameters = next(body.iter(hl7("parameterList")))
    assert [p.tag for p in parameters] == [
        hl7("livingSubjectAdministrativeGender"),
        hl7("livingSubjectBirthTime"),
        hl7("livingSubjectId"),
        hl7("livingSubjectId"),
        hl7("livingSubjectName"),
        hl7("patientAddress"),
    ]


def test_the_creation_time_is_in_utc_with_milliseconds() -> None:
    body = through_xml(write_patient_discovery_request(QUESTION, NOW))
    time = body.find(hl7("creationTime"))
    assert time is not None
    assert time.get("value") == "20260102030405.678+0000"


# The question, read -----------------------------------------------------------------


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


# The answer, written ----------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.55.4.2.2.1")
def test_the_answer_repeats_the_query() -> None:
    echo = (
        '<matchCriterionList><minimumDegreeMatch xmlns:p="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<value xsi:type="p:INT" value="80"/></minimumDegreeMatch></matchCriterionList>'
    )
    request = read_patient_discovery_request(parse(question(ID, act=echo)))
    body = through_xml(
        write_patient_discovery_response(
            request, [MATCH], None, own=LUXEMBOURG, ids=CountedIds(), now=NOW
        )
    )
    act = body.find(hl7("controlActProcess"))
    assert act is not None
    repeated = act.find(hl7("queryByParameter"))
    assert repeated is not None
    assert next(repeated.iter(hl7("livingSubjectId")))[0].get("extension") == (
        "1893120105732"
    )
    value = repeated.find(
        f"{hl7('matchCriterionList')}/{hl7('minimumDegreeMatch')}/{hl7('value')}"
    )
    assert value is not None
    prefix = value.get(f"{{{ns.XSI}}}type", "").partition(":")[0]
    assert value.nsmap[prefix] == ns.HL7


def test_a_foreign_element_in_the_query_is_repeated_in_its_namespace() -> None:
    foreign = '<f:note xmlns:f="urn:foreign" f:a="1">x</f:note>'
    request = read_patient_discovery_request(parse(question(ID, act=foreign)))
    body = through_xml(
        write_patient_discovery_response(
            request, [MATCH], None, own=LUXEMBOURG, ids=CountedIds(), now=NOW
        )
    )
    found = next(body.iter("{urn:foreign}note"))
    assert (found.text, found.get("{urn:foreign}a")) == ("x", "1")


def test_the_sender_of_the_question_is_the_receiver_of_the_answer() -> None:
    body = through_xml(
        write_patient_discovery_response(
            QUESTION, [MATCH], None, own=LUXEMBOURG, ids=CountedIds(), now=NOW
        )
    )
    device = f"{hl7('device')}/{hl7('id')}"
    for role, own in (("receiver", PORTUGAL), ("sender", LUXEMBOURG)):
        found = body.find(f"{hl7(role)}/{device}")
        assert found is not None
        assert found.get("root") == own


@pytest.mark.parametrize(
    ("condition", "acknowledgement", "response", "code", "reason"),
    [
        (
            Refusal.PATIENT_UNKNOWN,
            Acknowledgement.ACCEPT,
            QueryResponse.NOT_FOUND,
            "ERROR_PI_NO_MATCH",
            "AnswerNotAvailable",
        ),
        (
            Refusal.CONSENT_REFUSED,
            Acknowledgement.ERROR,
            QueryResponse.APPLICATION_ERROR,
            "WARNING_PI_NO_CONSENT",
            "InsufficientRights",
        ),
        (
            Refusal.PATIENT_ID_ABSENT,
            Acknowledgement.ERROR,
            QueryResponse.APPLICATION_ERROR,
            "ERROR_PI_MISSING_REQUIRED_FIELDS",
            "DemographicsQueryNotAllowed",
        ),
        (
            Reason.PERMISSION_MISSING,
            Acknowledgement.ERROR,
            QueryResponse.APPLICATION_ERROR,
            "4703",
            "InsufficientRights",
        ),
    ],
)
def test_a_refusal_is_told_in_all_of_its_places(
    condition: Refusal | Reason,
    acknowledgement: Acknowledgement,
    response: QueryResponse,
    code: str,
    reason: str,
) -> None:
    read = respond(condition)
    assert (read.acknowledgement, read.query_response) == (acknowledgement, response)
    assert [(e.code, e.reason) for e in read.errors] == [(code, reason)]
    assert read.matches == ()


@pytest.mark.spec("ITI TF-2 3.55.4.2.2.7")
@pytest.mark.parametrize(
    ("condition", "holder"),
    [
        (Refusal.PATIENT_ID_ABSENT, "triggerFor"),
        (Refusal.PATIENT_UNKNOWN, "mitigatedBy"),
    ],
)
def test_what_the_asker_can_act_on_is_a_trigger(
    condition: Refusal, holder: str
) -> None:
    body = through_xml(
        write_patient_discovery_response(
            QUESTION,
            [],
            answer_for(condition, Transaction.ITI_55),
            own=LUXEMBOURG,
            ids=CountedIds(),
            now=NOW,
        )
    )
    event = next(body.iter(hl7("detectedIssueEvent")))
    assert event[-1].tag == hl7(holder)


def test_an_answer_holds_either_matches_or_a_refusal() -> None:
    answer = answer_for(Refusal.PATIENT_UNKNOWN, Transaction.ITI_55)
    for matches, told in (([MATCH], answer), ([], None)):
        with pytest.raises(ValueError, match="either"):
            write_patient_discovery_response(
                QUESTION, matches, told, own=LUXEMBOURG, ids=CountedIds(), now=NOW
            )


# The answer, read -------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("kind", "response"), [("AE", "OK"), ("AA", "AE"), ("AR", "OK"), ("AA", "??")]
)
def test_an_error_that_brings_a_patient_is_refused(kind: str, response: str) -> None:
    with pytest.raises(ProtocolError):
        read_patient_discovery_response(
            parse(answered(subject(), kind=kind, response=response))
        )


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
