"""A message as a tester has it in a file: an envelope, a package, or HTTP around it.

Spec: RFC 9112 §2 (an HTTP message) / RFC 2046 §5.1.1 (a package begins with its
boundary).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from conformance.simulators.mtom import MULTIPART, SOAP_XML, XOP_XML
from conformance.simulators.soap import NotUnderstood

_START_LINE: Final = re.compile(
    rb"(POST \S+ HTTP/1\.[01]|HTTP/1\.[01] \d{3}[^\r\n]*)\r?\n"
)
_FIELD: Final = re.compile(rb"([!-9;-~]+):[ \t]*([^\r\n]*)\Z")
_BOUNDARY: Final = re.compile(rb"--([!-~]{1,200})[ \t]*\r?\n")
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class MessageFile:
    """The media type and the body of a message; the type may have been concluded."""

    content_type: str
    body: bytes = field(repr=False)


def read_message_file(data: bytes) -> MessageFile:
    """Find the message in the bytes of a file.

    Raises
    ------
    NotUnderstood
        It is neither XML, nor a package, nor an HTTP message.
    """
    start = _START_LINE.match(data)
    if start is not None:
        return _from_http(data[start.end() :])
    stripped = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped[:1] == b"<":
        return MessageFile(SOAP_XML, data)
    boundary = _BOUNDARY.match(stripped)
    if boundary is not None:
        told = boundary[1].decode("ascii")
        kind = f'{MULTIPART}; boundary="{told}"; type="{XOP_XML}"'
        return MessageFile(kind, stripped)
    raise NotUnderstood("neither XML, nor a MIME package, nor an HTTP message")


def _from_http(data: bytes) -> MessageFile:
    end = _BLANK_LINE.search(data)
    if end is None:
        raise NotUnderstood("the HTTP message has no end of its head")
    fields = _fields(data[: end.start()])
    body = data[end.end() :]
    if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
        body = _dechunked(body)
    told = fields.get(b"content-type", b"").decode("latin-1")
    return MessageFile(told, body)


def _fields(head: bytes) -> dict[bytes, bytes]:
    found = map(_FIELD.match, head.splitlines())
    return {each[1].lower(): each[2].strip() for each in found if each is not None}


def _dechunked(data: bytes) -> bytes:
    """Take chunks apart (RFC 9112 §7.1)."""
    pieces: list[bytes] = []
    while True:
        size, found, rest = data.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            raise NotUnderstood("a chunk of the HTTP message has no length") from None
        if not found or length < 0 or len(rest) < length:
            raise NotUnderstood("the HTTP message is cut short")
        if length == 0:
            return b"".join(pieces)
        pieces.append(rest[:length])
        data = rest[length:].removeprefix(b"\r\n")
