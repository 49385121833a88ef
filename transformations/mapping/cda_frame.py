"""What holds a CDA together: booked once all of it that is read has been read.

An element of which something was read, or in which, stands where its class, its type
and its template put it. That is no fact, and changes nothing when it is changed.

Spec: HL7 v3 (structural attributes) / CDA R2 §4.3 (templateId), ``nullFlavor``.
"""

from __future__ import annotations

from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import CdaNode
from transformations.mapping.absence import SAYS_NOTHING
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_ledger import SUBTREE
from transformations.mapping.cda_path import AT
from transformations.mapping.context import FRAME, TEMPLATE_ID
from transformations.mapping.ledger import Key, Mark

_FIXED = frozenset(
    {
        "classCode",
        "moodCode",
        "typeCode",
        "determinerCode",
        "contextControlCode",
        "contextConductionInd",
        "inversionInd",
        XSI_TYPE,
    }
)
_FRAMING = _FIXED | {"negationInd"}
# Of an element that only holds a place; nothing is booked of it any more.
_SILENT: dict[Key, Mark] = {SUBTREE: FRAME.structural}
_NO_VALUE = SAYS_NOTHING | {"UNK"}


def settle_frame(cx: CdaContext) -> None:
    """Book what holds together the elements of which something was read."""
    above, account = cx.source.above, cx.account
    is_read = _touched(cx)
    is_closed = bytearray(len(is_read))
    for node, parent, marks in zip(cx.source.nodes, above, account, strict=False):
        number = node.number
        if is_closed[parent] or (marks and SUBTREE in marks):
            is_closed[number] = True
        elif is_read[number]:
            if not _FRAMING.isdisjoint(node.attributes):
                account[number] = _with_frame(node.attributes, marks or {})
        elif is_read[parent] and (node.tag == TEMPLATE_ID or _says_nothing(node)):
            account[number] = _SILENT
            is_closed[number] = True


def _touched(cx: CdaContext) -> bytearray:
    """Return, at the number of each element, whether of it or in it was read."""
    above, account = cx.source.above, cx.account
    is_read = bytearray(len(above))
    for number in range(len(above) - 1, -1, -1):
        if is_read[number] or account[number]:
            is_read[number] = is_read[above[number]] = True
    return is_read


def _with_frame(attributes: dict[str, str], marks: dict[Key, Mark]) -> dict[Key, Mark]:
    for name in attributes:
        if name in _FIXED:
            marks.setdefault(AT[name], FRAME.structural)
    if attributes.get("negationInd") == "false":
        marks.setdefault("@negationInd", FRAME.derived)
    return marks


def _says_nothing(node: CdaNode) -> bool:
    """Whether an element, and all below it, says only that there is no value."""
    for name, value in node.attributes.items():
        if value not in _NO_VALUE if name == "nullFlavor" else name not in _FIXED:
            return False
    return all(
        isinstance(child, CdaNode) and _says_nothing(child) for child in node.children
    )
