"""Two small files that are what they say: a PDF of some lines, a picture of a disc.

They are written by hand, byte by byte, and hold nothing that acts unless asked to.

Spec: ISO 32000-1 §7.5 (file structure), §14.3.2 (metadata) / W3C PNG §5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

_LINE: Final = 16
_SIDE: Final = 96
_SCRIPT: Final = (
    b"/OpenAction<</Type/Action/S/JavaScript/JS(app.alert\\('This ran.'\\))>>"
)


def pdf_of(title: str, lines: Sequence[str], *, is_active: bool = False) -> bytes:
    """Write a PDF of one page; the text is Latin-1.

    One that is active asks its reader to run a script, which only shows a sentence.
    """
    shown = [f"/F1 16 Tf ({_escaped(title)}) Tj /F1 11 Tf T*"]
    shown += [f"T* ({_escaped(line)}) Tj" for line in lines]
    stream = f"BT {_LINE} TL 56 770 Td\n{chr(10).join(shown)}\nET".encode("latin-1")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R %s>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % (_SCRIPT if is_active else b""),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page % b"/Resources<</Font<</F1 4 0 R>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    return _pdf(objects)


def _pdf(objects: Sequence[bytes]) -> bytes:
    file = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        file += b"%010d 00000 n \n" % place
    file += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % table)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def png_of_a_disc() -> bytes:
    """Write a picture: a bright disc on black, in grey."""
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"IDAT", zlib.compress(b"".join(_rows()))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _rows() -> Iterator[bytes]:
    middle = (_SIDE - 1) / 2
    for y in range(_SIDE):
        far = [((x - middle) ** 2 + (y - middle) ** 2) ** 0.5 for x in range(_SIDE)]
        yield bytes([0, *(max(0, round(255 * (1 - each / middle))) for each in far)])


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
