"""How many packages were handed over: the only quantity a dispensation of CDA knows.

Spec: eHDSI Supply EH.3.3 (Wave 8): ``quantity`` counts packages, unit 1 /
HL7 Europe MPD MedicationDispense.quantity: a bare number counts packages.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context, Severity
from transformations.medication.package_counts import (
    PACKAGE_WORDS,
    count_packages,
    is_bare,
    pack_of,
)
from transformations.sections.codes import EDQM
from transformations.sections.words import say_quantity
from transformations.terminology import oid_of

# How the codes of containers in EDQM begin: a package, whatever it is made of.
_CONTAINER = "30"
_PACKAGE = {"unit": "package"}


def packages_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write the number of packages, or say that there is none that is whole."""
    quantity = dispense.get("quantity")
    if not isinstance(quantity, dict):
        return _refuse("the dispensation does not say how much was dispensed", cx)
    count = _count(quantity, dispense, cx)
    if count is None:
        cx.narrative.say("Quantity", say_quantity(dispense, "quantity", cx))
        return _refuse(
            "how many packages were dispensed is open, or no whole number; nothing is "
            "rounded",
            cx,
        )
    book = cx.take if str(count) == to_real(quantity["value"]) else cx.derive
    book(quantity, "value")
    supply.add("quantity", value=str(count), unit="1")
    cx.narrative.say("Packages", str(count))
    _book_unit(quantity, cx)
    return True


def _count(quantity: Any, dispense: Any, cx: Context) -> int | None:
    if is_bare(quantity) or _is_container(quantity):
        named = {**quantity, **_PACKAGE}
        return count_packages(named, None, is_overall=True)
    return count_packages(quantity, pack_of(dispense, cx), is_overall=True)


def _is_container(quantity: Any) -> bool:
    system = quantity.get("system")
    is_of_edqm = isinstance(system, str) and oid_of(system) == EDQM
    return is_of_edqm and str(quantity.get("code") or "").startswith(_CONTAINER)


def _refuse(sentence: str, cx: Context) -> bool:
    cx.find(Severity.CRITICAL, "quantity-not-in-packages", sentence)
    return False


def _book_unit(quantity: Any, cx: Context) -> None:
    """Book what decided: a name of packages, else the code, else code and system."""
    cx.derive(quantity, "unit")
    is_named = str(quantity.get("unit")).strip().casefold() in PACKAGE_WORDS
    book_code = cx.settle if is_named else cx.derive
    book_code(quantity, "code")
    is_decided = is_named or is_bare(quantity)
    book_system = cx.settle if is_decided else cx.derive
    book_system(quantity, "system")
