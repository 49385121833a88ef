"""Hardened reading, canonical form and escaped writing of XML. Leaf, no crypto."""

from trust.xml.canonical import exclusive_c14n
from trust.xml.canonical_writer import write_canonical
from trust.xml.form import INSIDE, Blank, Form, OptionalBlank, only_with
from trust.xml.markup import Markup, element_markup, joined_markup, text_markup
from trust.xml.parser import (
    DOCUMENT_LIMITS,
    SOAP_LIMITS,
    ParseLimits,
    parse_xml,
)
from trust.xml.refusal import XmlRefusal, XmlRefused
from trust.xml.tree import write_tree
from trust.xml.writer import (
    Element,
    Node,
    PrefixMissing,
    Verbatim,
    Written,
    refuse_forbidden,
    write_fragment,
    write_xml,
    written_together,
    written_verbatim,
)

__all__ = [
    "DOCUMENT_LIMITS",
    "INSIDE",
    "SOAP_LIMITS",
    "Blank",
    "Element",
    "Form",
    "Markup",
    "Node",
    "OptionalBlank",
    "ParseLimits",
    "PrefixMissing",
    "Verbatim",
    "Written",
    "XmlRefusal",
    "XmlRefused",
    "element_markup",
    "exclusive_c14n",
    "joined_markup",
    "only_with",
    "parse_xml",
    "refuse_forbidden",
    "text_markup",
    "write_canonical",
    "write_fragment",
    "write_tree",
    "write_xml",
    "written_together",
    "written_verbatim",
]
