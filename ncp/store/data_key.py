"""The key that personal columns are encrypted under, and where it comes from.

Spec: NIST SP 800-38D (GCM) / RFC 5869 (derived keys) / ARCHITECTURE "Personal data at
rest".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ncp.errors import ConfigurationError
from ncp.private_file import write_private
from ncp.store.keyed_digest import KeyedDigest
from trust.identifiers import PatientId

KEY_BYTES = 32
_NONCE_BYTES = 12
_MAKE_ONE = (
    "write 32 random bytes in base64 to it, for example with "
    "`openssl rand -base64 32`, and `chmod 600` it"
)
# A key that is missed was mostly there before: a fresh one reads no older record.
_PUT_BACK = f"put back the copy that is kept of it; only for a new gateway, {_MAKE_ONE}"


class DataKey:
    """A 256-bit key with a name of its own, which stands in every row it encrypts.

    Never shown by ``repr``. A key may encrypt some 2^32 values before random nonces
    call for a new one (NIST SP 800-38D §8.3).
    """

    __slots__ = (
        "_cipher",
        "_professionals",
        "_pseudonyms",
        "_rows",
        "_things",
        "id",
    )

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ConfigurationError(
                f"the data key has {len(secret)} bytes instead of {KEY_BYTES}",
                _MAKE_ONE,
            )
        self.id = _derive(secret, b"key id").hex()[:16]
        self._pseudonyms = KeyedDigest(_derive(secret, b"patient pseudonym"))
        self._professionals = KeyedDigest(_derive(secret, b"professional pseudonym"))
        self._things = KeyedDigest(_derive(secret, b"thing pseudonym"))
        self._rows = KeyedDigest(_derive(secret, b"row authentication"))
        self._cipher = AESGCM(_derive(secret, b"column encryption"))

    def __repr__(self) -> str:
        return f"DataKey(id={self.id!r})"

    @classmethod
    def load(cls, path: Path) -> DataKey:
        """Read a key file: 32 bytes in base64, readable by its owner alone.

        Raises
        ------
        ConfigurationError
            The file is absent, open to others, or holds something else.
        """
        try:
            secret = base64.b64decode(_read_private(path).strip(), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigurationError(
                f"the data key file {path} does not hold base64", _MAKE_ONE
            ) from None
        if len(secret) != KEY_BYTES:
            raise ConfigurationError(
                f"the data key file {path} holds {len(secret)} bytes"
                f" instead of {KEY_BYTES}",
                _MAKE_ONE,
            )
        return cls(secret)

    @staticmethod
    def write_new(path: Path) -> None:
        """Make a fresh key and write it to a new file that only its owner reads."""
        write_private(path, base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")

    def encrypt(self, clear: bytes, context: bytes) -> bytes:
        """Return nonce, ciphertext and tag of ``clear``, bound to ``context``."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, context)

    def decrypt(self, sealed: bytes, context: bytes) -> bytes:
        """Return the clear bytes, or raise ``cryptography.exceptions.InvalidTag``."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return self._cipher.decrypt(nonce, ciphertext, context)

    def pseudonym(self, patient: PatientId) -> str:
        """Return a stable name of a patient that only this key's holder can make."""
        return self._pseudonyms.hex(patient.cx)

    def name_of_professional(self, identifier: str) -> str:
        """Return a stable name of a professional, which only this key can make."""
        return self._professionals.hex(identifier)

    def name_of(self, thing: str) -> str:
        """Return a stable name of a thing, such as a prescription, likewise."""
        return self._things.hex(thing)

    def row_mac(self, content_hash: str) -> str:
        """Return what only this key's holder can write beside a row of this content."""
        return self._rows.hex(content_hash)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """Return a key for one purpose (HKDF-Expand of a uniform key, one block)."""
    info = b"ncp-gateway data key: " + purpose
    return hmac.digest(secret, info + b"\x01", hashlib.sha256)


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            _require_private(path, os.fstat(file.fileno()))
            return file.read(4096)
    except OSError as error:
        raise ConfigurationError(
            f"the data key file {path} cannot be read: {error.strerror}",
            _PUT_BACK,
        ) from error


def _require_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigurationError(f"the data key file {path} is no file", _MAKE_ONE)
    mode = stat.S_IMODE(status.st_mode)
    if mode & ~0o600:
        raise ConfigurationError(
            f"the data key file {path} has mode {mode:04o}, wider than 0600",
            f"`chmod 600 {path}`; if others may have read it, make a new key",
        )
