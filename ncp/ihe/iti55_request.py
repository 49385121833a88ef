"""Cross Gateway Patient Discovery, the question: asked by country B, read by A.

Spec: IHE ITI TF-2 §3.55.4.1 / HL7 v3 PRPA_IN201305UV02 (NE2008) / eHDSI XCPD Profile.
Seen: OpenNCP reads only the first value of each parameter; Denmark's test tool sends
an id and a country and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import oids
from ncp.ihe.codes import Transaction
from ncp.ihe.nodes import (
    attribute,
    child,
    children,
    element,
    invalid,
    oid,
    required,
    to_light,
)
from ncp.ihe.patient_discovery import (
    VERSION_CODE,
    DiscoveryRefused,
    InstanceId,
    PatientDiscoveryRequest,
    PatientTraits,
)
from ncp.ihe.person import (
    TraitInvalid,
    hl7,
    read_address,
    read_date,
    read_gender,
    read_name,
    write_address,
    write_date,
    write_gender,
    write_name,
)
from trust.identifiers import HomeCommunityId, IdentifierError, PatientId
from trust.xml import Element

MOST_IDS = 20
_FULL_MATCH = 100

# Writing ----------------------------------------------------------------------------


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


_SEMANTICS = {
    "livingSubjectAdministrativeGender": "LivingSubject.administrativeGender",
    "livingSubjectBirthTime": "LivingSubject.birthTime",
    "livingSubjectId": "LivingSubject.id",
    "livingSubjectName": "LivingSubject.name",
    "patientAddress": "Patient.addr",
}


_EVALUATED = frozenset({hl7(name) for name in _SEMANTICS} | {hl7("id")})


def _parameter(name: str, *parts: Element, **attributes: str) -> Element:
    return element(
        hl7(name),
        element(hl7("value"), *parts, attributes=attributes),
        element(hl7("semanticsText"), _SEMANTICS[name]),
    )


# Reading ----------------------------------------------------------------------------


def read_patient_discovery_request(body: etree._Element) -> PatientDiscoveryRequest:
    """Read a question.

    Raises
    ------
    DiscoveryRefused
        The question is of its form but cannot be served: a trait that is not of its
        form, a parameter that is not evaluated, a deferred answer. It carries what the
        answer repeats.
    ProtocolError
        The message is not of its form.
    """
    act = required(body, hl7("controlActProcess"))
    query = required(act, hl7("queryByParameter"))
    request = _read_envelope(body, query)
    _check_modes(query, request)
    parameters = child(query, hl7("parameterList"))
    _check_parameters(parameters, request)
    try:
        _check_confidence(query)
        traits = _read_traits(parameters)
    except TraitInvalid as error:
        raise DiscoveryRefused(
            Refusal.FILTER_INVALID, f"a trait was refused: {error}", request
        ) from None
    return replace(request, traits=traits)


def _check_modes(query: etree._Element, request: PatientDiscoveryRequest) -> None:
    """Refuse what is answered later, or in parts."""
    for name, served in (("responsePriorityCode", "I"), ("responseModalityCode", "R")):
        if attribute(child(query, hl7(name)), "code") not in {None, served}:
            raise DiscoveryRefused(
                Refusal.ANSWER_MODE_UNSUPPORTED,
                "only immediate answers are given, and in one message",
                request,
            )


def _check_parameters(
    parameters: etree._Element | None, request: PatientDiscoveryRequest
) -> None:
    """Refuse a parameter nobody looks at: the answer would be to another question."""
    found = [] if parameters is None else parameters.iterchildren("*")
    if any(each.tag not in _EVALUATED for each in found):
        raise DiscoveryRefused(
            Refusal.QUERY_UNSUPPORTED, "a search parameter is not evaluated", request
        )


def _check_confidence(query: etree._Element) -> None:
    """Check the wanted confidence; a match is always whole, so that any is reached."""
    wanted = child(
        query, hl7("matchCriterionList"), hl7("minimumDegreeMatch"), hl7("value")
    )
    value = attribute(wanted, "value")
    if value is not None and not (value.isdecimal() and int(value) <= _FULL_MATCH):
        raise TraitInvalid("minimumDegreeMatch is no percentage")


def _read_envelope(
    body: etree._Element, query: etree._Element
) -> PatientDiscoveryRequest:
    message_id = read_instance_id(required(body, hl7("id")))
    sender = _device_id(child(body, hl7("sender")))
    if message_id is None or sender is None:
        raise invalid("the message has no id, or its sender has none")
    organization = child(
        child(body, hl7("sender")),
        hl7("device"),
        hl7("asAgent"),
        hl7("representedOrganization"),
        hl7("id"),
    )
    interaction = attribute(child(body, hl7("interactionId")), "root")
    return PatientDiscoveryRequest(
        id=message_id,
        sender=sender,
        receiver=_device_id(child(body, hl7("receiver"))),
        query_id=read_instance_id(child(query, hl7("queryId"))),
        traits=PatientTraits(()),
        sender_organization=oid(organization),
        version_code=attribute(child(body, hl7("versionCode")), "code") or VERSION_CODE,
        interaction_root=interaction or oids.HL7_INTERACTION,
        echo=to_light(query),
    )


def read_instance_id(source: etree._Element | None) -> InstanceId | None:
    """Read an instance identifier; None when it has no root."""
    root = attribute(source, "root")
    return None if root is None else InstanceId(root, attribute(source, "extension"))


def _device_id(role: etree._Element | None) -> HomeCommunityId | None:
    root = oid(child(role, hl7("device"), hl7("id")))
    return None if root is None else HomeCommunityId(root)


def _read_traits(parameters: etree._Element | None) -> PatientTraits:
    family, given = read_name(_only_value(parameters, "livingSubjectName"))
    return PatientTraits(
        ids=_read_ids(parameters),
        family=family,
        given=given,
        birth_date=read_date(_only_value(parameters, "livingSubjectBirthTime")),
        gender=read_gender(
            _only_value(parameters, "livingSubjectAdministrativeGender")
        ),
        address=read_address(_only_value(parameters, "patientAddress")),
    )


def _only_value(parameters: etree._Element | None, name: str) -> etree._Element | None:
    """Return the value of a parameter that may stand only once."""
    found = [
        value
        for parameter in children(parameters, hl7(name))
        for value in children(parameter, hl7("value"))
    ]
    if len(found) > 1:
        raise TraitInvalid(f"{name} has several values")
    return found[0] if found else None


def _read_ids(parameters: etree._Element | None) -> tuple[PatientId, ...]:
    found = [
        value
        for parameter in children(parameters, hl7("livingSubjectId"))
        for value in children(parameter, hl7("value"))
        if attribute(value, "nullFlavor") is None
    ]
    if len(found) > MOST_IDS:
        raise TraitInvalid(f"there are more than {MOST_IDS} identifiers")
    return tuple(_read_id(value) for value in found)


def _read_id(value: etree._Element) -> PatientId:
    try:
        return read_patient_id(value)
    except (IdentifierError, ProtocolError):
        raise TraitInvalid("an identifier has no root or no extension") from None


def read_patient_id(source: etree._Element) -> PatientId:
    """Read a patient id from root and extension; both are needed."""
    root = oid(source)
    if root is None:
        raise IdentifierError("a patient id needs a root")
    return PatientId(root, attribute(source, "extension") or "")
