"""Attacks on MIME packages: parts that lack, abound, hide or point elsewhere.

The good message is a package of one part, its envelope; the hostile ones give it a
reference, a second part, or another frame.

Spec: XOP 1.0 §3, §4 / RFC 2046 §5.1.1 / RFC 2387 / RFC 2392.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import at
from conformance.attacks.message import Message

_INCLUDE: Final = "{http://www.w3.org/2004/08/xop/include}Include"
_CID: Final = "part@attack"
_BOUNDARY: Final = re.compile(r'boundary="([^"]+)"')


def boundary_of(message: Message) -> bytes:
    """Return the boundary of the package."""
    found = _BOUNDARY.search(message.content_type)
    if found is None:
        raise ValueError("the message is not a package")
    return found[1].encode()


def referring(href: str) -> Mutation:
    """Refer from the Body to a part."""

    def change(root: etree._Element) -> None:
        holder = etree.SubElement(at(root, "soap:Body")[0], "{urn:example}Content")
        etree.SubElement(holder, _INCLUDE, {"href": href})

    return lambda message: message.bent(change)


def part(
    content: bytes = b"content",
    *,
    content_id: bytes | None = _CID.encode(),
    content_type: bytes = b"application/octet-stream",
    more: bytes = b"",
) -> bytes:
    """Write one part, from its headers to the line break behind it."""
    head = b"Content-Type: " + content_type + b"\r\n"
    if content_id is not None:
        head += b"Content-ID: <" + content_id + b">\r\n"
    return head + more + b"\r\n" + content + b"\r\n"


def with_parts(*parts: bytes) -> Mutation:
    """Put further parts behind the envelope's."""

    def mutate(message: Message) -> Message:
        delimiter = b"--" + boundary_of(message)
        added = b"".join(delimiter + b"\r\n" + each for each in parts)
        closing = delimiter + b"--"
        return _bytes(message, lambda body: body.replace(closing, added + closing, 1))

    return mutate


def both(*mutations: Mutation) -> Mutation:
    """Make one mutation after the other."""

    def mutate(message: Message) -> Message:
        for each in mutations:
            message = each(message)
        return message

    return mutate


def typed(change: Callable[[str], str]) -> Mutation:
    """Change the Content-Type of the whole."""
    return lambda message: message.with_content_type(change(message.content_type))


def root_header(old: bytes, new: bytes) -> Mutation:
    """Change a header of the envelope's part."""
    return lambda message: _bytes(message, lambda body: body.replace(old, new, 1))


def without_end(message: Message) -> Message:
    """Leave the closing delimiter away."""
    closing = b"--" + boundary_of(message) + b"--"
    return _bytes(message, lambda body: body.replace(closing, b"", 1))


def behind_end(message: Message) -> Message:
    """Put another envelope behind the closing delimiter."""
    delimiter = b"--" + boundary_of(message)
    more = delimiter + b"\r\n" + part(content_id=b"other") + delimiter + b"--\r\n"
    return _bytes(message, lambda body: body + more)


def before_start(message: Message) -> Message:
    """Put bytes before the first delimiter."""
    return _bytes(message, lambda body: b"<?xml-hidden?>\r\n" + body)


def bare_line_feeds(message: Message) -> Message:
    """End the lines of the package with line feeds alone."""
    return _bytes(message, lambda body: body.replace(b"\r\n", b"\n"))


def inner_boundary(message: Message) -> Message:
    """Let the boundary stand inside the envelope, as the start of a forged part."""
    hidden = b"\r\n--" + boundary_of(message) + b"\r\n" + part(b"<x/>")
    return message.with_envelope(
        message.envelope.replace(b"<soap:Body>", b"<!--" + hidden + b"--><soap:Body>")
    )


def second_root(message: Message) -> Message:
    """Send two parts under the name that ``start`` gives."""
    found = re.search(r'start="<([^"]+)>"', message.content_type)
    if found is None:
        raise ValueError("the package names no start")
    content_type = b'application/xop+xml; charset=UTF-8; type="application/soap+xml"'
    again = part(
        message.envelope, content_id=found[1].encode(), content_type=content_type
    )
    return with_parts(again)(message)


def _bytes(message: Message, change: Callable[[bytes], bytes]) -> Message:
    return replace(message, body=change(message.body))


_REFERENCE: Final = referring(f"cid:{_CID}")
_HEADERS: Final = b"".join(b"X-%d: y\r\n" % number for number in range(200))

MUTATIONS: Final[dict[str, Mutation]] = {
    # References and parts
    "part-missing": _REFERENCE,
    "part-unused": with_parts(part()),
    "part-used-twice": both(_REFERENCE, _REFERENCE, with_parts(part())),
    "part-twice": both(_REFERENCE, with_parts(part(), part(b"other"))),
    "part-without-id": with_parts(part(content_id=None)),
    "cid-of-path": referring("cid:../../../../etc/passwd"),
    "cid-of-file": referring("file:///etc/hostname"),
    "cid-of-bait": lambda message: referring(message.ground.bait)(message),
    "cid-of-envelope": lambda message: referring(
        "cid:" + message.content_type.partition('start="<')[2].partition('>"')[0]
    )(message),
    "cid-empty": referring("cid:"),
    "reference-in-header": lambda message: message.bent(
        lambda root: etree.SubElement(
            at(root, "soap:Header"), _INCLUDE, {"href": f"cid:{_CID}"}
        )
    ),
    "parts-flood": with_parts(
        *(part(content_id=b"p%d@attack" % number) for number in range(1_000))
    ),
    "part-headers-flood": with_parts(part(more=_HEADERS)),
    "part-nested": with_parts(part(content_type=b'multipart/related; boundary="b"')),
    "part-of-message": with_parts(part(content_type=b"message/rfc822")),
    "part-not-base64": both(
        _REFERENCE,
        with_parts(part(b"?!", more=b"Content-Transfer-Encoding: base64\r\n")),
    ),
    "part-quoted-printable": both(
        _REFERENCE,
        with_parts(part(more=b"Content-Transfer-Encoding: quoted-printable\r\n")),
    ),
    "part-compressed": both(
        _REFERENCE, with_parts(part(more=b"Content-Transfer-Encoding: gzip\r\n"))
    ),
    "part-header-twice": with_parts(part(more=b"Content-Type: text/xml\r\n")),
    # The frame
    "boundary-absent": typed(lambda value: _BOUNDARY.sub('x="y"', value)),
    "boundary-other": typed(lambda value: _BOUNDARY.sub('boundary="other"', value)),
    "boundary-twice": typed(lambda value: value + '; boundary="other"'),
    "boundary-in-envelope": inner_boundary,
    "package-without-end": without_end,
    "package-with-more-behind": behind_end,
    "package-with-more-before": before_start,
    "package-of-line-feeds": bare_line_feeds,
    "package-of-two-envelopes": second_root,
    "start-absent": typed(lambda value: re.sub('; start="[^"]+"', "", value)),
    "start-of-nothing": typed(
        lambda value: re.sub('start="[^"]+"', 'start="<nobody@attack>"', value)
    ),
    "root-of-other-type": root_header(b"application/xop+xml", b"text/html"),
    "root-of-soap-1-1": root_header(b'type="application/soap+xml"', b'type="text/xml"'),
    "root-of-other-charset": root_header(b"charset=UTF-8", b"charset=UTF-7"),
    "package-of-other-type": typed(
        lambda value: value.replace("application/xop+xml", "text/xml", 1)
    ),
}
"""The mutations of this module by the id of their attack."""
