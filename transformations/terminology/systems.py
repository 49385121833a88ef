"""Translate the name of a code system between CDA (OID) and FHIR (URI).

Spec: FHIR R4 §4.3.2.5 (urn:oid when a system has no URI) / HL7 v3 Data Types CD.
"""

from __future__ import annotations

from transformations.terminology.systems_table import SYSTEMS
from trust.identifiers import URN_OID, IdentifierError, Oid

_URI_OF: dict[str, str] = {}
_OID_OF: dict[str, str] = {}
_NAME_OF: dict[str, str] = {}
for _row in SYSTEMS:
    _URI_OF.setdefault(_row.oid, _row.uri)
    _OID_OF.setdefault(_row.uri, _row.oid)
    _NAME_OF.setdefault(_row.oid, _row.name)


def oid_of(uri: str) -> str | None:
    """Return the OID that CDA writes for a FHIR system, or ``None`` if it has none.

    A ``urn:oid:`` names its OID itself, but a known alias is brought to the OID that
    is written.
    """
    known = _OID_OF.get(uri)
    if known is not None:
        return known
    if not uri.lower().startswith(URN_OID):
        return None
    try:
        oid = str(Oid(uri[len(URN_OID) :]))
    except IdentifierError:
        return None
    return canonical_oid(oid)


def uri_of(oid: str) -> str:
    """Return the FHIR system of an OID; an unknown OID becomes ``urn:oid:``."""
    return _URI_OF.get(oid, f"{URN_OID}{oid}")


def canonical_oid(oid: str) -> str:
    """Return the OID under which a system is written, for any OID it was read by."""
    uri = _URI_OF.get(oid)
    return _OID_OF[uri] if uri is not None else oid


def system_name(oid: str) -> str | None:
    """Return the name CDA prints beside the OID (``codeSystemName``)."""
    return _NAME_OF.get(oid)


def system_key(name: str) -> str:
    """Return the one name of a code system: its OID, or its URI where it has none.

    All aliases, ``urn:oid:`` and bare OIDs, and stray blanks come to the same key.
    """
    name = name.strip()
    if ":" in name:
        return oid_of(name) or name
    return canonical_oid(name)
