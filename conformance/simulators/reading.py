"""What came back, read by a simulated country B: every fact a tester asks about.

Spec: IHE ITI TF-2 §3.38.4.2, §3.39.4.2, §3.41.4.2, §3.55.4.2 / SOAP 1.2 Part 1 §5.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from conformance.simulators.http_messages import HttpReply
from conformance.simulators.mtom import binary
from conformance.simulators.soap import (
    NAMESPACES,
    Message,
    NotUnderstood,
    read_message,
)
from trust.identifiers import Oid, PatientId

_CLASS: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
_FORMAT: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
_UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_REASON_PATHS: Final = (
    "v3:mitigatedBy/v3:detectedIssueManagement/v3:code",
    "v3:triggerFor/v3:actOrderRequired/v3:code",
)


@dataclass(frozen=True, slots=True)
class ToldError:
    """An error as it was told; what was not told is empty."""

    code: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of a list: what it takes to ask for it, and what kind it is."""

    unique_id: str
    repository: str
    home: str
    class_code: str
    format_code: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway answered.

    Attributes
    ----------
    http_status
        0 where no answer came: the line was cut or the handshake refused.
    fault
        The codes of a SOAP fault, the outer first.
    status
        Of a registry response, without what all URNs begin with.
    acknowledgement, response, reason
        Of an answer to ITI-55.
    """

    http_status: int = 0
    fault: tuple[str, ...] = ()
    status: str = ""
    acknowledgement: str = ""
    response: str = ""
    reason: str = ""
    errors: tuple[ToldError, ...] = ()
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    entries: tuple[Listed, ...] = ()
    documents: tuple[bytes, ...] = field(default=(), repr=False)
    relates_to: str = ""
    is_package: bool = False
    body: bytes = field(default=b"", repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all errors, in order."""
        return tuple(error.code for error in self.errors)


def read_answer(reply: HttpReply | None) -> Answer:
    """Read an answer; one that is no SOAP has nothing but its HTTP status."""
    if reply is None:
        return Answer()
    try:
        message = read_message(reply.content_type, reply.body)
    except NotUnderstood:
        return Answer(reply.status, body=reply.body)
    body = message.body
    return Answer(
        http_status=reply.status,
        fault=_fault(body),
        status=_status(body),
        acknowledgement=_code(body, "v3:acknowledgement/v3:typeCode"),
        response=_code(body, ".//v3:queryAck/v3:queryResponseCode"),
        reason=_reason(body),
        errors=(*_details(body), *_registry_errors(body)),
        patients=tuple(_patients(body)),
        entries=tuple(map(_entry, body.iterfind(".//rim:ExtrinsicObject", NAMESPACES))),
        documents=tuple(_documents(message)),
        relates_to=message.envelope.findtext("s:Header/wsa:RelatesTo", "", NAMESPACES),
        is_package=message.is_package,
        body=reply.body,
    )


def _fault(body: etree._Element) -> tuple[str, ...]:
    values = ("s:Code/s:Value", "s:Code/s:Subcode/s:Value")
    told = (body.findtext(path, "", NAMESPACES) for path in values)
    return tuple(value.rpartition(":")[2] for value in told if value)


def _status(body: etree._Element) -> str:
    held = body.find("rs:RegistryResponse", NAMESPACES)
    source = body if held is None else held
    return source.get("status", "").rpartition(":")[2]


def _code(body: etree._Element, path: str) -> str:
    found = body.find(path, NAMESPACES)
    return "" if found is None else found.get("code", "")


def _reason(body: etree._Element) -> str:
    event = ".//v3:reasonOf/v3:detectedIssueEvent/"
    told = (_code(body, event + path) for path in _REASON_PATHS)
    return next((code for code in told if code), "")


def _details(body: etree._Element) -> list[ToldError]:
    path = "v3:acknowledgement/v3:acknowledgementDetail"
    return [
        ToldError(
            _code(found, "v3:code"),
            found.get("typeCode", ""),
            found.findtext("v3:text", "", NAMESPACES),
        )
        for found in body.iterfind(path, NAMESPACES)
    ]


def _registry_errors(body: etree._Element) -> list[ToldError]:
    return [
        ToldError(
            found.get("errorCode", ""),
            found.get("severity", "").rpartition(":")[2],
            found.get("codeContext", ""),
        )
        for found in body.iterfind(".//rs:RegistryError", NAMESPACES)
    ]


def _patients(body: etree._Element) -> list[PatientId]:
    path = ".//v3:subject/v3:registrationEvent/v3:subject1/v3:patient/v3:id"
    return [
        PatientId(Oid.parse(found.get("root", "")), found.get("extension", ""))
        for found in body.iterfind(path, NAMESPACES)
    ]


def _entry(source: etree._Element) -> Listed:
    slot = "rim:Slot[@name='repositoryUniqueId']/rim:ValueList/rim:Value"
    return Listed(
        _marked(source, "ExternalIdentifier", "identificationScheme", _UNIQUE_ID),
        source.findtext(slot, "", NAMESPACES),
        source.get("home", ""),
        _marked(source, "Classification", "classificationScheme", _CLASS),
        _marked(source, "Classification", "classificationScheme", _FORMAT),
    )


def _marked(source: etree._Element, name: str, attribute: str, scheme: str) -> str:
    found = source.find(f"rim:{name}[@{attribute}='{scheme}']", NAMESPACES)
    if found is None:
        return ""
    return found.get("value") or found.get("nodeRepresentation") or ""


def _documents(message: Message) -> Sequence[bytes]:
    path = "xdsb:DocumentResponse/xdsb:Document"
    documents = []
    for found in message.body.iterfind(path, NAMESPACES):
        include = found.find("xop:Include", NAMESPACES)
        href = None if include is None else include.get("href")
        documents.append(binary(found.text, href, message.parts))
    return documents
