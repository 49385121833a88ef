"""ITI-55 as it is written, and both ways."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from ncp.answers import answer_for
from ncp.errors import Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import Acknowledgement, QueryResponse, Transaction
from ncp.ihe.iti55_xcpd import (
    PatientDiscoveryRequest,
    PatientMatch,
    PostalAddress,
    read_patient_discovery_request,
    read_patient_discovery_response,
    write_patient_discovery_request,
    write_patient_discovery_response,
)
from ncp.ihe.person import hl7
from tests.ncp.ihe import strategies
from tests.ncp.ihe.discovery import (
    ID,
    parse,
    question,
    respond,
)
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
