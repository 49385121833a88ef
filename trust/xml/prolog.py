"""What is judged of XML before any parser sees it: encoding, DTD, crowded tags.

A parser that meets a document type declaration has already begun to obey it, and an
unusual encoding hides one; both are settled on the bytes.

Spec: XML 1.0 §2.8, §4.3.3, Appendix F / SOAP 1.2 Part 1 §5 (no DTD).
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from trust.xml.refusal import XmlRefusal, XmlRefused

# All agree with ASCII in the characters that markup is made of.
_ENCODINGS: Final = frozenset(
    {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)
_USUAL: Final = b'<?xml version="1.0" encoding="UTF-8"?>'
_DECLARED: Final = re.compile(
    rb"<\?xml[ \t\r\n][^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*"
    rb"[\"']([A-Za-z0-9._\-]+)[\"']"
)
# Blanks, instructions and comments may stand before a DTD, however long they are.
_DOCTYPE: Final = re.compile(
    rb"(?:[ \t\r\n]|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL
)
_DECLARATIONS: Final = (b"<?xml ", b"<?xml\t", b"<?xml\r", b"<?xml\n")
MAXIMAL_ATTRIBUTES: Final = 256
_CROWDED_BYTES: Final = 5 * MAXIMAL_ATTRIBUTES


def to_ascii_compatible(data: bytes) -> tuple[bytes, bool]:
    """Return the bytes in an encoding whose markup is ASCII, and whether they changed.

    Raises
    ------
    XmlRefused
        The encoding is not one of those accepted, or contradicts itself.
    """
    if data.startswith(_USUAL):
        return data, False
    if data.startswith(codecs.BOM_UTF8):
        body = data.removeprefix(codecs.BOM_UTF8)
        if _declared_encoding(body) != "utf-8":
            raise _encoding_refused()
        return body, False
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf_16(data), True
    if b"\0" in data[:4] or _declared_encoding(data) not in _ENCODINGS:
        raise _encoding_refused()
    return data, False


def refuse_doctype(data: bytes) -> None:
    """Refuse a document type declaration before the root element.

    Raises
    ------
    XmlRefused
        There is one.
    """
    if _DOCTYPE.match(data) is not None:
        raise doctype_refused()


def doctype_refused() -> XmlRefused:
    """Build the refusal of a document type declaration."""
    return XmlRefused(
        XmlRefusal.DTD, "the XML has a document type declaration; send it without"
    )


def may_be_crowded(data: bytes) -> bool:
    """Tell whether a tag may hold very many attributes; cheap, and never misses one.

    No tag holds another ``<``, so what stands between two of them holds one tag at
    most; an attribute takes five bytes.

    Raises
    ------
    XmlRefused
        A tag declares more namespaces than a person would ever write: canonical form
        takes time in the square of their number.
    """
    if not _has_long_part(data):
        return False
    is_suspect = False
    for part in data.split(b"<"):
        if len(part) < _CROWDED_BYTES:
            continue
        if part.count(b"xmlns") > MAXIMAL_ATTRIBUTES:
            raise XmlRefused(
                XmlRefusal.TOO_MANY_NODES,
                f"the XML has a tag with more than {MAXIMAL_ATTRIBUTES} namespaces",
            )
        is_suspect = is_suspect or part.count(b"=") > MAXIMAL_ATTRIBUTES
    return is_suspect


def may_hold_instruction(data: bytes) -> bool:
    """Tell whether there may be a processing instruction; cheap, and never misses one.

    The XML declaration is none, and stands only at the very beginning.
    """
    begun = data.find(b"?>") + 2 if data.startswith(_DECLARATIONS) else 0
    # A single byte is found many times sooner than two, and most messages lack it.
    return data.find(b"?", begun) >= 0 and data.find(b"<?", begun) >= 0


def _has_long_part(data: bytes) -> bool:
    """Tell whether so many bytes as many attributes take stand without a ``<``."""
    begun = 0
    while begun + _CROWDED_BYTES <= len(data):
        # What begins before the last one in sight ends there or earlier.
        last = data.rfind(b"<", begun, begun + _CROWDED_BYTES)
        if last < 0:
            return True
        begun = last + 1
    return False


def _declared_encoding(data: bytes) -> str:
    match = _DECLARED.match(data)
    return "utf-8" if match is None else match[1].decode("ascii").lower()


def _from_utf_16(data: bytes) -> bytes:
    try:
        body = data.decode("utf-16").encode("utf-8")
    except UnicodeError:
        raise _encoding_refused() from None
    if b"\0" in body or _declared_encoding(body) not in {"utf-8", "utf-16"}:
        raise _encoding_refused()
    return body


def _encoding_refused() -> XmlRefused:
    return XmlRefused(
        XmlRefusal.ENCODING,
        "the XML is in an encoding that is not accepted, or not in the one it declares;"
        " send UTF-8",
    )
