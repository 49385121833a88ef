"""What shows later which messages were exchanged: their hashes, and who spoke.

It holds no message and no patient's data. It is committed in the record of the exchange
and stands with it in the log, in the clear, so that others can be shown the very bytes
that were logged.

Spec: ISO/IEC 13888-1 §8 (origin, receipt) / fact sheet 06 §3.4. The hashes are over the
body of HTTP as it was on the wire, all parts of MTOM included.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ncp.evidence.national_hops import NationalHop

_VERSION = 1


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One message as it was on the wire.

    Attributes
    ----------
    message_id
        Its ``wsa:MessageID``; None where none could be read.
    sha256
        Of the body of HTTP, in hex.
    length
        Of the body, in bytes.
    """

    message_id: str | None
    sha256: str
    length: int

    @classmethod
    def of(cls, body: bytes, message_id: str | None) -> WireMessage:
        """Take the measure of a body."""
        return cls(message_id, hashlib.sha256(body).hexdigest(), len(body))


@dataclass(frozen=True, slots=True)
class ShownAssertion:
    """An assertion of a request; whether it was believed, the decisions say.

    Attributes
    ----------
    identifier
        Its ``ID``.
    signer_sha256
        Fingerprint of the certificate that its signature shows, in hex.
    """

    identifier: str
    signer_sha256: str | None


@dataclass(frozen=True, slots=True)
class ExchangeEvidence:
    """Both messages of an exchange, and who spoke.

    Attributes
    ----------
    request
        None where no message was read: there was none, or one too large.
    response
        None where none came.
    security_sha256
        Hash of the request's security header, in hex; the header itself, with the
        signed assertions, is in the audit event of the same exchange.
    peer_certificate
        What the peer showed in TLS, in DER; None where that is not known.
    national
        What was asked of this country's own infrastructure meanwhile, in order.
    """

    request: WireMessage | None
    response: WireMessage | None
    assertions: tuple[ShownAssertion, ...] = ()
    security_sha256: str | None = None
    peer_certificate: bytes | None = field(default=None, repr=False)
    national: tuple[NationalHop, ...] = ()

    def to_text(self) -> str:
        """Return the form that is recorded: JSON, keys sorted, nothing absent."""
        certificate = self.peer_certificate
        stated = {
            "version": _VERSION,
            "request": _stated(self.request),
            "response": _stated(self.response),
            "assertions": [_present(asdict(each)) for each in self.assertions],
            "security_sha256": self.security_sha256,
            "peer_certificate": (
                base64.b64encode(certificate).decode() if certificate else None
            ),
            "national": [_present(asdict(each)) for each in self.national],
        }
        return json.dumps(_present(stated), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> ExchangeEvidence:
        """Read what :meth:`to_text` wrote.

        Raises
        ------
        ValueError
            It has not this form.
        """
        try:
            return _read(json.loads(text))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("this is no evidence of an exchange") from error


def security_hash(header: bytes | None) -> str | None:
    """Return the hash of a security header as the audit event keeps it."""
    return None if header is None else hashlib.sha256(header).hexdigest()


def _stated(message: WireMessage | None) -> Mapping[str, Any] | None:
    return None if message is None else _present(asdict(message))


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}


def _read(values: Mapping[str, Any]) -> ExchangeEvidence:
    if values["version"] != _VERSION:
        raise ValueError("evidence of another version")
    certificate = values.get("peer_certificate")
    return ExchangeEvidence(
        _message(values.get("request")),
        _message(values.get("response")),
        tuple(
            ShownAssertion(each["identifier"], each.get("signer_sha256"))
            for each in values.get("assertions", ())
        ),
        values.get("security_sha256"),
        None if certificate is None else base64.b64decode(certificate, validate=True),
        tuple(NationalHop(**each) for each in values.get("national", ())),
    )


def _message(values: Mapping[str, Any] | None) -> WireMessage | None:
    if values is None:
        return None
    return WireMessage(values.get("message_id"), values["sha256"], values["length"])
