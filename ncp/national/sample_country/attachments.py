"""The files behind the sample country's DocumentReferences: set and drawn by us.

A report is a Typst source beside its DocumentReference and becomes a PDF; a picture is
drawn in code. So a sample country needs no files made by others, and no binary ones.

Spec: HL7 FHIR R4 DocumentReference.content.attachment, Binary.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import typst
from PIL import Image, ImageDraw, ImageFilter

from ncp.errors import ConfigurationError

_SIZE = (720, 960)


def read_attachment(folder: Path, name: str) -> bytes:
    """Return what an attachment's URL names, relative to the folder of its reference.

    Raises
    ------
    ConfigurationError
        There is no such file or picture.
    """
    if name in PICTURES:
        return PICTURES[name]()
    file = folder / name
    if Path(name).name != name or not file.is_file():
        raise ConfigurationError(
            f"the sample country has no file {name!r} beside its DocumentReference",
            "Put it there, or name one of the pictures that are drawn.",
        )
    if file.suffix == ".typ":
        return typst.compile(
            file.read_bytes(),
            format="pdf",
            pdf_standards="a-2b",
            ignore_system_fonts=True,
        )
    return file.read_bytes()


def draw_wrist() -> bytes:
    """Draw a wrist as an X-ray shows it, with a line through the radius; PNG."""
    picture = Image.new("L", _SIZE, 8)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((150, -60, 570, 1020), 180, fill=46)
    _bone(pen, (235, 520, 365, 1010), 96)
    _bone(pen, (400, 545, 490, 1010), 88)
    for x, y, radius in (
        (285, 455, 52),
        (360, 430, 46),
        (430, 460, 48),
        (345, 505, 40),
    ):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=118)
    for number, x in enumerate((200, 285, 365, 440, 510)):
        _bone(pen, (x, 60 + 34 * abs(2 - number), x + 52, 400), 92)
    # The fracture: a thin dark line across the end of the radius.
    pen.line((228, 640, 300, 618, 372, 634), fill=40, width=7)
    picture = picture.filter(ImageFilter.GaussianBlur(4))
    pen = ImageDraw.Draw(picture)
    pen.text((24, 20), "R", fill=235, font_size=54)
    pen.text((24, 910), "DEMO - no real person", fill=190, font_size=26)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _bone(
    pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], brightness: int
) -> None:
    """Draw a bone: bright at its edges, darker inside."""
    left, top, right, bottom = box
    pen.rounded_rectangle(box, (right - left) // 2, fill=brightness + 60)
    inner = (left + 11, top + 14, right - 11, bottom - 14)
    pen.rounded_rectangle(inner, (right - left) // 2 - 11, fill=brightness)


PICTURES: dict[str, Callable[[], bytes]] = {"drawn-wrist.png": draw_wrist}
