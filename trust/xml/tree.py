"""Writes a parsed tree back, with what stands before its root.

For documents that were changed in place; bytes that somebody signed are kept as bytes
and never written again.
"""

from __future__ import annotations

from lxml import etree


def write_tree(root: etree._Element) -> bytes:
    """Return a document in UTF-8 with its declaration and processing instructions."""
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
