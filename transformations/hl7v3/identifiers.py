"""Identifiers: II (root, extension) and FHIR's system with value.

Spec: HL7 v3 II / FHIR R4 Identifier, ``urn:oid:``, ``urn:uuid:`` and the system
``urn:ietf:rfc:3986`` for values that are URIs; HL7 OID 2.16.840.1.113883.4.873 for
identifiers whose system is a URL.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from transformations.hl7v3.oids import URI
from trust.identifiers import URN_OID, IdentifierError, Oid

URI_SYSTEM = "urn:ietf:rfc:3986"
URN_UUID = "urn:uuid:"
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class InstanceIdentifier(NamedTuple):
    """The two parts of II; ``extension`` is empty when the root says it all."""

    root: str
    extension: str


def to_ii(system: str | None, value: str) -> InstanceIdentifier | None:
    """Write system and value as II; ``None`` when there is no root for them."""
    if system == URI_SYSTEM:
        return _from_uri(value)
    root = _root_of(system or "")
    if root is not None:
        return InstanceIdentifier(root, value)
    if system is None or not system or "/" in value:
        return None
    return InstanceIdentifier(URI, f"{system}/{value}")


def from_ii(root: str, extension: str) -> tuple[str, str] | None:
    """Read II as system and value; ``None`` when the root is no OID or UUID."""
    if root == URI and extension:
        system, slash, value = extension.rpartition("/")
        if slash and system and value:
            return system, value
        return URI_SYSTEM, extension
    urn = _urn_of(root)
    if urn is None:
        return None
    return (urn, extension) if extension else (URI_SYSTEM, urn)


def _from_uri(value: str) -> InstanceIdentifier:
    root = _root_of(value)
    if root is not None and root != URI:
        return InstanceIdentifier(root, "")
    return InstanceIdentifier(URI, value)


def _root_of(urn: str) -> str | None:
    lower = urn[:9].lower()
    if lower.startswith(URN_OID):
        return _oid(urn[len(URN_OID) :])
    if lower == URN_UUID and _UUID.fullmatch(urn[9:]):
        return urn[9:].upper()
    return None


@lru_cache(maxsize=1024)  # authorities repeat
def _urn_of(root: str) -> str | None:
    if _UUID.fullmatch(root):
        return f"{URN_UUID}{root.lower()}"
    oid = _oid(root)
    return None if oid is None else f"{URN_OID}{oid}"


def _oid(text: str) -> str | None:
    try:
        return Oid(text)
    except IdentifierError:
        return None
