"""How many packages: the only quantity a dispensation of CDA knows.

A quantity in pieces becomes packages only where the product says how many pieces a
package holds and the division leaves nothing. It is never rounded.

Spec: eHDSI Supply EH.3.3 (Wave 8): ``quantity`` counts packages, unit 1 /
HL7 Europe MPD MedicationDispense.quantity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context, Severity
from transformations.sections.codes import EDQM, UCUM_URI
from transformations.terminology import oid_of

_PACKAGES = frozenset(
    {"", "1", "package", "packages", "pack", "packs", "package(s)", "pck"}
)
_ANNOTATIONS = frozenset({"{package}", "{Package}", "{pack}", "{pck}"})
# Codes of containers in EDQM: a package, whatever it is made of.
_CONTAINER = "30"


def packages_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write the number of packages, or say that there is none."""
    quantity = dispense.get("quantity")
    if not isinstance(quantity, dict) or to_real(quantity.get("value")) is None:
        _refuse("the dispensation does not say how much was dispensed", cx)
        return False
    if "comparator" in quantity:
        _refuse("the quantity is a limit and no number", cx)
        return False
    if _counts_packages(quantity):
        return _write(Decimal(quantity["value"]), quantity, supply, cx)
    held = _held(dispense, quantity, cx)
    if held is None:
        _refuse("the quantity is in pieces, and how many a package holds is open", cx)
        return False
    return _write(Decimal(quantity["value"]) / held, quantity, supply, cx)


def _write(number: Decimal, quantity: Any, supply: CdaNode, cx: Context) -> bool:
    if number <= 0 or number != number.to_integral_value():
        _refuse("the quantity is no whole number of packages; it is not rounded", cx)
        return False
    value = format(number.to_integral_value(), "f")
    is_carried = value == to_real(quantity["value"])
    book = cx.take if is_carried else cx.derive
    book(quantity, "value")
    supply.add("quantity", value=value, unit="1")
    cx.narrative.say("Packages", value)
    for name in ("unit", "code"):
        cx.derive(quantity, name)
    # Of a code that only counts, the system says nothing.
    book_system = cx.settle if quantity.get("code") == "1" else cx.derive
    book_system(quantity, "system")
    return True


def _refuse(sentence: str, cx: Context) -> None:
    cx.find(Severity.CRITICAL, "quantity-not-in-packages", sentence)


def _counts_packages(quantity: Any) -> bool:
    system, code = quantity.get("system"), str(quantity.get("code") or "")
    words = str(quantity.get("unit") or "").strip().casefold()
    if isinstance(system, str) and oid_of(system) == EDQM:
        return code.startswith(_CONTAINER)
    if system == UCUM_URI and code in _ANNOTATIONS:
        return True
    return code in {"", "1"} and words in _PACKAGES


def _held(dispense: Any, quantity: Any, cx: Context) -> Decimal | None:
    """Return how many pieces one package of the product holds, in the same unit."""
    reference = dispense.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    amount = None if located is None else located.resource.get("amount")
    if not isinstance(amount, dict):
        return None
    content, package = amount.get("numerator"), amount.get("denominator", {"value": 1})
    if not isinstance(content, dict) or not isinstance(package, dict):
        return None
    is_plain = to_real(content.get("value")) is not None and package.get("value") == 1
    if not is_plain or content["value"] <= 0 or not _is_same_unit(content, quantity):
        return None
    return Decimal(content["value"])


def _is_same_unit(one: Any, other: Any) -> bool:
    return all(
        one.get(name) == other.get(name) for name in ("system", "code", "unit")
    ) or (
        one.get("code") not in {None, "1"}
        and all(one.get(name) == other.get(name) for name in ("system", "code"))
    )
