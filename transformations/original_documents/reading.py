"""Takes the original out of a CDA that another country sent.

The header's few facts that a reader needs to know what is before them are read beside;
the bytes are returned as they were sent.

Spec: CDA R2 §4.3.1 (nonXMLBody) / HL7 v3 ED (mediaType, representation, digest) /
eHDSI OrCD and L1 templates.
Seen: image documents that declare ``image/png`` where the template says
``application/png``; base64 broken into lines.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from lxml import etree

from transformations.cda.namespaces import CDA
from transformations.inspection.media_types import MediaType, media_type_of
from transformations.inspection.refusal import OriginalRefused

_V3 = {"v3": CDA}
_HASHES = {"SHA-1": "sha1", "SHA-256": "sha256"}


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """What the header says about the document inside; nothing of it shows in a repr.

    Attributes
    ----------
    code
        The type of the document, such as ``11502-2``.
    created
        ``effectiveTime`` as it stands (HL7 TS).
    authors
        Names of people, else of the device or organization.
    """

    code: str
    title: str = field(repr=False)
    created: str
    language: str
    authors: tuple[str, ...] = field(repr=False)
    custodian: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A CDA with an original inside.

    Attributes
    ----------
    declared
        The media type the sender names; None where it is none we know.
    content
        The bytes as they were sent.
    """

    facts: EnvelopeFacts
    declared: MediaType | None
    content: bytes = field(repr=False)


def holds_original(root: etree._Element) -> bool:
    """Whether a CDA has an embedded document instead of sections."""
    return root.find(f"{{{CDA}}}component/{{{CDA}}}nonXMLBody") is not None


def read_original(root: etree._Element) -> Envelope:
    """Read an envelope and what is in it.

    Raises
    ------
    OriginalRefused
        There is no embedded document, several, or one that is not of its form.
    """
    text = _embedded(root)
    content = _decoded(text)
    _check_integrity(text, content)
    return Envelope(_facts(root), media_type_of(text.get("mediaType")), content)


def _embedded(root: etree._Element) -> etree._Element:
    found = root.findall("v3:component/v3:nonXMLBody/v3:text", _V3)
    if len(found) != 1:
        raise OriginalRefused(
            "no-embedded-document", "the CDA holds no embedded document, or several"
        )
    return found[0]


def _decoded(text: etree._Element) -> bytes:
    if len(text) or text.get("compression"):
        # A reference would have to be fetched from whoever wrote the document.
        raise OriginalRefused(
            "embedded-by-reference", "the document is not in the CDA, or packed in it"
        )
    if text.get("representation", "TXT") != "B64":
        raise OriginalRefused(
            "embedded-not-base64", "the document in the CDA is not said to be base64"
        )
    try:
        content = base64.b64decode("".join((text.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise OriginalRefused(
            "embedded-not-base64", "the document in the CDA is empty or broken"
        )
    return content


def _check_integrity(text: etree._Element, content: bytes) -> None:
    """Compare the sender's own digest, where one stands."""
    written = text.get("integrityCheck")
    if written is None:
        return
    name = _HASHES.get(text.get("integrityCheckAlgorithm", "SHA-1"))
    digest = hashlib.new(name, content).digest() if name else b""
    if base64.b64encode(digest).decode() != written:
        raise OriginalRefused(
            "embedded-digest-mismatch", "the document is not the one its digest names"
        )


def _facts(root: etree._Element) -> EnvelopeFacts:
    return EnvelopeFacts(
        code=_attribute(root, "v3:code", "code"),
        title=_text(root.find("v3:title", _V3)),
        created=_attribute(root, "v3:effectiveTime", "value"),
        language=_attribute(root, "v3:languageCode", "code"),
        authors=tuple(
            name
            for author in root.findall("v3:author/v3:assignedAuthor", _V3)
            if (name := _name_of_author(author))
        ),
        custodian=_text(
            root.find(
                "v3:custodian/v3:assignedCustodian/"
                "v3:representedCustodianOrganization/v3:name",
                _V3,
            )
        ),
    )


_NAMES_OF_AUTHOR = (
    "v3:assignedPerson/v3:name",
    "v3:assignedAuthoringDevice/v3:softwareName",
    "v3:representedOrganization/v3:name",
)


def _name_of_author(author: etree._Element) -> str:
    names = (_text(author.find(path, _V3)) for path in _NAMES_OF_AUTHOR)
    return next((name for name in names if name), "")


def _attribute(root: etree._Element, path: str, name: str) -> str:
    found = root.find(path, _V3)
    return "" if found is None else found.get(name, "")


def _text(node: etree._Element | None) -> str:
    """Return the words below an element, parted by blanks."""
    return "" if node is None else " ".join(" ".join(map(str, node.itertext())).split())
