"""Signed tree heads: what the log was at a moment, under the gateway's seal.

A head names the size and the root of the tree. It is made when everything committed
has its place in the tree, so that no tail stays untold. A head that is kept elsewhere
proves for ever what the log was.

Spec: RFC 6962 §3.5 (signed tree head; ours is signed JSON) / RFC 8785 in spirit: keys
sorted, no blanks, so that the signed bytes can be made again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.errors import ConfigurationError
from trust.certificates import SigningKey

_VERSION = 1


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What the log was at a moment.

    Attributes
    ----------
    log_id
        Names the log: one store has one.
    size
        How many entries the tree has.
    root
        Its root hash.
    moment
        When, in UTC.
    """

    log_id: str
    size: int
    root: bytes
    moment: datetime

    def signed_bytes(self) -> bytes:
        """Return the bytes that are signed."""
        values = {
            "log_id": self.log_id,
            "moment": self.moment.astimezone(UTC).isoformat(),
            "root": self.root.hex(),
            "size": self.size,
            "version": _VERSION,
        }
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class SignedTreeHead:
    """A head, its signature, and the certificate of the seal that made it."""

    head: TreeHead
    signature: bytes = field(repr=False)
    certificate: x509.Certificate

    def is_genuine(self) -> bool:
        """Whether the seal of the certificate signed this head."""
        try:
            key = self.certificate.public_key()
        except (ValueError, UnsupportedAlgorithm):
            return False
        return _verifies(key, self.signature, self.head.signed_bytes())

    def to_json(self) -> dict[str, Any]:
        """Return the form in which heads are kept and published."""
        return {
            "head": json.loads(self.head.signed_bytes()),
            "signature": base64.b64encode(self.signature).decode(),
            "certificate": base64.b64encode(
                self.certificate.public_bytes(Encoding.DER)
            ).decode(),
        }

    def published_bytes(self) -> bytes:
        """Return the file in which it is published; time stamps are on these bytes."""
        text = json.dumps(self.to_json(), indent=1, sort_keys=True) + "\n"
        return text.encode()

    def to_text(self) -> str:
        """Return the same as text; a head has one."""
        return json.dumps(self.to_json(), sort_keys=True)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SignedTreeHead:
        """Read a head; its signature is judged by :meth:`is_genuine`.

        Raises
        ------
        ConfigurationError
            It has not this form.
        """
        try:
            return cls(
                _read_head(value["head"]),
                base64.b64decode(value["signature"], validate=True),
                x509.load_der_x509_certificate(
                    base64.b64decode(value["certificate"], validate=True)
                ),
            )
        except (KeyError, TypeError, ValueError, x509.InvalidVersion):
            raise ConfigurationError(
                "this is not a signed tree head",
                "name a file that `ncp audit head` or the heads folder wrote",
            ) from None


def sign_head(head: TreeHead, key: SigningKey) -> SignedTreeHead:
    """Sign a head with the seal."""
    private, data = key.private_key, head.signed_bytes()
    if isinstance(private, rsa.RSAPrivateKey):
        signature = private.sign(data, padding.PKCS1v15(), SHA256())
    else:
        signature = private.sign(data, ec.ECDSA(SHA256()))
    return SignedTreeHead(head, signature, key.certificate)


def _verifies(key: object, signature: bytes, data: bytes) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _read_head(values: Mapping[str, Any]) -> TreeHead:
    if values["version"] != _VERSION:
        raise ValueError("a head of another version")
    return TreeHead(
        log_id=str(values["log_id"]),
        size=int(values["size"]),
        root=bytes.fromhex(values["root"]),
        moment=datetime.fromisoformat(values["moment"]),
    )
