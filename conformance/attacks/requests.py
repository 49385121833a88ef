"""Attacks on the HTTP request around the message.

Spec: RFC 9110 §8.3, §8.4 / RFC 9112 §5, §6, §11.2 (request smuggling) / SOAP 1.2 Part 2
§7.5 / CWE-444, CWE-409, CWE-22.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Final

from conformance.attacks.attack import Mutation
from conformance.attacks.message import Delivery, Message

_SMUGGLED: Final = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def typed(content_type: str) -> Mutation:
    """Send another Content-Type."""
    return lambda message: message.with_content_type(content_type)


def charset(name: str) -> Mutation:
    """Name another charset."""
    return lambda message: message.with_content_type(
        message.content_type.replace("charset=UTF-8", f"charset={name}")
    )


def untyped(message: Message) -> Message:
    """Send no Content-Type."""
    others = tuple(each for each in message.head if each[0] != "Content-Type")
    return replace(message, head=others)


def with_field(name: str, value: str) -> Mutation:
    """Send one more header field."""
    return lambda message: message.with_field(name, value)


def two_actions(message: Message) -> Message:
    """Send two SOAPAction headers."""
    return message.with_field("SOAPAction", "").with_field("SOAPAction", "urn:example")


def by(method: str) -> Mutation:
    """Use another method."""
    return lambda message: replace(message, method=method, body=b"")


def sent_to(path: str) -> Mutation:
    """Send it to another path."""
    return lambda message: replace(message, path=path)


def compressed(message: Message) -> Message:
    """Compress the body, a bomb behind it."""
    body = gzip.compress(message.body + b" " * 10_000_000)
    return replace(message, body=body).with_field("Content-Encoding", "gzip")


def compressed_silently(message: Message) -> Message:
    """Compress the body and tell nobody."""
    return replace(message, body=gzip.compress(message.body))


def framed(*fields: tuple[str, str]) -> Mutation:
    """Tell the length in another way; ``{}`` is the true one."""

    def mutate(message: Message) -> Message:
        length = len(message.body)
        told = tuple((name, value.format(length)) for name, value in fields)
        return replace(message, framing=told)

    return mutate


def lengths_contradict(message: Message) -> Message:
    """Hide a second request behind the shorter of two lengths."""
    length = len(message.body)
    fields = (
        ("Content-Length", str(length)),
        ("Content-Length", str(length + len(_SMUGGLED))),
    )
    return replace(message, body=message.body + _SMUGGLED, framing=fields)


def chunked_with_length(message: Message) -> Message:
    """Tell a length and send chunks: who believes which hides a request."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(message.body), message.body)
    fields = (
        ("Content-Length", str(len(chunked))),
        ("Transfer-Encoding", "chunked"),
    )
    return replace(message, body=chunked, framing=fields)


def chunked(message: Message) -> Message:
    """Send it in chunks, as some peers do."""
    half = len(message.body) // 2
    parts = (message.body[:half], message.body[half:])
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    fields = (("Transfer-Encoding", "chunked"),)
    return replace(message, body=body + b"0\r\n\r\n", framing=fields)


def chunk_of_nonsense(message: Message) -> Message:
    """Tell a chunk's length in letters."""
    body = b"zz\r\n" + message.body + b"\r\n0\r\n\r\n"
    return replace(message, body=body, framing=(("Transfer-Encoding", "chunked"),))


def over_the_limit(message: Message) -> Message:
    """Declare a body of a terabyte, and ask whether to go on."""
    fields = (("Content-Length", str(1 << 40)), ("Expect", "100-continue"))
    return replace(message, framing=fields)


def flooding(message: Message) -> Message:
    """Send very many header fields."""
    fields = tuple((f"X-Flood-{number}", "x" * 1000) for number in range(200))
    return replace(message, head=(*message.head, *fields))


def delivered(delivery: Delivery) -> Mutation:
    """Deliver the bytes in another way."""
    return lambda message: replace(message, delivery=delivery)


MUTATIONS: Final[dict[str, Mutation]] = {
    # Media types
    "type-of-soap-1-1": typed("text/xml; charset=UTF-8"),
    "type-json": typed("application/json"),
    "type-absent": untyped,
    "type-of-package-only": typed('multipart/related; boundary="b"'),
    "type-unreadable": typed("application/soap+xml; charset"),
    "type-huge": typed("application/soap+xml; x=" + "y" * 4000),
    "type-twice": with_field("Content-Type", "text/html"),
    "charset-latin-1": charset("ISO-8859-1"),
    "charset-utf-7": charset("UTF-7"),
    "charset-twice": lambda message: message.with_content_type(
        message.content_type + "; charset=UTF-7"
    ),
    "soap-action-twice": two_actions,
    # Compression
    "compressed": compressed,
    "compressed-silently": compressed_silently,
    # Framing
    "lengths-contradict": lengths_contradict,
    "length-and-chunks": chunked_with_length,
    "length-negative": framed(("Content-Length", "-1")),
    "length-with-sign": framed(("Content-Length", "+{}")),
    "length-in-letters": framed(("Content-Length", "many")),
    "length-in-list": framed(("Content-Length", "{0}, {0}")),
    "coding-unknown": framed(
        ("Content-Length", "{}"), ("Transfer-Encoding", "xchunked")
    ),
    "coding-behind-blank": framed(
        ("Content-Length", "{}"), ("Transfer-Encoding ", "chunked")
    ),
    "chunked": chunked,
    "chunk-of-nonsense": chunk_of_nonsense,
    "body-over-the-limit": over_the_limit,
    "fields-flood": flooding,
    "field-folded": with_field("X-Folded", "a\r\n b"),
    "field-of-nothing": with_field("", "x"),
    # Methods and paths
    "method-get": by("GET"),
    "method-head": by("HEAD"),
    "method-put": by("PUT"),
    "method-trace": by("TRACE"),
    "path-unknown": sent_to("/services/Nothing"),
    "path-up": sent_to("/services/../../../../etc/passwd"),
    "path-encoded": sent_to("/services/%2e%2e/%2e%2e/etc/passwd"),
    "path-description": sent_to("/services/XCPD_Service/../XCA_Service?wsdl=../x"),
    "path-absolute": sent_to("http://169.254.169.254/latest/meta-data"),
    # Time
    "body-stalled": delivered(Delivery.STALLED),
    "body-abandoned": delivered(Delivery.ABANDONED),
}
"""The mutations of this module by the id of their attack."""
