"""Exclusive canonical form, taken in the live tree.

A copy of an element loses prefixes that an ancestor declared and only an attribute
*value* (``xsi:type``) uses; canonicalising in place keeps them.

Spec: Exclusive XML Canonicalization 1.0 §1.1, §3.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree


def exclusive_c14n(
    element: etree._Element, inclusive_prefixes: Sequence[str] = ()
) -> bytes:
    """Return the exclusive canonical form, without comments, of a subtree.

    Parameters
    ----------
    element
        Root of the subtree; it stays where it is in its document.
    inclusive_prefixes
        The ``InclusiveNamespaces PrefixList`` of the transform.

    Raises
    ------
    ValueError
        The list holds ``#default``, which lxml silently leaves out of the result.
    """
    if "#default" in inclusive_prefixes:
        raise ValueError("#default in a PrefixList is not supported")
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=list(inclusive_prefixes) or None,
    )
