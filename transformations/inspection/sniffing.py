"""What bytes are, whatever they are called.

Only the beginning decides, and it must be the very beginning: a file that is something
else for its first bytes could be read as that by another program.

Spec: ISO 32000-1 §7.5.2 (PDF header) / PNG (W3C) §5.2 / ITU-T T.81 Annex B (JPEG).
"""

from __future__ import annotations

from transformations.inspection.media_types import MediaType

_BEGINNINGS = (
    (b"%PDF-", MediaType.PDF),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def sniff(data: bytes) -> MediaType | None:
    """Return what the bytes begin as; None where it is nothing we carry."""
    start = data[:16].removeprefix(_BYTE_ORDER_MARK)
    return next((kind for sign, kind in _BEGINNINGS if start.startswith(sign)), None)
