"""MTOM packages: a root part with XOP references, and its attachments, both ways.

The reader is strict where a lax one could be used to smuggle: every part is named
once, referenced once and within its limit; nothing stands outside the parts.

Spec: XOP 1.0 §3, §4 / SOAP MTOM 1.0 / RFC 2046 §5.1.1 / RFC 2387 / RFC 2392 /
IHE ITI TF-2 Appendix V.3.6.
Seen: OpenNCP sends ITI-39 requests as a package of one part; Axis2 begins a package
with an empty line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, unquote

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.media_types import MediaType, parse_repeated_media_type, quoted
from ncp.ihe.nodes import child, element
from trust.xml import Element

MULTIPART = "multipart/related"
XOP_XML = "application/xop+xml"
SOAP_XML = "application/soap+xml"

_ROOT_TYPE = f'{XOP_XML}; charset=UTF-8; type="{SOAP_XML}"'
_INCLUDE = f"{{{ns.XOP}}}Include"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_REST_OF_DELIMITER = re.compile(rb"(--)?[ \t]*(?=\r\n|\Z)")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_FOLD = re.compile(r"\r\n[ \t]+")
_CONTENT_ID = re.compile(r"<?([^<>\s]{1,512})>?")
_BASE64_BLANKS = str.maketrans("", "", " \t\r\n")
_AS_THEY_ARE = frozenset({"binary", "8bit", "7bit"})


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """Bounds of a MIME package."""

    max_parts: int = 101
    max_part_bytes: int = 32 << 20
    max_header_bytes: int = 8 << 10
    max_header_lines: int = 16


PACKAGE_LIMITS = PackageLimits()


@dataclass(frozen=True, slots=True)
class Attachment:
    """Bytes that travel beside the envelope; ``content_id`` without brackets."""

    content_id: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Package:
    """A read package: the envelope's bytes and the attachments by content id."""

    root: bytes = field(repr=False)
    attachments: Mapping[str, bytes] = field(repr=False)
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    content_id: str | None
    media_type: MediaType
    data: bytes = field(repr=False)


# Writing ----------------------------------------------------------------------------


def xop_include(url: str) -> Element:
    """Build the reference that stands where the bytes belong."""
    return element(_INCLUDE, attributes={"href": url})


def content_url(attachment: Attachment) -> str:
    """Return the URL by which an attachment is referenced (RFC 2392)."""
    return f"cid:{quote(attachment.content_id, safe='@.-_')}"


def write_package(
    root: bytes, attachments: Sequence[Attachment], *, action: str, seed: str
) -> HttpPayload:
    """Write an envelope and its attachments as one MTOM package.

    Parameters
    ----------
    seed
        A fresh identifier (the MessageID), from which boundary and root id are made.
    """
    boundary = _boundary(seed, [root, *(a.data for a in attachments)])
    root_id = f"<root.{boundary}@ncp>"
    out: list[bytes] = []
    _write_part(out, boundary, _ROOT_TYPE, root_id, root)
    for attachment in attachments:
        content_id = f"<{attachment.content_id}>"
        _write_part(out, boundary, attachment.content_type, content_id, attachment.data)
    out.append(f"--{boundary}--\r\n".encode("ascii"))
    content_type = (
        f'{MULTIPART}; boundary="{boundary}"; type="{XOP_XML}"; '
        f'start="{root_id}"; start-info="{SOAP_XML}"; action={quoted(action)}'
    )
    return HttpPayload(content_type, b"".join(out))


def _write_part(
    out: list[bytes], boundary: str, content_type: str, content_id: str, data: bytes
) -> None:
    head = (
        f"--{boundary}\r\nContent-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: binary\r\nContent-ID: {content_id}\r\n\r\n"
    )
    out += [head.encode("ascii"), data, b"\r\n"]


def _boundary(seed: str, contents: Sequence[bytes]) -> str:
    boundary = "MIMEBoundary_" + hashlib.sha256(seed.encode()).hexdigest()[:40]
    while any(boundary.encode() in content for content in contents):
        boundary = "MIMEBoundary_" + hashlib.sha256(boundary.encode()).hexdigest()[:40]
    return boundary


# Reading ----------------------------------------------------------------------------


def read_package(
    body: bytes, media_type: MediaType, limits: PackageLimits = PACKAGE_LIMITS
) -> Package:
    """Take a package apart.

    Raises
    ------
    ProtocolError
        ``MULTIPART_BROKEN``, ``MEDIA_TYPE_UNSUPPORTED`` or ``MESSAGE_TOO_LARGE``.
    """
    if media_type.parameters.get("type", XOP_XML).lower() != XOP_XML:
        raise _unsupported("a multipart/related message must be of type xop+xml")
    places = _split(body, media_type, limits)
    parts = [_read_part(body, begun, end, limits) for begun, end in places]
    root = _root_of(parts, media_type)
    return Package(
        root.data,
        _by_content_id([part for part in parts if part is not root]),
        (*actions_of(media_type), *actions_of(root.media_type)),
    )


def actions_of(media_type: MediaType) -> tuple[str, ...]:
    """Return the action parameter of a media type, if it has one."""
    action = media_type.parameters.get("action")
    return () if action is None else (action,)


class _Delimiter(NamedTuple):
    start: int
    end: int
    is_last: bool


def _split(
    body: bytes, media_type: MediaType, limits: PackageLimits
) -> list[tuple[int, int]]:
    """Find where the parts begin and end."""
    boundary = media_type.parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise _broken("the boundary is missing or not of its form")
    marks: list[_Delimiter] = []
    for mark in _delimiters(body, b"--" + boundary.encode("ascii")):
        marks.append(mark)
        if mark.is_last:
            break
        if len(marks) > limits.max_parts:
            raise _too_large(f"there are more than {limits.max_parts} parts")
    _check_outside(body, marks)
    return [
        (mark.end + 2, following.start) for mark, following in itertools.pairwise(marks)
    ]


def _delimiters(body: bytes, line: bytes) -> Iterator[_Delimiter]:
    """Find the lines that are delimiters (RFC 2046 §5.1.1), their line break before."""
    position = body.find(line)
    while position >= 0:
        rest = _REST_OF_DELIMITER.match(body, position + len(line))
        begins_a_line = position == 0 or body[position - 2 : position] == b"\r\n"
        if rest is not None and begins_a_line:
            yield _Delimiter(max(position - 2, 0), rest.end(), rest[1] is not None)
        position = body.find(line, position + len(line))


def _check_outside(body: bytes, marks: Sequence[_Delimiter]) -> None:
    if len(marks) < 2 or not marks[-1].is_last:
        raise _broken("it does not begin and end with its boundary")
    if body[: marks[0].start].strip() or body[marks[-1].end :].strip():
        raise _broken("there is content outside of the parts")


def _read_part(body: bytes, begun: int, end: int, limits: PackageLimits) -> _Part:
    blank = body.find(b"\r\n\r\n", begun, end)
    if blank < 0 or blank - begun > limits.max_header_bytes:
        raise _broken("a part has no end of its headers, or too long ones")
    if end - (blank + 4) > limits.max_part_bytes:
        raise _too_large(f"a part has more than {limits.max_part_bytes} bytes")
    data = body[blank + 4 : end]
    headers = _headers(body[begun:blank], limits)
    if "content-type" not in headers:
        raise _broken("a part has no Content-Type")
    media_type = parse_repeated_media_type(headers["content-type"])
    if media_type.name.startswith(("multipart/", "message/")):
        raise _broken("a part is a package itself")
    return _Part(
        _content_id(headers.get("content-id")),
        media_type,
        _decoded(data, headers.get("content-transfer-encoding", "binary")),
    )


def _headers(head: bytes, limits: PackageLimits) -> dict[str, str]:
    try:
        unfolded = _FOLD.sub(" ", head.decode("ascii"))
    except UnicodeDecodeError:
        raise _broken("a part has a header that is not ASCII") from None
    lines = unfolded.split("\r\n")
    if len(lines) > limits.max_header_lines:
        raise _broken(f"a part has more than {limits.max_header_lines} headers")
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        name = "" if match is None else match[1].lower()
        if match is None or name in headers:
            raise _broken("a part has a header that is repeated or not of its form")
        headers[name] = match[2].strip()
    return headers


def _content_id(header: str | None) -> str | None:
    if header is None:
        return None
    match = _CONTENT_ID.fullmatch(header)
    if match is None:
        raise _broken("a Content-ID is not of its form")
    return match[1]


def _decoded(data: bytes, encoding: str) -> bytes:
    if encoding.lower() in _AS_THEY_ARE:
        return data
    if encoding.lower() == "base64":
        return strict_base64(data.decode("latin-1"))
    raise _broken("a part has a transfer encoding that is not supported")


def _root_of(parts: Sequence[_Part], media_type: MediaType) -> _Part:
    start = _content_id(media_type.parameters.get("start"))
    found = [p for p in parts if p.content_id == start] if start else parts[:1]
    if len(found) != 1:
        raise _broken("the start part is not there exactly once")
    root = found[0]
    if root.media_type.name != XOP_XML or root.media_type.charset != "utf-8":
        raise _unsupported("the root part must be application/xop+xml in UTF-8")
    # Seen: CXF and Metro tell the action inside this parameter too.
    inner = root.media_type.parameters.get("type", SOAP_XML).partition(";")[0]
    if inner.strip().lower() != SOAP_XML:
        raise _unsupported("the root part must hold application/soap+xml")
    return root


def _by_content_id(parts: Sequence[_Part]) -> dict[str, bytes]:
    attachments: dict[str, bytes] = {}
    for part in parts:
        if part.content_id is None or part.content_id in attachments:
            raise _broken("a part has no Content-ID, or one that another has too")
        attachments[part.content_id] = part.data
    return attachments


# References -------------------------------------------------------------------------


def check_references(
    envelope: etree._Element,
    body: etree._Element | None,
    attachments: Mapping[str, bytes],
) -> None:
    """Make sure that references and attachments match one to one.

    References are allowed only under ``body`` (the SOAP Body), each alone in its
    element; a part nobody references is refused like one that is missing.
    """
    everywhere = list(envelope.iter(_INCLUDE))
    if not everywhere and not attachments:
        return
    inside = [] if body is None else list(body.iter(_INCLUDE))
    if len(everywhere) != len(inside):
        raise _broken("a reference to a part stands outside of the Body")
    referenced = [_referenced(include) for include in inside]
    if len(set(referenced)) != len(referenced):
        raise _broken("two references name the same part")
    if set(referenced) != set(attachments):
        raise _broken("a part is missing, or is not referenced")


def _referenced(include: etree._Element) -> str:
    href = include.get("href", "")
    parent = include.getparent()
    alone = parent is not None and len(parent) == 1 and len(include) == 0
    texts = (parent.text if parent is not None else "", include.tail, include.text)
    if not alone or any(text and text.strip() for text in texts):
        raise _broken("a reference does not stand alone in its element")
    if not href.startswith("cid:"):
        raise _broken("a reference is no cid URL")
    return unquote(href.removeprefix("cid:"))


def binary_content(source: etree._Element, attachments: Mapping[str, bytes]) -> bytes:
    """Return the bytes of an element: its attachment, or its base64 text."""
    include = child(source, _INCLUDE)
    if include is not None:
        content = attachments.get(_referenced(include))
        if content is None:
            raise _broken("a part is missing")
        return content
    if len(source):
        raise _broken("an element with binary content has children")
    return strict_base64(source.text or "")


def strict_base64(text: str) -> bytes:
    """Decode base64; blanks between are allowed, nothing else is."""
    compact = text.translate(_BASE64_BLANKS)
    try:
        data = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise _broken("binary content is not base64") from None
    if base64.b64encode(data).decode("ascii") != compact:
        raise _broken("binary content is not canonical base64")
    return data


def _broken(sentence: str) -> ProtocolError:
    return ProtocolError(
        Refusal.MULTIPART_BROKEN, f"the MIME package is not of its form: {sentence}"
    )


def _too_large(sentence: str) -> ProtocolError:
    return ProtocolError(
        Refusal.MESSAGE_TOO_LARGE, f"the MIME package is too large: {sentence}"
    )


def _unsupported(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.MEDIA_TYPE_UNSUPPORTED, sentence)
