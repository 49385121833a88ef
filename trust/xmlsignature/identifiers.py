"""The identifiers of one document, collected once however many elements are verified.

Spec: XML Signature 1.1 §4.4.3.2 (same-document references) / SAML 2.0 Core §1.3.4 /
WS-Security 1.1.1 §4.2 (wsu:Id) / xml:id 1.0 §4.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from lxml import etree

from trust.namespaces import WSU

# What XML Signature, SAML, WS-Security and XML itself take for an identifier. Plain
# strings: lxml's own keep an element alive for each.
_PROPER: Final = etree.XPath(
    " | ".join(f"/descendant::*/@{name}" for name in ("ID", "Id", "wsu:Id", "xml:id")),
    namespaces={"wsu": WSU},
    smart_strings=False,
)
# Only a careless reader takes a bare `id` for an identifier.
_LOOK_ALIKES: Final = etree.XPath("/descendant::*/@id", smart_strings=False)


class Identifiers:
    """The identifiers that stand in the document of an element, as they are now."""

    __slots__ = ("_document", "_look_alikes", "_proper")

    def __init__(self, element: etree._Element) -> None:
        self._document = element.getroottree().getroot()
        self._proper = _values(_PROPER, element)
        self._look_alikes = _values(_LOOK_ALIKES, element)

    def repeated(self) -> frozenset[str]:
        """Return the identifiers that stand more than once.

        A bare ``id`` is left out: registry objects have their own, in their own space.
        """
        if len(set(self._proper)) == len(self._proper):
            return frozenset()
        counts = Counter(self._proper).items()
        return frozenset(value for value, count in counts if count > 1)

    def is_only(self, element: etree._Element) -> bool:
        """Tell whether the ``ID`` of an element stands nowhere else in its document.

        It must differ even from a bare ``id``. An element of another document has no
        place here.
        """
        identifier = element.get("ID", "")
        return (
            self._proper.count(identifier) == 1
            and identifier not in self._look_alikes
            and element.getroottree().getroot() is self._document
        )


def _values(rule: etree.XPath, element: etree._Element) -> list[str]:
    found = rule(element)
    return [str(value) for value in found] if isinstance(found, list) else []
