"""Bends good messages: one thing wrong in each, by name.

Those that change what an assertion says seal it again, so that nothing but the change
is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from ncp.ihe.nodes import to_light
from trust.assertions.writing import PREFIXES
from trust.certificates import SigningKey
from trust.namespaces import DS, SAML
from trust.xml import SOAP_LIMITS, parse_xml
from trust.xmlsignature import sign_enveloped

Bend: TypeAlias = Callable[[etree._Element], None]
"""Changes the tree of an assertion, whose signature was taken off."""

WEAK_AUTHENTICATION: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
ANOTHER_AUDIENCE: Final = "urn:example:another-audience"


def unsigned(assertion: bytes) -> bytes:
    """Take the signature off."""
    return etree.tostring(_without_signature(assertion))


def altered(assertion: bytes, old: bytes, new: bytes) -> bytes:
    """Change what a sealed assertion says and leave the seal as it was."""
    if assertion.count(old) != 1:
        raise ValueError("the words to be changed must stand in the assertion once")
    return assertion.replace(old, new)


def resealed(assertion: bytes, bend: Bend, key: SigningKey) -> bytes:
    """Change an assertion and seal it again."""
    root = _without_signature(assertion)
    bend(root)
    return sign_enveloped(to_light(root), key, PREFIXES)


def sealed_with(assertion: bytes, key: SigningKey) -> bytes:
    """Seal an assertion with another key, and say so in it."""
    return resealed(assertion, lambda _root: None, key)


def for_another_audience(assertion: bytes, key: SigningKey) -> bytes:
    """Address it to somebody else."""

    def bend(root: etree._Element) -> None:
        audience = _part(root, "Conditions", "AudienceRestriction", "Audience")
        audience.text = ANOTHER_AUDIENCE

    return resealed(assertion, bend, key)


def without_audience(assertion: bytes, key: SigningKey) -> bytes:
    """Address it to nobody in particular."""

    def bend(root: etree._Element) -> None:
        conditions = _part(root, "Conditions")
        conditions.remove(_part(conditions, "AudienceRestriction"))

    return resealed(assertion, bend, key)


def weakly_authenticated(assertion: bytes, key: SigningKey) -> bytes:
    """Say that the professional showed a password and nothing else."""

    def bend(root: etree._Element) -> None:
        path = ("AuthnStatement", "AuthnContext", "AuthnContextClassRef")
        _part(root, *path).text = WEAK_AUTHENTICATION

    return resealed(assertion, bend, key)


def _without_signature(assertion: bytes) -> etree._Element:
    root = parse_xml(assertion, SOAP_LIMITS)
    signature = root.find(f"{{{DS}}}Signature")
    if signature is None:
        raise ValueError("the assertion to be attacked is not signed")
    root.remove(signature)
    return root


def _part(root: etree._Element, *path: str) -> etree._Element:
    found = root.find("/".join(f"{{{SAML}}}{name}" for name in path))
    if found is None:
        raise ValueError(f"the assertion to be attacked has no {path[-1]}")
    return found


_DOCTYPE: Final = b'<!DOCTYPE x [<!ENTITY e "e">]>'
_CUT: Final = 20


def truncated(message: bytes) -> bytes:
    """Leave the end away, so that it is no XML any more."""
    return message[:-_CUT]


def with_doctype(message: bytes) -> bytes:
    """Declare a document type with an entity, which nobody uses."""
    head, end, rest = message.partition(b"?>")
    if not end:
        raise ValueError("the message to be attacked has no XML declaration")
    return head + end + _DOCTYPE + rest


def oversized(message: bytes, limit: int) -> bytes:
    """Add blanks behind the message until it is larger than ``limit``."""
    return message + b" " * (limit + 1 - min(len(message), limit))
