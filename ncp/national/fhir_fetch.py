"""Fetches what an attachment leads to, checked against what it says of itself.

Spec: HL7 FHIR R4 Attachment, Binary.
"""

from __future__ import annotations

from collections.abc import Collection

from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_document import (
    Attachment,
    check_hash,
    decode_attachment,
    unusable,
    unwrap_binary,
)
from ncp.national.ports import PatientRecord


def private_of(patient: PatientRecord) -> Collection[str]:
    """Name what must not stand in a URL: the identifiers, not the logical id."""
    return frozenset(item.extension for item in patient.identifiers)


def fetch(
    client: FhirClient,
    attachment: Attachment | None,
    media_types: frozenset[str | None],
    private: Collection[str],
) -> bytes:
    """Return the bytes of an attachment that is of these media types."""
    if attachment is None:
        raise unusable("it lost its content")
    if attachment.url is None:
        body = decode_attachment(attachment.data or "")
    else:
        body = unwrap_binary(client.get(attachment.url, private=private), media_types)
    check_hash(body, attachment.hash)
    return body
