"""Why a value is absent: FHIR data-absent-reason and HL7 v3 nullFlavor.

Spec: FHIR R4 extension data-absent-reason / HL7 C-CDA on FHIR concept maps, with
eHDSI's preference for ``UNK`` over ``NI`` for coded data.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key
from transformations.terminology import (
    DATA_ABSENT_REASON_URL,
    absent_reason_of,
    null_flavor_of,
)

NULL_FLAVOR = "http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor"

# A flavor that says no more than an absent element does.
SAYS_NOTHING = frozenset({"NI", "NA"})


def absent_flavor(holder: Any, key: Key, cx: Context) -> str:
    """Read why a primitive or an object is absent; empty when nothing says so.

    The companion of a primitive stands under ``_key`` in the same object.
    """
    if type(key) is not str:
        return ""
    for name in (f"_{key}", key):
        element = holder.get(name)
        if isinstance(element, dict):
            return flavor_in(element, cx)
    return ""


def flavor_in(element: dict[str, Any], cx: Context) -> str:
    """Read the absent reason among an element's extensions; the exact flavor wins."""
    found = {
        extension.get("url"): extension
        for extension in element.get("extension") or ()
        if isinstance(extension, dict)
    }
    exact = found.get(NULL_FLAVOR)
    if exact is not None and isinstance(exact.get("valueCode"), str):
        cx.derive(exact, "url")
        return str(cx.take(exact, "valueCode"))
    reason = found.get(DATA_ABSENT_REASON_URL)
    if reason is None or not isinstance(reason.get("valueCode"), str):
        return ""
    cx.derive(reason, "url")
    return null_flavor_of(cx.take(reason, "valueCode"))


def write_absent_reason(node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
    """Write why a value is absent beside where it would stand."""
    return write_absent_element(node, holder, f"_{key}", cx)


def write_absent_element(node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
    """Write an element that says only why its value is absent."""
    flavor = cx.attr(node, "nullFlavor")
    if flavor is None or not flavor.isalpha():
        return False
    holder[key] = {
        "extension": [
            {"url": DATA_ABSENT_REASON_URL, "valueCode": absent_reason_of(flavor)},
            {"url": NULL_FLAVOR, "valueCode": flavor},
        ]
    }
    return True


def data_absent(reason: str) -> dict[str, Any]:
    """Return an element that FHIR demands and the source does not give."""
    return {"extension": [{"url": DATA_ABSENT_REASON_URL, "valueCode": reason}]}
