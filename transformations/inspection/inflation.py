"""Finds compression bombs in a PDF before any reader unpacks it.

A reader has to unpack object streams before it knows anything about them. So every
stream is unpacked here first, piece by piece and thrown away, up to a bound. A stream
that unpacks to something packed again is followed.

Spec: ISO 32000-1 §7.3.8 (streams), §7.4.4 (FlateDecode).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from transformations.inspection.refusal import OriginalRefused

_STREAM = re.compile(rb"stream\r?\n")
_PIECE = 1 << 20
_DEEPEST = 4


def refuse_bombs(data: bytes, bound: int) -> None:
    """Refuse a PDF whose streams unpack to more than ``bound`` bytes altogether."""
    left = bound
    for found in _STREAM.finditer(data):
        left -= _unpacked_size(memoryview(data)[found.end() :], left)
        if left < 0:
            raise OriginalRefused(
                "compression-bomb",
                f"the PDF unpacks to more than {bound >> 20} MB",
            )


def _unpacked_size(packed: memoryview, bound: int, depth: int = 0) -> int:
    """Return the unpacked size, or something above ``bound`` where it is beyond."""
    size = 0
    nested = bytearray()
    for piece in _unpacked(packed, bound):
        size += len(piece)
        if size > bound or depth >= _DEEPEST:
            return size if size <= bound else bound + 1
        if size <= _PIECE or nested:
            nested += piece
    if nested[:1] == b"\x78":
        size += _unpacked_size(memoryview(nested), bound - size, depth + 1)
    return size


def _unpacked(packed: memoryview, bound: int) -> Iterator[bytes]:
    """Yield pieces until the stream ends, is broken, or goes over the bound."""
    unpacker = zlib.decompressobj()
    size = 0
    try:
        piece = unpacker.decompress(packed, _PIECE)
        while piece and size <= bound:
            size += len(piece)
            yield piece
            if unpacker.eof:
                return
            piece = unpacker.decompress(unpacker.unconsumed_tail, _PIECE)
    except zlib.error:
        # Not packed, or packed otherwise: a reader will tell.
        return
