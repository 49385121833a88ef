"""Cross Gateway Patient Discovery, the question: written by country B.

Spec: IHE ITI TF-2 §3.55.4.1 / HL7 v3 PRPA_IN201305UV02 (NE2008) / eHDSI XCPD Profile.
Seen: OpenNCP reads only the first value of each parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ncp.ihe import oids
from ncp.ihe.codes import Transaction
from ncp.ihe.nodes import (
    element,
)
from ncp.ihe.patient_discovery import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientTraits,
)
from ncp.ihe.person import (
    hl7,
    write_address,
    write_date,
    write_gender,
    write_name,
)
from trust.xml import Element


def write_patient_discovery_request(
    request: PatientDiscoveryRequest, now: datetime
) -> Element:
    """Build the question; ``request.echo`` plays no part in it."""
    if request.receiver is None or request.query_id is None:
        raise ValueError("a question needs a receiver and a query id")
    return element(
        Transaction.ITI_55.request_element,
        *message_head(request, "PRPA_IN201305UV02", now),
        _value("acceptAckCode", code="AL"),
        device("receiver", "RCV", request.receiver, request.receiver),
        device("sender", "SND", request.sender, request.sender),
        _control_act(request, request.query_id),
        attributes={"ITSVersion": "XML_1.0"},
    )


def message_head(
    request: PatientDiscoveryRequest, interaction: str, now: datetime
) -> list[Element]:
    """Build what both messages begin with, up to the processing mode."""
    return [
        instance_id("id", request.id),
        _value("creationTime", value=timestamp(now)),
        _value("versionCode", code=request.version_code),
        _value("interactionId", root=request.interaction_root, extension=interaction),
        _value("processingCode", code="P"),
        _value("processingModeCode", code="T"),
    ]


def timestamp(moment: datetime) -> str:
    """Return a time stamp in UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%d%H%M%S}.{utc.microsecond // 1000:03d}+0000"


def instance_id(name: str, value: InstanceId) -> Element:
    """Build an element that is an instance identifier."""
    extension = {} if value.extension is None else {"extension": value.extension}
    return element(hl7(name), attributes={"root": value.root, **extension})


def _value(name: str, **attributes: str) -> Element:
    return element(hl7(name), attributes=attributes)


def device(name: str, kind: str, own: str, organization: str | None) -> Element:
    """Build a sender or receiver; the organization is its agent's, if given."""
    agent = None
    if organization is not None:
        agent = element(
            hl7("asAgent"),
            element(
                hl7("representedOrganization"),
                _value("id", root=organization),
                attributes={"classCode": "ORG", "determinerCode": "INSTANCE"},
            ),
            attributes={"classCode": "AGNT"},
        )
    return element(
        hl7(name),
        element(
            hl7("device"),
            _value("id", root=own),
            agent,
            attributes={"classCode": "DEV", "determinerCode": "INSTANCE"},
        ),
        attributes={"typeCode": kind},
    )


def _control_act(request: PatientDiscoveryRequest, query_id: InstanceId) -> Element:
    person = _value("assignedPerson", classCode="ASSIGNED")
    return element(
        hl7("controlActProcess"),
        _value("code", code="PRPA_TE201305UV02", codeSystemName=oids.HL7_INTERACTION),
        element(hl7("authorOrPerformer"), person, attributes={"typeCode": "AUT"}),
        element(
            hl7("queryByParameter"),
            instance_id("queryId", query_id),
            _value("statusCode", code="new"),
            _value("responseModalityCode", code="R"),
            _value("responsePriorityCode", code="I"),
            element(hl7("matchCriterionList")),
            element(hl7("parameterList"), *_parameters(request.traits)),
        ),
        attributes={"classCode": "CACT", "moodCode": "EVN"},
    )


def _parameters(traits: PatientTraits) -> Iterator[Element]:
    """Build the parameters in schema order; each id is a parameter of its own."""
    gender = write_gender(traits.gender)
    if gender is not None:
        yield _parameter("livingSubjectAdministrativeGender", code=gender)
    if traits.birth_date is not None:
        yield _parameter("livingSubjectBirthTime", value=write_date(traits.birth_date))
    for patient in traits.ids:
        yield _parameter(
            "livingSubjectId", root=patient.root, extension=patient.extension
        )
    name = write_name(traits.family, traits.given)
    if name:
        yield _parameter("livingSubjectName", *name)
    if traits.address is not None:
        parts = write_address(traits.address, "streetName")
        if parts:
            yield _parameter("patientAddress", *parts)


SEMANTICS = {
    "livingSubjectAdministrativeGender": "LivingSubject.administrativeGender",
    "livingSubjectBirthTime": "LivingSubject.birthTime",
    "livingSubjectId": "LivingSubject.id",
    "livingSubjectName": "LivingSubject.name",
    "patientAddress": "Patient.addr",
}


def _parameter(name: str, *parts: Element, **attributes: str) -> Element:
    return element(
        hl7(name),
        element(hl7("value"), *parts, attributes=attributes),
        element(hl7("semanticsText"), SEMANTICS[name]),
    )
