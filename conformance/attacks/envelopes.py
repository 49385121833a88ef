"""Attacks on the SOAP envelope: its headers, its addressing, its shape.

Spec: SOAP 1.2 Part 1 §2.4, §5 / WS-Addressing 1.0 Core §3, SOAP Binding §6 /
WS-Security 1.1.1 §5 / WS-Attacks.org (SOAPAction and WS-Addressing spoofing).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import (
    WSA,
    append,
    at,
    clark,
    drop,
    parsed,
    remove,
    set_attribute,
    set_text,
    twice,
)
from conformance.attacks.message import Change, Message
from trust.namespaces import SAML, SOAP_12, WSU

_HEADER: Final = "soap:Header"
_BODY: Final = "soap:Body"
_SECURITY: Final = f"{_HEADER}/wsse:Security"
_MUST_UNDERSTAND: Final = f"{{{SOAP_12}}}mustUnderstand"
_ROLE: Final = f"{{{SOAP_12}}}role"
_SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_WSA_OLD: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"


def bent(change: Change) -> Mutation:
    """Change the envelope as a tree."""
    return lambda message: message.bent(change)


def with_id_of_hcp(name: str) -> Mutation:
    """Give the content of the Body the ID of the HCP assertion."""

    def mutate(message: Message) -> Message:
        identifier = str(parsed(message.hcp).get("ID"))
        return message.bent(lambda root: at(root, _BODY)[0].set(name, identifier))

    return mutate


def security_twice(root: etree._Element) -> None:
    """Add a second, empty security header."""
    at(root, _SECURITY).addnext(etree.Element(clark("wsse:Security")))


def security_for_two(root: etree._Element) -> None:
    """Add a security header for somebody else, with the same assertions."""
    security = at(root, _SECURITY)
    other = deepcopy(security)
    other.set(_ROLE, "http://example.org/other")
    security.addprevious(other)


def security_in_two_roles(root: etree._Element) -> None:
    """Address two security headers to two roles, both of which every receiver plays."""
    security = at(root, _SECURITY)
    other = deepcopy(security)
    other.set(_ROLE, f"{SOAP_12}/role/next")
    security.set(_ROLE, f"{SOAP_12}/role/ultimateReceiver")
    security.addprevious(other)


def security_in_two_strengths(root: etree._Element) -> None:
    """Send a security header that must be understood beside one that need not."""
    security = at(root, _SECURITY)
    other = deepcopy(security)
    other.set(_MUST_UNDERSTAND, "false")
    security.set(_MUST_UNDERSTAND, "true")
    security.addnext(other)


def assertion_in_body(message: Message) -> Message:
    """Move the HCP assertion from the header to the Body."""
    bare = message.without(message.hcp)
    start = bare.envelope.index(b">", bare.envelope.index(b"<soap:Body>") + 11) + 1
    head, rest = bare.envelope[:start], bare.envelope[start:]
    return bare.with_envelope(head + message.hcp + rest)


def assertion_encrypted(root: etree._Element) -> None:
    """Wrap the assertions as if they were encrypted."""
    security = at(root, _SECURITY)
    wrapper = etree.Element(f"{{{SAML}}}EncryptedAssertion")
    wrapper.extend(list(security))
    security.append(wrapper)


def timestamped(root: etree._Element) -> None:
    """Put a timestamp beside the assertions."""
    at(root, _SECURITY).insert(0, etree.Element(f"{{{WSU}}}Timestamp"))


def header_twice(root: etree._Element) -> None:
    """Send two SOAP headers; the second one is the good one."""
    at(root, _HEADER).addprevious(etree.Element(clark(_HEADER)))


def body_first(root: etree._Element) -> None:
    """Send the Body before the Header."""
    root.append(at(root, _HEADER))


def as_soap_11(message: Message) -> Message:
    """Send a SOAP 1.1 envelope under SOAP 1.2's media type."""
    envelope = message.envelope.replace(SOAP_12.encode(), _SOAP_11.encode())
    return message.with_envelope(envelope)


def not_an_envelope(message: Message) -> Message:
    """Send the Body's content without an envelope."""

    def change(root: etree._Element) -> None:
        root.tag = "{urn:example}Envelope"

    return message.bent(change)


def addressed_twice(root: etree._Element) -> None:
    """Repeat the addressing in an older namespace, with other values."""
    header = at(root, _HEADER)
    for name, value in (
        ("MessageID", "urn:uuid:00000000-0000-4000-8000-000000000000"),
        ("Action", "urn:example:another"),
        ("To", "http://example.org/"),
    ):
        etree.SubElement(header, f"{{{_WSA_OLD}}}{name}").text = value


def replies_to_bait(name: str) -> Mutation:
    """Ask for the answer, or the fault, to be sent to an address."""

    def mutate(message: Message) -> Message:
        def change(root: etree._Element) -> None:
            for old in at(root, _HEADER).findall(f"{{{WSA}}}{name}"):
                remove(old)
            endpoint = etree.SubElement(at(root, _HEADER), f"{{{WSA}}}{name}")
            address = etree.SubElement(endpoint, f"{{{WSA}}}Address")
            address.text = message.ground.bait

        return message.bent(change)

    return mutate


def unknown_header(**attributes: str) -> Change:
    """Add a header block that nobody knows."""

    def change(root: etree._Element) -> None:
        block = etree.SubElement(at(root, _HEADER), "{urn:example:unknown}Wish")
        for name, value in attributes.items():
            block.set(f"{{{SOAP_12}}}{name}", value)

    return change


def included_in_body(message: Message) -> Message:
    """Ask the parser to include an address into the Body."""

    def change(root: etree._Element) -> None:
        etree.SubElement(
            at(root, _BODY)[0],
            "{http://www.w3.org/2001/XInclude}include",
            {"href": message.ground.bait, "parse": "text"},
        )

    return message.bent(change)


def signed_body_of_other(message: Message) -> Message:
    """Put the Body of another transaction under this one's action."""

    def change(root: etree._Element) -> None:
        body = at(root, _BODY)
        body.clear()
        etree.SubElement(
            body, "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest"
        )

    return message.bent(change)


def without_actions(message: Message) -> Message:
    """Tell the action nowhere but in the Body's name."""
    kept = message.content_type.partition("; action=")[0]
    return message.with_content_type(kept).bent(drop(f"{_HEADER}/wsa:Action"))


def soap_action(value: str) -> Mutation:
    """Tell another action in the SOAPAction header."""
    return lambda message: message.with_field("SOAPAction", value)


def reused_message_id(message: Message) -> Message:
    """Send a good message first, then another one under its MessageID."""
    change = append(f"{_BODY}/*", "{urn:example:other}content", "x")
    if message.transaction == "ITI-55":
        change = set_text(".//{urn:hl7-org:v3}semanticsText", "another text")
    return replace(message.bent(change), earlier=message)


def sent_again(message: Message) -> Message:
    """Send the very same message a second time."""
    return replace(message, earlier=message)


def assertions_used_again(message: Message) -> Message:
    """Use the assertions of a message in another one: a session has many."""
    return replace(renamed(message), earlier=message)


def renamed(message: Message) -> Message:
    """Return it under a message id of its own."""
    fresh = "urn:uuid:" + message.message_id[-12:].rjust(36, "0")
    changed = message.bent(set_text(f"{_HEADER}/wsa:MessageID", fresh))
    return replace(changed, message_id=fresh)


MUTATIONS: Final[dict[str, Mutation]] = {
    # The security header
    "security-absent": bent(drop(_SECURITY)),
    "security-twice": bent(security_twice),
    "security-for-two": bent(security_for_two),
    "security-in-two-roles": bent(security_in_two_roles),
    "security-in-two-strengths": bent(security_in_two_strengths),
    "security-for-other": bent(
        set_attribute(_SECURITY, _ROLE, "http://example.org/other")
    ),
    "security-with-timestamp": bent(timestamped),
    "assertion-encrypted": bent(assertion_encrypted),
    "assertion-in-body": assertion_in_body,
    "id-twice": with_id_of_hcp("ID"),
    "id-twice-capital": with_id_of_hcp("Id"),
    "id-twice-wsu": with_id_of_hcp(f"{{{WSU}}}Id"),
    "id-twice-xml": with_id_of_hcp(_XML_ID),
    "id-twice-small": with_id_of_hcp("id"),
    # Other headers
    "header-not-understood": bent(unknown_header(mustUnderstand="true")),
    "header-not-a-boolean": bent(unknown_header(mustUnderstand="yes")),
    "header-unknown": bent(unknown_header()),
    "header-for-other": bent(
        unknown_header(mustUnderstand="1", role="http://example.org/other")
    ),
    # The shape
    "soap-1-1": as_soap_11,
    "not-an-envelope": not_an_envelope,
    "two-headers": bent(header_twice),
    "body-first": bent(body_first),
    "two-bodies": bent(twice(_BODY)),
    "body-empty": bent(drop(f"{_BODY}/*")),
    "body-of-two": bent(append(_BODY, "{urn:example}Other")),
    "element-behind-body": bent(append(".", "{urn:example}Other")),
    "body-of-other-service": signed_body_of_other,
    "include-in-body": included_in_body,
    # Addressing
    "message-id-absent": bent(drop(f"{_HEADER}/wsa:MessageID")),
    "message-id-empty": bent(set_text(f"{_HEADER}/wsa:MessageID", " ")),
    "message-id-twice": bent(twice(f"{_HEADER}/wsa:MessageID")),
    "message-id-huge": bent(set_text(f"{_HEADER}/wsa:MessageID", "urn:" + "x" * 600)),
    "action-twice": bent(twice(f"{_HEADER}/wsa:Action")),
    "action-unknown": bent(set_text(f"{_HEADER}/wsa:Action", "urn:example:another")),
    "action-contradicts": bent(
        set_text(
            f"{_HEADER}/wsa:Action",
            "urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
        )
    ),
    "action-only-in-body": without_actions,
    "soap-action-unknown": soap_action('"urn:example:another"'),
    "addressed-twice": bent(addressed_twice),
    "addressed-elsewhere": bent(set_text(f"{_HEADER}/wsa:To", "https://example.org/")),
    "reply-to-bait": replies_to_bait("ReplyTo"),
    "fault-to-bait": replies_to_bait("FaultTo"),
    # Replay
    "message-id-reused": reused_message_id,
    "message-sent-again": sent_again,
    "assertions-used-again": assertions_used_again,
}
"""The mutations of this module by the id of their attack."""
