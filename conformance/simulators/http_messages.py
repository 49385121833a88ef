"""HTTP messages between a simulator and a gateway, and what may go wrong with them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_CHUNK: Final = 8192
# How long one byte is waited for where they come one by one.
DRIP_S: Final = 0.2
DOCUMENT_TYPE: Final = b"<!DOCTYPE Envelope>"
BROWSER_PAGE: Final = ("text/html", b"<html>Sorry</html>")


class Fault(StrEnum):
    """What a simulator does to a message on purpose.

    The first eight are done by either side, the rest by country B to what it asks;
    ``UNKNOWN_CODE`` of country A is an answer by a magic patient id.
    """

    SLOW = "slow"  # silence before the message
    DRIP = "drip"  # one byte after the other
    RESET = "reset"  # half of the body, then TCP's own refusal
    TRUNCATED = "truncated"  # half of the body, then the end
    HALF_CLOSED = "half-closed"  # half of the head, then no more is sent
    WRONG_BOUNDARY = "wrong-boundary"  # the head names another than the body has
    DOCTYPE = "doctype"  # a document type before the envelope
    PAGE = "page"  # a page for a browser, and nothing else
    EXPIRED_CERTIFICATE = "expired-certificate"  # of TLS
    UNSIGNED_ASSERTION = "unsigned-assertion"
    DUPLICATE_MESSAGE_ID = "duplicate-message-id"  # with another body
    UNKNOWN_CODE = "unknown-code"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it was received, or is to be sent; names of fields in lower case."""

    path: str
    fields: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type, empty where none is told."""
        return self.fields.get("content-type", "")


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer; ``fault`` is what happens to it on its way out."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    fault: Fault | None = None


def other_boundary(content_type: str) -> str:
    """Return a media type whose boundary is another than the body has.

    Raises
    ------
    ValueError
        It is no package.
    """
    if 'boundary="' not in content_type:
        raise ValueError("only a package has a boundary")
    return content_type.replace('boundary="', 'boundary="other_', 1)


def reset(line: socket.socket) -> None:
    """End a connection as TCP refuses one: nothing of it is delivered any more."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def in_chunks(body: bytes) -> bytes:
    """Frame a body in chunks (RFC 9112 §7.1)."""
    pieces = [
        b"%x\r\n%s\r\n" % (len(piece), piece)
        for piece in (
            body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)
        )
    ]
    return b"".join([*pieces, b"0\r\n\r\n"])
