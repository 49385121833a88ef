"""Cross Gateway Patient Discovery, the answer: written by country A.

Spec: IHE ITI TF-2 §3.55.4.2 / HL7 v3 PRPA_IN201306UV02 (NE2008) / eHDSI XCPD Profile.
Seen: OpenNCP copies the response code into the status of queryAck, and its country B
falls over a birth time of fewer than eight digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ncp.ihe import namespaces as ns
from ncp.ihe import oids
from ncp.ihe.answer import Answer
from ncp.ihe.codes import Acknowledgement, DetectedIssue, QueryResponse, Transaction
from ncp.ihe.iti55_request_writing import message_head, value
from ncp.ihe.nodes import element
from ncp.ihe.patient_discovery import InstanceId, PatientDiscoveryRequest, PatientMatch
from ncp.ihe.person import hl7, write_address, write_date, write_gender, write_name
from ncp.ports import FreshIds
from trust.identifiers import HomeCommunityId
from trust.xml import Element

_FULL_MATCH = "100"
_INSTANCE = {"determinerCode": "INSTANCE"}


def write_patient_discovery_response(
    request: PatientDiscoveryRequest,
    matches: Sequence[PatientMatch],
    answer: Answer | None,
    *,
    own: HomeCommunityId,
    ids: FreshIds,
    now: datetime,
) -> Element:
    """Build the answer: matches, or a refusal, never both.

    Parameters
    ----------
    answer
        The refusal from the table; None where there are matches.
    own
        Our home community id.
    """
    if bool(matches) is (answer is not None):
        raise ValueError("an answer holds either matches or a refusal")
    head = replace(request, id=InstanceId(str(ids.uuid())))
    return element(
        Transaction.ITI_55.response_element,
        message_head(
            head,
            now,
            interaction="PRPA_IN201306UV02",
            acceptance="NE",
            receiver=request.sender,
            receiver_organization=request.sender_organization,
            sender=own,
        ),
        _acknowledgement(request, answer),
        _control_act(request, matches, answer, own),
        attributes={"ITSVersion": "XML_1.0"},
    )


def _instance_id(name: str, told: InstanceId) -> Element:
    extension = {} if told.extension is None else {"extension": told.extension}
    return value(name, root=told.root, **extension)


def _acknowledgement(
    request: PatientDiscoveryRequest, answer: Answer | None
) -> Element:
    kind = Acknowledgement.ACCEPT if answer is None else answer.acknowledgement
    detail = None
    if answer is not None:
        detail = element(
            hl7("acknowledgementDetail"),
            value("code", code=answer.code),
            element(hl7("text"), answer.text),
            attributes={"typeCode": "E"},
        )
    return element(
        hl7("acknowledgement"),
        value("typeCode", code=kind or Acknowledgement.ERROR),
        element(hl7("targetMessage"), _instance_id("id", request.id)),
        detail,
    )


def _control_act(
    request: PatientDiscoveryRequest,
    matches: Sequence[PatientMatch],
    answer: Answer | None,
    own: HomeCommunityId,
) -> Element:
    issue = None if answer is None else answer.reason_of
    return element(
        hl7("controlActProcess"),
        value("code", code="PRPA_TE201306UV02"),
        *(_subject(match, own) for match in matches),
        None if issue is None else _reason_of(issue),
        _query_ack(request, answer),
        request.echo,
        attributes={"classCode": "CACT", "moodCode": "EVN"},
    )


def _query_ack(request: PatientDiscoveryRequest, answer: Answer | None) -> Element:
    response = QueryResponse.OK if answer is None else answer.query_response
    code = response or QueryResponse.APPLICATION_ERROR
    query_id = request.query_id
    return element(
        hl7("queryAck"),
        None if query_id is None else _instance_id("queryId", query_id),
        # The status as OpenNCP has it: the response code once more.
        value("statusCode", code=code),
        value("queryResponseCode", code=code),
    )


def _reason_of(issue: DetectedIssue) -> Element:
    coded = value("code", code=issue, codeSystem=issue.code_system)
    if issue.asks_for_more:
        wrapped = element(
            hl7("triggerFor"),
            element(
                hl7("actOrderRequired"),
                coded,
                attributes={"classCode": "ACT", "moodCode": "RQO"},
            ),
            attributes={"typeCode": "TRIG"},
        )
    else:
        wrapped = element(
            hl7("mitigatedBy"),
            element(
                hl7("detectedIssueManagement"),
                coded,
                attributes={"classCode": "ACT", "moodCode": "EVN"},
            ),
            attributes={"typeCode": "MITGT"},
        )
    event = element(
        hl7("detectedIssueEvent"),
        value(
            "code",
            code="ActAdministrativeDetectedIssueCode",
            codeSystem=oids.HL7_ACT_CODE,
        ),
        wrapped,
        attributes={"classCode": "ALRT", "moodCode": "EVN"},
    )
    return element(hl7("reasonOf"), event, attributes={"typeCode": "RSON"})


def _subject(match: PatientMatch, own: HomeCommunityId) -> Element:
    event = element(
        hl7("registrationEvent"),
        value("id", nullFlavor="NA"),
        value("statusCode", code="active"),
        element(hl7("subject1"), _patient(match), attributes={"typeCode": "SBJ"}),
        _custodian(own),
        attributes={"classCode": "REG", "moodCode": "EVN"},
    )
    return element(hl7("subject"), event, attributes={"typeCode": "SUBJ"})


def _custodian(own: HomeCommunityId) -> Element:
    entity = element(
        hl7("assignedEntity"),
        value("id", root=own),
        value(
            "code",
            code="NotHealthDataLocator",
            codeSystem=oids.IHE_HEALTH_DATA_LOCATOR,
        ),
        attributes={"classCode": "ASSIGNED"},
    )
    return element(hl7("custodian"), entity, attributes={"typeCode": "CST"})


def _patient(match: PatientMatch) -> Element:
    return element(
        hl7("patient"),
        value("id", root=match.id.root, extension=match.id.extension),
        value("statusCode", code="active"),
        _person(match),
        element(
            hl7("subjectOf1"),
            element(
                hl7("queryMatchObservation"),
                value("code", code="IHE_PDQ", codeSystem=oids.HL7_QUERY_MATCH),
                element(
                    hl7("value"),
                    attributes={f"{{{ns.XSI}}}type": "hl7:INT", "value": _FULL_MATCH},
                ),
                attributes={"classCode": "OBS", "moodCode": "EVN"},
            ),
        ),
        attributes={"classCode": "PAT"},
    )


def _person(match: PatientMatch) -> Element:
    gender = write_gender(match.gender)
    birth = _whole_date(match.birth_date)
    address = match.address
    parts = [] if address is None else write_address(address, "streetAddressLine")
    return element(
        hl7("patientPerson"),
        element(hl7("name"), *write_name(match.family, match.given)),
        None if gender is None else value("administrativeGenderCode", code=gender),
        None if birth is None else value("birthTime", value=write_date(birth)),
        element(hl7("addr"), *parts) if parts else None,
        attributes={"classCode": "PSN", **_INSTANCE},
    )


def _whole_date(birth_date: str | None) -> str | None:
    """Return a date that names its day; of less, OpenNCP's readers make no patient."""
    is_whole = birth_date is not None and len(birth_date) == len("YYYY-MM-DD")
    return birth_date if is_whole else None
