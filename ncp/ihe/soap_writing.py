"""SOAP 1.2 messages of the transactions, written strictly.

Spec: SOAP 1.2 Part 1 §5 and Part 2 §7 / WS-Addressing 1.0 SOAP Binding / IHE ITI TF-2
Appendix V.3 / eHDSI Messaging Profile (assertions in wsse:Security, unsigned message).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.addressing import (
    request_header,
    response_header,
)
from ncp.ihe.answer import Answer
from ncp.ihe.codes import FaultCode
from ncp.ihe.media_types import quoted
from ncp.ihe.mtom import (
    SOAP_XML,
    Attachment,
    write_package,
)
from ncp.ihe.nodes import element, local_of, prefixes_for, write_document
from trust.xml import Element, Written, write_xml

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"


def _soap(name: str) -> str:
    return f"{{{ns.SOAP}}}{name}"


_ENVELOPE, _BODY = map(_soap, ("Envelope", "Body"))


def write_request(
    body: Element,
    *,
    action: str,
    message_id: str,
    to: str,
    assertions: Sequence[bytes],
    mtom: bool = False,
    attachments: Sequence[Attachment] = (),
) -> HttpPayload:
    """Write a request; the signed assertions are embedded byte for byte.

    Parameters
    ----------
    assertions
        In the order HCP, TRC.
    mtom
        Whether to send it as a package of one part, as ITI-39 demands.
    attachments
        What travels beside it (ITI-41); with any it is a package.
    """
    data = _envelope(request_header(action, message_id, to, assertions), body)
    if mtom or attachments:
        return write_package(data, attachments, action=action, seed=message_id)
    return _plain(data, action)


def write_response(
    body: Element,
    *,
    action: str,
    message_id: str,
    relates_to: str | None,
    attachments: Sequence[Attachment] = (),
) -> HttpPayload:
    """Write a response: an MTOM package where it has attachments, plain otherwise."""
    data = _envelope(response_header(action, message_id, relates_to), body)
    if attachments:
        return write_package(data, attachments, action=action, seed=message_id)
    return _plain(data, action)


def write_plain(header: Written, body: Element, *, action: str) -> HttpPayload:
    """Write a message of no transaction, with the header it needs."""
    return _plain(_envelope(header, body), action)


def write_fault(
    answer: Answer,
    *,
    message_id: str,
    relates_to: str | None,
    action: str = ns.WSA_SOAP_FAULT,
    header: str | None = None,
) -> tuple[int, HttpPayload]:
    """Write a SOAP fault; returns the HTTP status to send it with.

    Parameters
    ----------
    header
        Clark name of the header that was not understood.
    """
    if answer.fault is None:
        raise ValueError(f"the answer to {answer.condition} is not a fault")
    blocks = _fault_headers(answer.fault, header)
    told = response_header(action, message_id, relates_to, blocks)
    also = dict(
        _declared(name)
        for name in (answer.code, header)
        if _is_nameable(name) and "}" in name
    )
    data = _envelope(told, _fault(answer, answer.fault), also)
    return answer.http_status, _plain(data, action)


def _envelope(
    header: Written, body: Element, also: Mapping[str, str] | None = None
) -> bytes:
    """Serialise an envelope; ``also`` declares prefixes that only values use."""
    envelope = Element(_ENVELOPE, {}, [header, Element(_BODY, {}, [body])])
    if also is None:
        return write_document(envelope)
    return write_xml(envelope, {**prefixes_for(envelope), **also})


def _plain(data: bytes, action: str) -> HttpPayload:
    return HttpPayload(f"{SOAP_XML}; charset=UTF-8; action={quoted(action)}", data)


def _fault_headers(fault: FaultCode, header: str | None) -> list[Element]:
    """Build the headers of SOAP 1.2 Part 1 §5.4.7 (Upgrade) and §5.4.8."""
    if fault is FaultCode.VERSION_MISMATCH:
        supported = element(
            _soap("SupportedEnvelope"), attributes={"qname": "soap:Envelope"}
        )
        return [element(_soap("Upgrade"), supported)]
    if fault is FaultCode.MUST_UNDERSTAND and _is_nameable(header):
        return [_not_understood(header)]
    return []


def _is_nameable(header: str | None) -> TypeGuard[str]:
    """Tell whether a header can be named: not at any length, not in XML's own."""
    return header is not None and len(header) <= 500 and XML_NAMESPACE not in header


def _not_understood(header: str) -> Element:
    return element(_soap("NotUnderstood"), attributes={"qname": _qualified(header)})


def _fault(answer: Answer, fault: FaultCode) -> Element:
    subcode = (
        element(_soap("Subcode"), element(_soap("Value"), _qualified(answer.code)))
        if answer.code
        else None
    )
    return element(
        _soap("Fault"),
        element(
            _soap("Code"), element(_soap("Value"), _qualified(_soap(fault))), subcode
        ),
        element(
            _soap("Reason"),
            element(
                _soap("Text"),
                answer.text,
                attributes={f"{{{XML_NAMESPACE}}}lang": "en"},
            ),
        ),
    )


def _declared(clark: str) -> tuple[str, str]:
    """Return namespace and prefix of a name that stands in a value."""
    namespace = clark.removeprefix("{").rpartition("}")[0]
    return namespace, ns.PREFIXES.get(namespace, "other")


def _qualified(clark: str) -> str:
    """Write a name that stands in a value, with its prefix."""
    namespace, prefix = _declared(clark)
    return f"{prefix}:{local_of(clark)}" if namespace else clark
