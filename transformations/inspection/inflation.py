"""Finds compression bombs in a PDF before any reader unpacks it.

A reader has to unpack object streams before it knows anything about them. So every
stream is unpacked here first, piece by piece and thrown away, up to a bound. A stream
that unpacks to something packed again is followed as it comes. The work for a stream is
that of its own length, whatever stands behind it.

Spec: ISO 32000-1 §7.3.8 (streams), §7.4.4 (FlateDecode).
"""

from __future__ import annotations

import re
import zlib

from transformations.inspection.refusal import OriginalRefused

_STREAM = re.compile(rb"stream\r?\n")
_FED = 1 << 14  # bytes taken from the file at once
_PIECE = 1 << 20  # bytes unpacked at once
_DEEPEST = 4
# RFC 1950 §2.2: deflate, and a window of 32 kB, as every writer has it.
_PACKED = b"\x78"


def refuse_bombs(data: bytes, bound: int) -> None:
    """Refuse a PDF whose streams unpack to more than ``bound`` bytes altogether."""
    total = 0
    view = memoryview(data)
    for found in _STREAM.finditer(data):
        if data[max(0, found.start() - 3) : found.start()] == b"end":
            continue
        total += _unpacked_size(view[found.end() :], bound - total)
        if total > bound:
            raise OriginalRefused(
                "compression-bomb",
                f"the PDF unpacks to more than {bound >> 20} MB",
            )


def _unpacked_size(packed: memoryview, bound: int) -> int:
    """Return the size of all layers, or something above ``bound`` if it is beyond."""
    layer = _Layer(0)
    for start in range(0, len(packed), _FED):
        layer.feed(bytes(packed[start : start + _FED]), bound)
        if layer.has_ended or layer.size > bound:
            break
    return layer.size


class _Layer:
    """One unpacking, with the one inside it where its output is packed again."""

    def __init__(self, depth: int) -> None:
        self._unpacker = zlib.decompressobj()
        self._depth = depth
        self._inner: _Layer | None = None
        self._own = 0
        self.has_ended = False

    @property
    def size(self) -> int:
        """The bytes that came out so far, of this layer and those inside."""
        return self._own + (self._inner.size if self._inner else 0)

    def feed(self, packed: bytes, bound: int) -> None:
        """Unpack some more; a broken stream has ended, a reader will tell."""
        rest = packed
        try:
            while rest and not self._unpacker.eof and self.size <= bound:
                self._take(self._unpacker.decompress(rest, _PIECE), bound)
                rest = self._unpacker.unconsumed_tail
        except zlib.error:
            self.has_ended = True
        self.has_ended = self.has_ended or self._unpacker.eof

    def _take(self, piece: bytes, bound: int) -> None:
        if not self._own and piece[:1] == _PACKED and self._depth < _DEEPEST:
            self._inner = _Layer(self._depth + 1)
        self._own += len(piece)
        if self._inner is not None and not self._inner.has_ended:
            self._inner.feed(piece, bound)
