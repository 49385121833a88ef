"""HMAC-SHA-256 under a key that is used again and again.

Spec: RFC 2104 §2, §4 (the two blocks of the key are hashed once).
"""

from __future__ import annotations

import hashlib
from typing import Final

_BLOCK: Final = 64
_INNER: Final = bytes(each ^ 0x36 for each in range(256))
_OUTER: Final = bytes(each ^ 0x5C for each in range(256))


class KeyedDigest:
    """Digests that only the holder of a key can make; never shown by ``repr``.

    Parameters
    ----------
    key
        At most 64 bytes.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK:
            raise ValueError(f"a key of {len(key)} bytes is longer than a block")
        block = key.ljust(_BLOCK, b"\0")
        self._inner: Final = hashlib.sha256(block.translate(_INNER))
        self._outer: Final = hashlib.sha256(block.translate(_OUTER))

    def __repr__(self) -> str:
        return "<KeyedDigest>"

    def hex(self, text: str) -> str:
        """Return the digest of a text in UTF-8, in hexadecimal digits."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()
