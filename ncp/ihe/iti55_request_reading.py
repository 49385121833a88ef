"""Cross Gateway Patient Discovery, the question: read by country A.

Spec: IHE ITI TF-2 §3.55.4.1 / HL7 v3 PRPA_IN201305UV02 (NE2008) / eHDSI XCPD Profile.
Seen: Denmark's test tool sends an id and a country and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import oids
from ncp.ihe.iti55_request_writing import SEMANTICS
from ncp.ihe.nodes import (
    attribute,
    child,
    children,
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
)
from trust.identifiers import HomeCommunityId, IdentifierError, PatientId

MOST_IDS = 20
_FULL_MATCH = 100
_EVALUATED = frozenset({hl7(name) for name in SEMANTICS} | {hl7("id")})


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
