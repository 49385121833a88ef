"""Hardened reading, canonical form and escaped writing of XML. Leaf, no crypto."""

from trust.xml.canonical import exclusive_c14n
from trust.xml.canonical_writer import write_canonical
from trust.xml.markup import Markup, element_markup, joined_markup, text_markup
from trust.xml.parser import (
    DOCUMENT_LIMITS,
    SOAP_LIMITS,
    ParseLimits,
    parse_xml,
)
from trust.xml.refusal import XmlRefusal, XmlRefused
from trust.xml.tree import write_tree
from trust.xml.writer import Element, Node, PrefixMissing, Verbatim, write_xml

__all__ = [
    "DOCUMENT_LIMITS",
    "SOAP_LIMITS",
    "Element",
    "Markup",
    "Node",
    "ParseLimits",
    "PrefixMissing",
    "Verbatim",
    "XmlRefusal",
    "XmlRefused",
    "element_markup",
    "exclusive_c14n",
    "joined_markup",
    "parse_xml",
    "text_markup",
    "write_canonical",
    "write_tree",
    "write_xml",
]
