"""What a time-stamping authority is asked, and what it sends back.

Spec: RFC 3161 §2.4.1 (request), §2.4.2 (response).
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from asn1crypto import cms, core, tsp

from trust.decision import Reason, TrustRefused
from trust.identifiers import Oid

_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
UNREADABLE: Final = (ValueError, TypeError, KeyError, OverflowError)
"""What asn1crypto raises, which reads lazily, wherever DER is not what it should be."""


class _Response(core.Sequence):  # type: ignore[misc]
    """A response as it is defined: one that grants nothing has no token."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def write_query(data: bytes, nonce: int, policy: Oid | None = None) -> bytes:
    """Return the DER of a request for a stamp on ``data``, by its SHA-256.

    Parameters
    ----------
    nonce
        A fresh number, which the stamp has to bear.
    policy
        Under which policy of the authority; left out, that is its choice.
    """
    digest = hashlib.sha256(data).digest()
    values: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": digest,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    if policy is not None:
        values["req_policy"] = str(policy)
    return bytes(tsp.TimeStampReq(values).dump())


def read_response(der: bytes) -> bytes:
    """Return the token of a response, not yet believed.

    Raises
    ------
    TrustRefused
        It is no response, or no stamp was granted.
    """
    try:
        response = _Response.load(der, strict=True)
        status = str(response["status"]["status"].native)
        token = response["time_stamp_token"]
        if status in _GRANTED and token.native is not None:
            return bytes(token.dump())
    except UNREADABLE:
        raise _refused("the answer is no time-stamp response") from None
    raise _refused(f"the authority grants no time stamp: {status}")


def _refused(sentence: str) -> TrustRefused:
    return TrustRefused(Reason.SIGNATURE_FORM_REFUSED, sentence)
