"""Changes that canonical form hides, and changes that only look as if it did.

What leaves the canonical form and every value equal is not an attack, and is served:
another quote, a comment in a value that is then read whole, a namespace nobody uses.

Spec: Exclusive XML Canonicalization 1.0 §3 / Canonical XML 1.1 §2 (xml:base) /
US-CERT VU#475445 (a comment inside a name).
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import at, attribute_value, parsed, set_attribute
from conformance.attacks.message import Message
from conformance.attacks.sealing import edited

_XML: Final = "http://www.w3.org/XML/1998/namespace"
_NAME: Final = attribute_value("urn:oasis:names:tc:xspa:1.0:subject:subject-id")


def in_text(path: str, cut: bytes) -> Mutation:
    """Put bytes into the middle of a signed text."""

    def mutate(message: Message) -> Message:
        text = escape(_text_at(message.hcp, path)).encode()
        split = text[:2] + cut + text[2:]
        return message.with_hcp(_replaced(message.hcp, text, split))

    return mutate


def replaced(old: bytes, new: bytes) -> Mutation:
    """Replace bytes of a sealed HCP assertion, wherever they stand."""
    return lambda message: message.with_hcp(_replaced(message.hcp, old, new))


def on_assertion(name: str, value: str) -> Mutation:
    """Set an attribute of the sealed assertion."""
    change = set_attribute(".", name, value)
    return lambda message: message.with_hcp(edited(message.hcp, change))


def on_envelope(name: str, value: str) -> Mutation:
    """Set an attribute of the envelope around it."""
    return lambda message: message.bent(set_attribute(".", name, value))


def declared_on_envelope(declaration: bytes) -> Mutation:
    """Declare a namespace on the envelope, by its bytes."""

    def mutate(message: Message) -> Message:
        envelope = message.envelope
        head, name, rest = envelope.partition(b"Envelope ")
        return message.with_envelope(head + name + declaration + b" " + rest)

    return mutate


def as_character_references(message: Message) -> Message:
    """Write each letter of the name as a character reference."""
    text = _text_at(message.hcp, _NAME)
    written = "".join(f"&#x{ord(letter):X};" for letter in text)
    old, new = escape(text).encode(), written.encode()
    return message.with_hcp(_replaced(message.hcp, old, new))


def with_blanks_as_references(message: Message) -> Message:
    """Write the blanks of the name as character references."""
    text = escape(_text_at(message.hcp, _NAME)).encode()
    return message.with_hcp(_replaced(message.hcp, text, text.replace(b" ", b"&#x20;")))


def as_cdata(message: Message) -> Message:
    """Write the name as a CDATA section."""
    text = _text_at(message.hcp, _NAME)
    old, new = escape(text).encode(), f"<![CDATA[{text}]]>".encode()
    return message.with_hcp(_replaced(message.hcp, old, new))


def in_single_quotes(message: Message) -> Message:
    """Write the attributes of the assertion in the other quotes."""
    start, tag_end = 0, message.hcp.index(b">")
    tag = message.hcp[start:tag_end]
    return message.with_hcp(tag.replace(b'"', b"'") + message.hcp[tag_end:])


def role_without_namespace(message: Message) -> Message:
    """Take the role out of the namespace it was signed in."""
    bare = re.sub(rb'<Role( xmlns="[^"]*")?', b'<Role xmlns=""', message.hcp)
    return message.with_hcp(bare)


def redeclared_prefix(message: Message) -> Message:
    """Let the prefix of SAML mean something else inside one value."""

    def change(root: etree._Element) -> None:
        value = at(root, _NAME)
        foreign = etree.SubElement(
            value, "{urn:example:foreign}NameID", nsmap={"saml2": "urn:example:foreign"}
        )
        foreign.text = "somebody-else"

    return message.with_hcp(edited(message.hcp, change))


def _text_at(assertion: bytes, path: str) -> str:
    return at(parsed(assertion), path).text or ""


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    if old not in data:
        raise ValueError("the assertion does not hold what is to be replaced")
    return data.replace(old, new)


MUTATIONS: Final[dict[str, Mutation]] = {
    "comment-in-name-id": in_text("s:Subject/s:NameID", b"<!---->"),
    "comment-in-attribute": in_text(_NAME, b"<!-- -->"),
    "instruction-in-name-id": in_text("s:Subject/s:NameID", b"<?x y?>"),
    "element-in-name-id": in_text("s:Subject/s:NameID", b"<x/>"),
    "blank-in-value": in_text(_NAME, b" "),
    "tab-reference-in-name-id": in_text("s:Subject/s:NameID", b"&#x9;"),
    "line-end-reference-in-name-id": in_text("s:Subject/s:NameID", b"&#xA;"),
    "return-reference-in-name-id": in_text("s:Subject/s:NameID", b"&#xD;"),
    "invisible-letter-in-name-id": in_text("s:Subject/s:NameID", b"&#x200B;"),
    "combining-accent-in-name": in_text(_NAME, "\N{COMBINING ACUTE ACCENT}".encode()),
    "other-prefix": replaced(b"saml2", b"saml"),
    "unused-namespace": declared_on_envelope(b'xmlns:evil="urn:example:evil"'),
    "default-namespace-outside": declared_on_envelope(b'xmlns="urn:example:evil"'),
    "default-namespace-undeclared": role_without_namespace,
    "namespace-redeclared": redeclared_prefix,
    "xml-base-on-assertion": on_assertion(f"{{{_XML}}}base", "http://example.org/"),
    "xml-lang-on-assertion": on_assertion(f"{{{_XML}}}lang", "xx"),
    "xml-base-on-envelope": on_envelope(f"{{{_XML}}}base", "http://example.org/"),
    "xml-space-on-assertion": on_assertion(f"{{{_XML}}}space", "default"),
    "character-references": as_character_references,
    "blanks-as-references": with_blanks_as_references,
    "cdata": as_cdata,
    "other-quotes": in_single_quotes,
}
"""The mutations of this module by the id of their attack."""
