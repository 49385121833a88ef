"""Document unique ids that nobody can guess and that carry over no border but one.

An id is ``2.25.`` and a UUID as a decimal number. The UUID is an HMAC-SHA-256 in
version 8 form, under a secret of this installation, over the patient, the source
document with its version, and the form it is made in: stable over restarts and nodes,
without a table, and useless for another patient.

Spec: ITU-T X.667 §6.3 (UUID-based OID arc 2.25) / RFC 9562 §5.8 (UUID version 8) /
IHE ITI TF-3 §4.2.3.2.26 (uniqueId).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from enum import StrEnum

from trust.identifiers import Oid, PatientId

UUID_ARC = "2.25"
_SEPARATOR = b"\x1f"
MINIMUM_SECRET_BYTES = 32


class DocumentLevel(StrEnum):
    """In which form a source document is offered (one entry, and one id, for each)."""

    STRUCTURED = "L3"
    PDF = "L1"  # of what is translated
    ORIGINAL = "original"


def oid_of(identifier: uuid.UUID) -> Oid:
    """Return the OID of a UUID under the arc 2.25."""
    return Oid(f"{UUID_ARC}.{identifier.int}")


class DocumentIds:
    """Makes document ids under the secret of this installation.

    Parameters
    ----------
    secret
        At least 32 random bytes. Another secret makes other ids: peers that listed
        before must list again.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MINIMUM_SECRET_BYTES:
            raise ValueError(
                f"the document id secret has {len(secret)} bytes;"
                f" at least {MINIMUM_SECRET_BYTES} are needed"
            )
        self._secret = secret

    def __repr__(self) -> str:
        return "DocumentIds(<secret withheld>)"

    def document_id(
        self,
        patient: PatientId,
        source_id: str,
        version: str,
        level: DocumentLevel,
        profile: str,
    ) -> Oid:
        """Return the id of one version of a source document in one form.

        Parameters
        ----------
        profile
            The format code of the document that is made (``urn:epSOS:ps:ps:2010``).
        """
        return self.id_of(
            patient.root, patient.extension, source_id, version, level, profile
        )

    def id_of(self, *parts: str) -> Oid:
        """Return the id of what these parts name together, in this order."""
        message = _SEPARATOR.join(
            hashlib.sha256(part.encode()).digest() for part in parts
        )
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return oid_of(_version_8(digest[:16]))


def _version_8(data: bytes) -> uuid.UUID:
    octets = bytearray(data)
    octets[6] = (octets[6] & 0x0F) | 0x80
    octets[8] = (octets[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(octets))
