"""What a simulated country A looks into of a dispensation that is submitted.

Spec: HL7 CDA R2 §4.2.4.4 (inFulfillmentOf) / eHDSI eDispensation template (EH.1.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from trust.xml import DOCUMENT_LIMITS, parse_xml

_V3: Final = {"v3": "urn:hl7-org:v3"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A document; ``orders`` are the prescriptions it fulfils, ``root^extension``."""

    document_id: str
    orders: tuple[str, ...] = field(repr=False)
    content: bytes = field(repr=False)


def read_submitted(content: bytes) -> Submitted:
    """Read a document that is well-formed; what it does not say is empty."""
    root = parse_xml(content, DOCUMENT_LIMITS)
    own = root.find("v3:id", _V3)
    orders = root.iterfind("v3:inFulfillmentOf/v3:order/v3:id", _V3)
    return Submitted(
        "" if own is None else _joined(own), tuple(map(_joined, orders)), content
    )


def _joined(source: etree._Element) -> str:
    return "^".join(filter(None, (source.get("root"), source.get("extension"))))
