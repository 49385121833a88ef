"""The searches of the sample country, over what it read from its folder.

Spec: HL7 FHIR R4 §3.1.1.4.3 (AND and OR), §3.1.1.4.10 (token), §3.1.1.5.8 (escaping).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ncp.national.fhir_json import Resource, as_list
from ncp.national.sample_country.folder import SampleData, read_identifier
from trust.identifiers import URN_OID

Matcher: TypeAlias = Callable[[SampleData, Resource, str], bool]

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\,|$])")


class UnknownParameter(Exception):  # noqa: N818 - names the answer it becomes
    """A parameter that this resource is not searched by; strict handling refuses it."""


def find(
    data: SampleData, resource_type: str, parameters: Sequence[tuple[str, str]]
) -> list[Resource]:
    """Return the resources that match every parameter."""
    matchers = _MATCHERS[resource_type]
    if any(name not in matchers for name, _ in parameters):
        raise UnknownParameter
    return [
        resource
        for resource in _all(data, resource_type)
        if all(
            any(matchers[name](data, resource, one) for one in _alternatives(value))
            for name, value in parameters
        )
    ]


def searchable(resource_type: str) -> Sequence[str]:
    """Name the parameters of a resource type, for the capability statement."""
    return tuple(_MATCHERS[resource_type])


def _all(data: SampleData, resource_type: str) -> Iterator[Resource]:
    if resource_type == "Patient":
        yield from (patient.resource for patient in data.patients.values())
    elif resource_type == "DocumentReference":
        yield from (document.reference for document in data.documents.values())
        yield from data.originals
    elif resource_type == "Medication":
        yield from data.products
    elif resource_type == "Consent":
        yield from data.consents
    else:
        yield from data.prescribed.of_type(resource_type)


def _alternatives(value: str) -> list[str]:
    return _UNESCAPED_COMMA.split(value)


def _token(value: str) -> tuple[str | None, str]:
    """Split ``system|code``; without a bar any system will do."""
    parts = _UNESCAPED_BAR.split(value, maxsplit=1)
    plain = [_ESCAPED.sub(r"\1", part) for part in parts]
    if len(plain) == 1:
        return None, plain[0]
    return plain[0].removeprefix(URN_OID), plain[1]


def _by_identifier(_data: SampleData, resource: Resource, value: str) -> bool:
    system, wanted = _token(value)
    for identifier in as_list(resource.get("identifier")):
        read = read_identifier(identifier) if isinstance(identifier, dict) else None
        if read is not None and read[1] == wanted and system in {None, read[0]}:
            return True
    return False


def _by_patient_identifier(data: SampleData, resource: Resource, value: str) -> bool:
    patient = data.patients.get(_patient_id(resource))
    return patient is not None and _by_identifier(data, patient.resource, value)


def _by_patient(_data: SampleData, resource: Resource, value: str) -> bool:
    return _patient_id(resource) == value.removeprefix("Patient/")


def _patient_id(resource: Resource) -> str:
    subject = resource.get("subject") or resource.get("patient")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    return str(reference or "").removeprefix("Patient/")


def _by_type(_data: SampleData, resource: Resource, value: str) -> bool:
    system, code = _token(value)
    concept = resource.get("type")
    codings = as_list(concept.get("coding")) if isinstance(concept, dict) else []
    return any(
        isinstance(coding, dict)
        and coding.get("code") == code
        and system in {None, coding.get("system")}
        for coding in codings
    )


def _by_name(part: str) -> Matcher:
    def matches(_data: SampleData, resource: Resource, value: str) -> bool:
        wanted = value.casefold()
        names = as_list(resource.get("name"))
        return any(text.casefold().startswith(wanted) for text in _parts(names, part))

    return matches


def _parts(names: list[Any], part: str) -> Iterator[str]:
    for name in names:
        written = name.get(part) if isinstance(name, dict) else None
        yield from (written if isinstance(written, list) else [written or ""])


def _by_element(element: str) -> Matcher:
    def matches(_data: SampleData, resource: Resource, value: str) -> bool:
        return resource.get(element) == value

    return matches


def _by_concept(element: str) -> Matcher:
    def matches(_data: SampleData, resource: Resource, value: str) -> bool:
        system, code = _token(value)
        return any(
            coding.get("code") == code
            and system in {None, str(coding.get("system")).removeprefix(URN_OID)}
            for coding in _codings_of(resource, element)
        )

    return matches


def _codings_of(resource: Resource, element: str) -> Iterator[dict[str, Any]]:
    concepts = [resource.get(element)]
    if element == "code":
        concepts += [
            each.get("valueCodeableConcept")
            for each in as_list(resource.get("extension"))
        ]
    for concept in concepts:
        if isinstance(concept, dict):
            yield from as_list(concept.get("coding"))


def _by_text_of_code(_data: SampleData, resource: Resource, value: str) -> bool:
    code = resource.get("code")
    text = code.get("text") if isinstance(code, dict) else None
    return value.casefold() in str(text or "").casefold()


def _by_prescription(_data: SampleData, resource: Resource, value: str) -> bool:
    return any(
        isinstance(each, dict) and each.get("reference") == value
        for each in as_list(resource.get("authorizingPrescription"))
    )


def _by_entity(_data: SampleData, resource: Resource, value: str) -> bool:
    system, wanted = _token(value)
    for entity in as_list(resource.get("entity")):
        what = entity.get("what")
        named = what.get("identifier") if isinstance(what, dict) else None
        read = read_identifier(named) if isinstance(named, dict) else None
        if read is not None and read[1] == wanted and system in {None, read[0]}:
            return True
    return False


_MATCHERS: Mapping[str, Mapping[str, Matcher]] = {
    "Patient": {
        "_id": _by_element("id"),
        "identifier": _by_identifier,
        "family": _by_name("family"),
        "given": _by_name("given"),
        "birthdate": _by_element("birthDate"),
        "gender": _by_element("gender"),
    },
    "DocumentReference": {
        "_id": _by_element("id"),
        "patient": _by_patient,
        "patient.identifier": _by_patient_identifier,
        "type": _by_type,
        "status": _by_element("status"),
    },
    # This country holds none; who asks is told so.
    "DiagnosticReport": {
        "_id": _by_element("id"),
        "patient": _by_patient,
        "code": _by_type,
        "status": _by_element("status"),
    },
    "MedicationRequest": {
        "_id": _by_element("id"),
        "identifier": _by_identifier,
        "patient": _by_patient,
        "status": _by_element("status"),
    },
    "MedicationDispense": {
        "_id": _by_element("id"),
        "identifier": _by_identifier,
        "patient": _by_patient,
        "prescription": _by_prescription,
        "status": _by_element("status"),
    },
    "Medication": {
        "_id": _by_element("id"),
        "code": _by_concept("code"),
        "code:text": _by_text_of_code,
        "form": _by_concept("form"),
    },
    "AuditEvent": {
        "_id": _by_element("id"),
        "entity:identifier": _by_entity,
    },
    "Consent": {
        "_id": _by_element("id"),
        "patient": _by_patient,
        "patient.identifier": _by_patient_identifier,
        "status": _by_element("status"),
    },
}
