"""The one place where XML from outside is parsed.

No DTD, no entities, no network; bytes, depth and nodes are bounded. A refusal says
which rule was broken and never repeats content.

Spec: OWASP XML Security / IHE ITI TF-2 Appendix V.3 (SOAP 1.2 forbids a DTD, §5 there).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from trust.xml.prolog import (
    MAXIMAL_ATTRIBUTES,
    doctype_refused,
    may_be_crowded,
    may_hold_instruction,
    refuse_doctype,
    to_ascii_compatible,
)
from trust.xml.refusal import XmlRefusal, XmlRefused


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
    body, is_recoded = to_ascii_compatible(data)
    refuse_doctype(body)
    is_suspect = may_be_crowded(body)
    root = _parse(body, limits, is_recoded=is_recoded)
    _refuse_dtd(root)
    _check_shape(root, limits, body)
    if is_suspect:
        _refuse_crowded(root)
    return root


def _parse(data: bytes, limits: ParseLimits, *, is_recoded: bool) -> etree._Element:
    parser = _PARSERS.get(
        "utf-8" if is_recoded else None,
        huge_text=limits.huge_text,
        keep_comments=limits.keep_comments,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        if error.code in _OVER_LIBXML2S_LIMITS:
            raise XmlRefused(
                XmlRefusal.TOO_LARGE,
                f"the XML is nested, named or written at more length than can be read, "
                f"at line {line}, column {column}",
            ) from None
        raise XmlRefused(
            XmlRefusal.MALFORMED,
            f"the XML is not well-formed at line {line}, column {column}",
        ) from None


# Depth, names and texts that libxml2 gives up on before our own bounds are asked.
_OVER_LIBXML2S_LIMITS: Final = frozenset(
    {
        int(etree.ErrorTypes.ERR_RESOURCE_LIMIT),
        int(etree.ErrorTypes.ERR_NAME_TOO_LONG),
    }
)


class _Parsers(threading.local):
    """One parser of each kind per thread: a shared one would serialise the threads."""

    def __init__(self) -> None:
        self._made: dict[tuple[str | None, bool, bool], etree.XMLParser] = {}

    def get(
        self, encoding: str | None, *, huge_text: bool, keep_comments: bool
    ) -> etree.XMLParser:
        key = (encoding, huge_text, keep_comments)
        parser = self._made.get(key)
        if parser is None:
            parser = self._made[key] = etree.XMLParser(
                encoding=encoding,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                dtd_validation=False,
                attribute_defaults=False,
                huge_tree=huge_text,
                remove_comments=not keep_comments,
                remove_pis=False,
                collect_ids=False,
            )
        return parser


_PARSERS: Final = _Parsers()


def _refuse_dtd(root: etree._Element) -> None:
    # The prolog was searched already; this asks the parser whether it saw one.
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise doctype_refused()


# No element takes less: ``<a/>``. No entity is replaced, so none comes from nothing.
_ELEMENT_BYTES: Final = 4
# In fewer bytes the ends of tags are counted sooner than the tree is walked.
_SHORT_BYTES: Final = 2048


def _check_shape(root: etree._Element, limits: ParseLimits, body: bytes) -> None:
    if _may_be_deep(body, limits) and _is_true(_deeper_than(limits.max_depth), root):
        raise XmlRefused(
            XmlRefusal.TOO_DEEP,
            f"the XML nests deeper than {limits.max_depth} elements",
        )
    may_be_many = len(body) >= _ELEMENT_BYTES * limits.max_nodes
    if may_be_many and _is_true(_more_elements_than(limits.max_nodes), root):
        raise XmlRefused(
            XmlRefusal.TOO_MANY_NODES,
            f"the XML has more than {limits.max_nodes} elements",
        )
    may_instruct = not limits.processing_instructions and may_hold_instruction(body)
    if may_instruct and _is_true(_INSTRUCTION, root):
        raise XmlRefused(
            XmlRefusal.PROCESSING_INSTRUCTION,
            "the XML has a processing instruction; send it without",
        )


def _may_be_deep(body: bytes, limits: ParseLimits) -> bool:
    # Every element with one inside has an end of its own, with a slash.
    return len(body) > _SHORT_BYTES or body.count(b"/") >= limits.max_depth


def _refuse_crowded(root: etree._Element) -> None:
    # Canonical form takes time in the square of their number.
    if _is_true(_CROWDED, root):
        raise XmlRefused(
            XmlRefusal.TOO_MANY_NODES,
            f"the XML has an element with more than {MAXIMAL_ATTRIBUTES} attributes",
        )


_CROWDED: Final = etree.XPath(f"boolean(//*[@*[{MAXIMAL_ATTRIBUTES + 1}]])")
# From the document node: instructions before and after the root element count too.
_INSTRUCTION: Final = etree.XPath("boolean(/descendant::processing-instruction())")


@cache
def _deeper_than(depth: int) -> etree.XPath:
    # One step per level and one more: evaluation ends where the document does.
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


@cache
def _more_elements_than(nodes: int) -> etree.XPath:
    return etree.XPath(f"count(//*) > {nodes}")


def _is_true(rule: etree.XPath, root: etree._Element) -> bool:
    return rule(root) is True
