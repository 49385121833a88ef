"""Cross Gateway Patient Discovery, the question: written by country B.

Spec: IHE ITI TF-2 §3.55.4.1 / HL7 v3 PRPA_IN201305UV02 (NE2008) / eHDSI XCPD Profile.
Seen: OpenNCP reads only the first value of each parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ncp.ihe import oids
from ncp.ihe.codes import Transaction
from ncp.ihe.nodes import element, form
from ncp.ihe.patient_discovery import PatientDiscoveryRequest, PatientTraits
from ncp.ihe.person import (
    hl7,
    write_address,
    write_date,
    write_gender,
    write_name,
)
from trust.xml import (
    INSIDE,
    Blank,
    Element,
    Node,
    OptionalBlank,
    Written,
    only_with,
    written_together,
)

SEMANTICS: Final = {
    "livingSubjectAdministrativeGender": "LivingSubject.administrativeGender",
    "livingSubjectBirthTime": "LivingSubject.birthTime",
    "livingSubjectId": "LivingSubject.id",
    "livingSubjectName": "LivingSubject.name",
    "patientAddress": "Patient.addr",
}
_INSTANCE: Final = {"determinerCode": "INSTANCE"}


def value(name: str, **attributes: str) -> Element:
    """Build an element that is all attributes."""
    return element(hl7(name), attributes=attributes)


def _instance_id(name: str, root: str, extension: str) -> Element:
    """Build an instance identifier; what is given are names of blanks."""
    return value(name, root=Blank(root), extension=OptionalBlank(extension))


def _device(name: str, kind: str) -> Element:
    """Build a sender or receiver; the organization is its agent's, if given."""
    organization = f"{name}_organization"
    agent = element(
        hl7("asAgent"),
        element(
            hl7("representedOrganization"),
            value("id", root=Blank(organization)),
            attributes={"classCode": "ORG", **_INSTANCE},
        ),
        attributes={"classCode": "AGNT"},
    )
    own = element(
        hl7("device"),
        value("id", root=Blank(name)),
        only_with(organization, agent),
        attributes={"classCode": "DEV", **_INSTANCE},
    )
    return element(hl7(name), own, attributes={"typeCode": kind})


_HEAD: Final = form(
    _instance_id("id", "id_root", "id_extension"),
    value("creationTime", value=Blank("time")),
    value("versionCode", code=Blank("version")),
    value(
        "interactionId",
        root=Blank("interaction_root"),
        extension=Blank("interaction"),
    ),
    value("processingCode", code="P"),
    value("processingModeCode", code="T"),
    value("acceptAckCode", code=Blank("acceptance")),
    _device("receiver", "RCV"),
    _device("sender", "SND"),
)


def _parameter(name: str, *parts: Node, **attributes: str) -> Element:
    return element(
        hl7(name),
        element(hl7("value"), *parts, attributes=attributes),
        element(hl7("semanticsText"), SEMANTICS[name]),
    )


_GENDER: Final = _parameter("livingSubjectAdministrativeGender", code=Blank("gender"))
_BIRTH_TIME: Final = _parameter("livingSubjectBirthTime", value=Blank("birth_time"))
_ID: Final = form(
    _parameter("livingSubjectId", root=Blank("root"), extension=Blank("extension"))
)
_NAME: Final = form(_parameter("livingSubjectName", INSIDE))
_ADDRESS: Final = form(_parameter("patientAddress", INSIDE))
_ACT: Final = form(
    element(
        hl7("controlActProcess"),
        value("code", code="PRPA_TE201305UV02", codeSystemName=oids.HL7_INTERACTION),
        element(
            hl7("authorOrPerformer"),
            value("assignedPerson", classCode="ASSIGNED"),
            attributes={"typeCode": "AUT"},
        ),
        element(
            hl7("queryByParameter"),
            _instance_id("queryId", "root", "extension"),
            value("statusCode", code="new"),
            value("responseModalityCode", code="R"),
            value("responsePriorityCode", code="I"),
            element(hl7("matchCriterionList")),
            # In schema order; the other parameters go inside.
            element(
                hl7("parameterList"),
                only_with("gender", _GENDER),
                only_with("birth_time", _BIRTH_TIME),
                INSIDE,
            ),
        ),
        attributes={"classCode": "CACT", "moodCode": "EVN"},
    )
)


def write_patient_discovery_request(
    request: PatientDiscoveryRequest, now: datetime
) -> Element:
    """Build the question; ``request.echo`` plays no part in it."""
    if request.receiver is None or request.query_id is None:
        raise ValueError("a question needs a receiver and a query id")
    head = message_head(
        request,
        now,
        interaction="PRPA_IN201305UV02",
        acceptance="AL",
        receiver=request.receiver,
        receiver_organization=request.receiver,
        sender=request.sender,
    )
    traits = request.traits
    act = _ACT.fill(
        written_together(_more_parameters(traits)),
        root=request.query_id.root,
        extension=request.query_id.extension,
        gender=write_gender(traits.gender),
        birth_time=None if traits.birth_date is None else write_date(traits.birth_date),
    )
    return element(
        Transaction.ITI_55.request_element,
        head,
        act,
        attributes={"ITSVersion": "XML_1.0"},
    )


def message_head(
    request: PatientDiscoveryRequest,
    now: datetime,
    *,
    interaction: str,
    acceptance: str,
    receiver: str,
    receiver_organization: str | None,
    sender: str,
) -> Written:
    """Write what both messages begin with, up to the sender."""
    return _HEAD.fill(
        id_root=request.id.root,
        id_extension=request.id.extension,
        time=timestamp(now),
        version=request.version_code,
        interaction_root=request.interaction_root,
        interaction=interaction,
        acceptance=acceptance,
        receiver=receiver,
        receiver_organization=receiver_organization,
        sender=sender,
        sender_organization=sender,
    )


def timestamp(moment: datetime) -> str:
    """Return a time stamp in UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%d%H%M%S}.{utc.microsecond // 1000:03d}+0000"


def _more_parameters(traits: PatientTraits) -> Iterator[Written]:
    """Write ids, name and address; each id is a parameter of its own."""
    for patient in traits.ids:
        yield _ID.fill(root=patient.root, extension=patient.extension)
    name = written_together(write_name(traits.family, traits.given))
    if name is not None:
        yield _NAME.fill(name)
    if traits.address is not None:
        address = written_together(write_address(traits.address, "streetName"))
        if address is not None:
            yield _ADDRESS.fill(address)
