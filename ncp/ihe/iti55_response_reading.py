"""Cross Gateway Patient Discovery, the answer: read by country B.

Spec: IHE ITI TF-2 §3.55.4.2 / HL7 v3 PRPA_IN201306UV02 (NE2008) / eHDSI XCPD Profile.
Seen: gematik puts the status of queryAck before queryId and its message into
``location``; both programs leave out what others rely on, so reading goes by name.
OpenNCP from 7.1 on accepts a question (AA), brings the patient, and writes AE where the
response code belongs: it means it for the place of an error that there is not.
"""

from __future__ import annotations

from lxml import etree

from ncp.errors import ProtocolError
from ncp.ihe.codes import Acknowledgement, QueryResponse, Severity
from ncp.ihe.ebxml import PeerError, peer_code
from ncp.ihe.iti55_request_reading import read_instance_id, read_patient_id
from ncp.ihe.nodes import (
    attribute,
    child,
    children,
    first_by_name,
    invalid,
    lacking,
    required,
    text,
)
from ncp.ihe.patient_discovery import PatientDiscoveryResponse, PatientMatch
from ncp.ihe.person import (
    TraitInvalid,
    hl7,
    read_address,
    read_date,
    read_gender,
    read_name,
)
from trust.identifiers import IdentifierError

MOST_MATCHES = 100
_ACKNOWLEDGEMENTS = {str(known): known for known in Acknowledgement}
_QUERY_RESPONSES = {str(known): known for known in QueryResponse}


def read_patient_discovery_response(body: etree._Element) -> PatientDiscoveryResponse:
    """Read an answer.

    Nobody found is told in several ways (NF, OK without a subject, a refusal with
    AnswerNotAvailable); all of them have no match. An error that still brings a
    patient contradicts itself and is refused, but for the response code AE alone, with
    neither a detail nor a reason beside: so OpenNCP tells whom it found.
    """
    parts = first_by_name(body)
    act = parts.get(hl7("controlActProcess"))
    acknowledgement = parts.get(hl7("acknowledgement"))
    if act is None:
        raise lacking(body, hl7("controlActProcess"))
    subjects = children(act, hl7("subject"))
    if len(subjects) > MOST_MATCHES:
        raise invalid(f"the answer has more than {MOST_MATCHES} patients")
    response = PatientDiscoveryResponse(
        _acknowledged(acknowledgement),
        _query_response(act),
        tuple(_read_match(subject) for subject in subjects),
        _read_errors(acknowledgement, act),
        read_instance_id(child(acknowledgement, hl7("targetMessage"), hl7("id"))),
    )
    if response.matches and not _says_success(response):
        raise invalid("the answer is an error, yet it holds a patient")
    return response


def _says_success(response: PatientDiscoveryResponse) -> bool:
    if response.acknowledgement is not Acknowledgement.ACCEPT:
        return False
    is_error_without_reason = (
        response.query_response is QueryResponse.APPLICATION_ERROR
        and not response.errors
    )
    return response.query_response is QueryResponse.OK or is_error_without_reason


def _read_match(subject: etree._Element) -> PatientMatch:
    patient = required(
        subject, hl7("registrationEvent"), hl7("subject1"), hl7("patient")
    )
    person = first_by_name(child(patient, hl7("patientPerson")))
    family, given = read_name(person.get(hl7("name")))
    try:
        return PatientMatch(
            id=read_patient_id(required(patient, hl7("id"))),
            family=family,
            given=given,
            birth_date=read_date(person.get(hl7("birthTime"))),
            gender=_gender(person.get(hl7("administrativeGenderCode"))),
            address=read_address(person.get(hl7("addr"))),
        )
    except (IdentifierError, TraitInvalid) as error:
        raise _bad_patient(error) from None


def _gender(code: etree._Element | None) -> str | None:
    """Read a gender; one of another code list is as good as untold here."""
    try:
        return read_gender(code)
    except TraitInvalid:
        return None


def _bad_patient(error: Exception) -> ProtocolError:
    return invalid(f"a patient of the answer was refused: {error}")


def _read_errors(
    acknowledgement: etree._Element | None, act: etree._Element
) -> tuple[PeerError, ...]:
    reason = _read_reason(act)
    details = children(acknowledgement, hl7("acknowledgementDetail"))
    errors = tuple(_read_detail(detail, reason) for detail in details)
    if not errors and reason is not None:
        return (PeerError("", reason=reason, severity=Severity.ERROR),)
    return errors


def _read_detail(detail: etree._Element, reason: str | None) -> PeerError:
    is_warning = attribute(detail, "typeCode") in {"W", "I"}
    code = attribute(child(detail, hl7("code")), "code")
    return PeerError(
        code=peer_code(code),
        text=text(child(detail, hl7("text"))) or "",
        severity=Severity.WARNING if is_warning else Severity.ERROR,
        reason=reason,
        location=text(child(detail, hl7("location"))) or "",
        told_code=code or "",
    )


def _read_reason(act: etree._Element) -> str | None:
    """Return the code of the detected issue, in either of its two places."""
    for event in _events(act):
        for path in (
            ("mitigatedBy", "detectedIssueManagement"),
            ("triggerFor", "actOrderRequired"),
        ):
            code = child(event, *map(hl7, path), hl7("code"))
            if (value := attribute(code, "code")) is not None:
                return peer_code(value)
    return None


def _events(act: etree._Element) -> list[etree._Element]:
    return [
        event
        for reason in children(act, hl7("reasonOf"))
        for event in children(reason, hl7("detectedIssueEvent"))
    ]


def _acknowledged(acknowledgement: etree._Element | None) -> Acknowledgement | None:
    code = attribute(child(acknowledgement, hl7("typeCode")), "code")
    return None if code is None else _ACKNOWLEDGEMENTS.get(code)


def _query_response(act: etree._Element) -> QueryResponse | None:
    code = attribute(child(act, hl7("queryAck"), hl7("queryResponseCode")), "code")
    return None if code is None else _QUERY_RESPONSES.get(code)
