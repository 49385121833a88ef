"""MTOM packages of the simulators: an envelope, and parts beside it.

It shares nothing with a gateway's own module on purpose: what both got wrong would
otherwise look right.

Spec: XOP 1.0 §4 / RFC 2046 §5.1.1 / RFC 2387 / RFC 2392.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Final
from urllib.parse import unquote

SOAP_XML: Final = "application/soap+xml"
XOP_XML: Final = "application/xop+xml"
MULTIPART: Final = "multipart/related"
_BREAK: Final = re.compile(rb"\r?\n")


class PackageError(ValueError):
    """A message cannot be taken apart; the text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that travel beside an envelope; ``content_id`` without brackets."""

    content_id: str
    data: bytes = field(repr=False)
    content_type: str = "text/xml;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Packed:
    """The body of an HTTP message and its media type."""

    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An envelope and the parts beside it, by content id."""

    envelope: bytes = field(repr=False)
    parts: Mapping[str, bytes] = field(repr=False)
    action: str | None = None
    is_package: bool = False


def pack(envelope: bytes, parts: Sequence[Part], action: str) -> Packed:
    """Write a package; one without parts has its root part alone."""
    boundary = f"MIMEBoundary_{uuid.uuid4().hex}"
    start = f"<0.{uuid.uuid4().hex}@apache.org>"
    root_type = f'{XOP_XML}; charset=UTF-8; type="{SOAP_XML}"'
    pieces = [_part(boundary, root_type, start, envelope)]
    pieces += [
        _part(boundary, part.content_type, f"<{part.content_id}>", part.data)
        for part in parts
    ]
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    content_type = (
        f'{MULTIPART}; boundary="{boundary}"; type="{XOP_XML}"; start="{start}"; '
        f'start-info="{SOAP_XML}"; action="{action}"'
    )
    return Packed(content_type, b"".join(pieces))


def _part(boundary: str, content_type: str, content_id: str, data: bytes) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: binary\r\nContent-ID: {content_id}\r\n\r\n"
    )
    return head.encode("ascii") + data + b"\r\n"


def unpack(content_type: str, body: bytes) -> Unpacked:
    """Take the body of a message apart, be it plain or a package.

    Raises
    ------
    PackageError
        It is neither, or the package is not of its form.
    """
    told = _media_type(content_type)
    action = _parameter(told, "action")
    if told.get_content_type() == SOAP_XML:
        return Unpacked(body, {}, action)
    boundary = _parameter(told, "boundary")
    if told.get_content_type() != MULTIPART or not boundary:
        raise PackageError(f"neither SOAP 1.2 nor a package: {content_type!r}")
    parts = [_read_part(piece) for piece in _pieces(body, boundary)]
    start = (_parameter(told, "start") or "").strip("<>")
    roots = [data for content_id, data in parts if content_id == start]
    if len(roots) > 1 or (start and not roots) or not parts:
        raise PackageError("the start part is not there exactly once")
    root = roots[0] if roots else parts[0][1]
    others = {name: data for name, data in parts if data is not root}
    return Unpacked(root, others, action, is_package=True)


def binary(text: str | None, href: str | None, parts: Mapping[str, bytes]) -> bytes:
    """Return what stands in an element: the part it names, or its base64 text.

    Raises
    ------
    PackageError
        The part is not there, or the text is no base64.
    """
    if href is None:
        try:
            return base64.b64decode("".join((text or "").split()), validate=True)
        except ValueError:
            raise PackageError("binary content is no base64") from None
    name = unquote(href.removeprefix("cid:"))
    if name not in parts:
        raise PackageError("a part that is named is not there")
    return parts[name]


def _media_type(content_type: str) -> Message:
    told = Message()
    told["Content-Type"] = content_type
    return told


def _parameter(told: Message, name: str) -> str | None:
    value = told.get_param(name)
    return value if isinstance(value, str) else None


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    line = b"--" + boundary.encode("ascii")
    found = re.split(
        rb"(?:\A|\r\n)" + re.escape(line) + rb"(?:--)?[ \t]*(?=\r\n|\Z)", body
    )
    if len(found) < 3:
        raise PackageError("the package does not begin and end with its boundary")
    return [piece[2:] for piece in found[1:-1]]


def _read_part(piece: bytes) -> tuple[str, bytes]:
    head, blank, data = piece.partition(b"\r\n\r\n")
    if not blank:
        raise PackageError("a part has no end of its headers")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (
            line.decode("latin-1").partition(":") for line in _BREAK.split(head)
        )
    }
    return fields.get("content-id", "").strip("<>"), data
