"""Reads the JSON of a FHIR server without changing a digit.

Only what an adapter must look at is parsed; documents are handed on as the bytes that
came.

Spec: HL7 FHIR R4 §2.6.2 (JSON representation) / RFC 8259.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, Never, TypeAlias

from ncp.errors import NationalError, Refusal

Resource: TypeAlias = dict[str, Any]
"""A FHIR resource as plain JSON, its decimals as ``Decimal``."""

_NOT_JSON: Final = "is not JSON"


def parse_resource(data: bytes) -> Resource:
    """Read one FHIR resource; its decimals keep every digit.

    Raises
    ------
    NationalError
        It is not UTF-8, not JSON, nested too deeply, or not a resource.
    """
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise _unreadable(_NOT_JSON) from error
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise _unreadable("is JSON but no FHIR resource")
    return value


def as_list(value: object) -> list[Any]:
    """Return ``value`` where it is a list, an empty list where it is absent.

    Raises
    ------
    NationalError
        It is there and is no list, as FHIR demands of a repeating element.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise _unreadable("has a single value where FHIR wants a list")
    return value


def as_text(value: object) -> str | None:
    """Return a string that says something, None for everything else."""
    return value.strip() or None if isinstance(value, str) else None


def _unique(members: list[tuple[str, Any]]) -> Resource:
    """Refuse a name that stands twice: two readers could see two documents."""
    read = dict(members)
    if len(read) != len(members):
        raise ValueError(_NOT_JSON)
    return read


def _refuse_constant(_name: str) -> Never:
    raise ValueError(_NOT_JSON)


def _unreadable(what: str) -> NationalError:
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "The national FHIR server gave an answer that cannot be used.",
        f"An answer of it {what}. Check that the base URL is that of a FHIR R4 server.",
    )
