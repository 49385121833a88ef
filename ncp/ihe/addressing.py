"""The SOAP header: written with its addressing, each of whose headers is read once.

Addressing headers are read from their own namespace only.

Spec: WS-Addressing 1.0 Core §3.2 / WS-Addressing 1.0 SOAP Binding §6 / SOAP 1.2
Part 1 §2.4 (mustUnderstand).
Seen: OpenNCP's retrieve repeats the headers in the namespace of the anonymous address;
Denmark's test tool sends neither To nor ReplyTo, and a MessageID that begins ``uuid:``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.nodes import child, element, form, invalid, text
from trust.xml import (
    INSIDE,
    Blank,
    Element,
    Written,
    only_with,
    write_fragment,
    written_verbatim,
)

# The blocks of a SOAP header by their names, each name's in order.
HeaderBlocks: TypeAlias = Mapping[str, Sequence[etree._Element]]  # noqa: SLF001 - lxml's public type

LONGEST_MESSAGE_ID = 512
_HEADER = f"{{{ns.SOAP}}}Header"
_MUST_UNDERSTAND = f"{{{ns.SOAP}}}mustUnderstand"
_ROLE = f"{{{ns.SOAP}}}role"
_WSA_HEADERS = (
    "Action",
    "MessageID",
    "To",
    "RelatesTo",
    "ReplyTo",
    "FaultTo",
    "From",
)
_UNDERSTOOD = frozenset(
    {*(f"{{{ns.WSA}}}{name}" for name in _WSA_HEADERS), f"{{{ns.WSSE}}}Security"}
)


@cache  # the headers of the format, written in this package
def wsa(name: str) -> str:
    """Return a name of WS-Addressing in Clark notation."""
    return f"{{{ns.WSA}}}{name}"


@dataclass(frozen=True, slots=True)
class Addressing:
    """The addressing headers of a message.

    ``reply_to`` is only told: answers always go back on the same connection, whatever
    address a peer asks for.
    """

    action: str | None
    message_id: str | None
    to: str | None = None
    relates_to: str | None = None
    reply_to: str | None = None


class HeaderNotUnderstood(ProtocolError):  # noqa: N818 - SOAP's own word
    """A mandatory header for us is not known; ``header`` is its Clark name."""

    def __init__(self, header: str) -> None:
        super().__init__(
            Refusal.HEADER_NOT_UNDERSTOOD,
            "a mandatory SOAP header is not understood",
            "send it without mustUnderstand, or do not send it",
        )
        self.header = header


def read_addressing(header: HeaderBlocks) -> Addressing:
    """Read the addressing headers; one that stands twice is refused."""
    message_id = _single(header, "MessageID")
    if message_id is not None and len(message_id) > LONGEST_MESSAGE_ID:
        raise invalid(f"MessageID is longer than {LONGEST_MESSAGE_ID} characters")
    return Addressing(
        action=_single(header, "Action"),
        message_id=message_id,
        to=_single(header, "To"),
        relates_to=text(_first(header, "RelatesTo")),
        reply_to=text(child(_first(header, "ReplyTo"), wsa("Address"))),
    )


def _single(header: HeaderBlocks, name: str) -> str | None:
    found = header.get(wsa(name), ())
    if len(found) > 1:
        raise invalid(f"the addressing header {name} stands more than once")
    return text(found[0]) if found else None


def _first(header: HeaderBlocks, name: str) -> etree._Element | None:
    return next(iter(header.get(wsa(name), ())), None)


def check_mandatory_headers(header: HeaderBlocks) -> None:
    """Refuse a mandatory header that is meant for us and that we do not know.

    Raises
    ------
    HeaderNotUnderstood
        SOAP 1.2 Part 1 §2.4: such a message must not be processed.
    """
    for name, blocks in header.items():
        if name not in _UNDERSTOOD and any(map(_is_mandatory, blocks)):
            raise HeaderNotUnderstood(name)


def _is_mandatory(block: etree._Element) -> bool:
    value = (block.get(_MUST_UNDERSTAND) or "false").strip()
    role = (block.get(_ROLE) or "").strip()
    # A value that is no boolean counts as true: refusing is the safe reading.
    return value not in {"0", "false"} and role in ns.SOAP_ROLES_OF_RECEIVER


def _wsa(name: str, value: str, *, is_mandatory: bool = False) -> Element:
    attributes = {_MUST_UNDERSTAND: "1"} if is_mandatory else {}
    return element(wsa(name), value, attributes=attributes)


_ACTION: Final = _wsa("Action", Blank("action"), is_mandatory=True)
_MESSAGE_ID: Final = _wsa("MessageID", Blank("message_id"))
_OF_REQUEST: Final = form(
    element(
        _HEADER,
        _ACTION,
        _MESSAGE_ID,
        _wsa("To", Blank("to"), is_mandatory=True),
        element(wsa("ReplyTo"), _wsa("Address", ns.WSA_ANONYMOUS)),
        element(f"{{{ns.WSSE}}}Security", INSIDE),
    )
)
_OF_RESPONSE: Final = form(
    element(
        _HEADER,
        _ACTION,
        _MESSAGE_ID,
        only_with("relates_to", _wsa("RelatesTo", Blank("relates_to"))),
        INSIDE,
    )
)


def request_header(
    action: str, message_id: str, to: str, assertions: Sequence[bytes]
) -> Written:
    """Write the SOAP header of a request; the assertions are embedded byte for byte."""
    signed = written_verbatim(assertions)
    return _OF_REQUEST.fill(signed, action=action, message_id=message_id, to=to)


def response_header(
    action: str, message_id: str, relates_to: str | None, blocks: Sequence[Element] = ()
) -> Written:
    """Write the SOAP header of a response or fault, with more blocks where given."""
    more = write_fragment(blocks, ns.PREFIXES) if blocks else None
    return _OF_RESPONSE.fill(
        more, action=action, message_id=message_id, relates_to=relates_to
    )
