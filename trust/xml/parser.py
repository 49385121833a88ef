"""The one place where XML from outside is parsed.

No DTD, no entities, no network; bytes, depth and nodes are bounded. A refusal says
which rule was broken and never repeats content.

Spec: OWASP XML Security / IHE ITI TF-2 Appendix V.3 (SOAP 1.2 forbids a DTD, §5 there).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree


class XmlRefusal(StrEnum):
    """Why XML was refused."""

    MALFORMED = "malformed"
    DTD = "dtd"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY_NODES = "too-many-nodes"
    PROCESSING_INSTRUCTION = "processing-instruction"


class XmlRefused(ValueError):  # noqa: N818 - a refusal is a verdict, not a fault
    """XML was refused; ``reason`` says by which rule, the text where and what to do."""

    def __init__(self, reason: XmlRefusal, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bounds of one kind of input.

    ``huge_text`` lets a single text node pass 10 MB (inline attachments); it is safe
    only because ``max_bytes`` is checked first.
    """

    max_bytes: int
    max_depth: int
    max_nodes: int
    huge_text: bool = False
    processing_instructions: bool = False
    keep_comments: bool = False


SOAP_LIMITS = ParseLimits(max_bytes=4 << 20, max_depth=64, max_nodes=100_000)
DOCUMENT_LIMITS = ParseLimits(
    max_bytes=32 << 20,
    max_depth=128,
    max_nodes=1_000_000,
    huge_text=True,
    processing_instructions=True,
)


def parse_xml(data: bytes, limits: ParseLimits) -> etree._Element:
    """Parse bytes to a tree, or refuse them.

    Comments are dropped while parsing, so that text split by a comment reads as one
    (a comment inside a signed name must not truncate it).

    Raises
    ------
    XmlRefused
        With the rule that was broken.
    """
    if len(data) > limits.max_bytes:
        raise XmlRefused(
            XmlRefusal.TOO_LARGE,
            f"the XML has {len(data)} bytes, more than the {limits.max_bytes} allowed",
        )
    root = _parse(data, limits)
    _refuse_dtd(root)
    _check_shape(root, limits)
    return root


def _parse(data: bytes, limits: ParseLimits) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=limits.huge_text,
        remove_comments=not limits.keep_comments,
        remove_pis=False,
        collect_ids=False,
    )
    if _has_doctype(data):
        raise XmlRefused(
            XmlRefusal.DTD, "the XML has a document type declaration; send it without"
        )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise XmlRefused(
            XmlRefusal.MALFORMED,
            f"the XML is not well-formed at line {line}, column {column}",
        ) from None
    except ValueError:
        raise XmlRefused(
            XmlRefusal.MALFORMED, "the XML declares an encoding it does not have"
        ) from None


def _has_doctype(data: bytes) -> bool:
    """Look for a DTD before the root element, before any library reads it.

    A declaration in UTF-16 or UTF-32 shows after its zero bytes are taken out.
    """
    prolog = data[:4096].replace(b"\0", b"")
    return b"<!DOCTYPE" in prolog


def _refuse_dtd(root: etree._Element) -> None:
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise XmlRefused(
            XmlRefusal.DTD, "the XML has a document type declaration; send it without"
        )


def _check_shape(root: etree._Element, limits: ParseLimits) -> None:
    nodes = depth = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "pi")):
        if event == "end":
            depth -= 1
            continue
        nodes += 1
        if event == "pi":
            _check_instruction(node, limits)
            continue
        depth += 1
        if depth > limits.max_depth:
            raise XmlRefused(
                XmlRefusal.TOO_DEEP,
                f"the XML nests deeper than {limits.max_depth} elements",
            )
        if nodes > limits.max_nodes:
            raise XmlRefused(
                XmlRefusal.TOO_MANY_NODES,
                f"the XML has more than {limits.max_nodes} elements",
            )


def _check_instruction(node: etree._Element, limits: ParseLimits) -> None:
    if not limits.processing_instructions:
        raise XmlRefused(
            XmlRefusal.PROCESSING_INSTRUCTION,
            f"the XML has a processing instruction at line {node.sourceline}",
        )
