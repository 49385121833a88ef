"""How much is prescribed: a whole number of packages, and no digit changed.

CDA counts packages. An amount in pieces or in a measure is so many packages only where
the division leaves nothing over; anything else is refused aloud and never rounded.

Spec: eHDSI Substance Administration EH.3.2: ``supply/quantity`` with ``unit="1"``
(Wave 8) / FHIR R4 MedicationRequest.dispenseRequest / IHE MPD ``prescribedQuantity``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context, Severity
from transformations.medication.extensions import PRESCRIBED_QUANTITY, extension_of
from transformations.medication.product_packages import is_countable, is_package
from transformations.sections.words import say_quantity
from transformations.terminology import oid_of

# What a package is called where its unit has no code of its own.
PACKAGE_WORDS = frozenset(
    {"package", "packages", "pack", "packs", "box", "boxes", "op", "original package"}
)


def supply_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the number of packages, or report that there is none that is whole."""
    dispense = request.get("dispenseRequest")
    packages = None
    if isinstance(dispense, dict):
        packages = _packages(dispense, _pack(request, cx), cx)
    link = act.add("entryRelationship", typeCode="COMP")
    supply = link.add("supply", classCode="SPLY", moodCode="RQO")
    supply.add("independentInd", value="false")
    if packages is None:
        cx.find(
            Severity.CRITICAL,
            "packages-not-whole",
            "how many packages are prescribed is not told, or is no whole number",
        )
        return False
    supply.add("quantity", value=packages, unit="1")
    cx.narrative.say("Packages prescribed", packages)
    return True


def _pack(request: Any, cx: Context) -> Any:
    """Return the amount of the medicine that is one package; nothing is booked."""
    reference = request.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    amount = None if located is None else located.resource.get("amount")
    return amount if is_package(amount) else None


def _packages(dispense: Any, pack: Any, cx: Context) -> str | None:
    """Return the packages prescribed altogether; every amount told is booked."""
    overall = extension_of(dispense, PRESCRIBED_QUANTITY)
    total = each = None
    if overall is not None:
        cx.derive(overall, "url")
        total = _counted(overall, "valueQuantity", pack, cx, is_overall=True)
    if isinstance(dispense.get("quantity"), dict):
        repeats = dispense.get("numberOfRepeatsAllowed")
        if overall is not None or repeats:
            cx.narrative.say("Each time", say_quantity(dispense, "quantity", cx))
        else:
            each = _counted(dispense, "quantity", pack, cx, is_overall=False)
    return total or each


def _counted(
    holder: Any, key: str, pack: Any, cx: Context, *, is_overall: bool
) -> str | None:
    """Return how many packages a quantity is, ``None`` where it is no whole number."""
    quantity = holder.get(key)
    if not isinstance(quantity, dict):
        return None
    number = _number(quantity)
    if number is not None and "comparator" not in quantity:
        is_in_packages = _is_in_packages(quantity, pack, is_overall=is_overall)
        count = number if is_in_packages else _divided(number, quantity, pack)
        if count is not None and count > 0 and count == count.to_integral_value():
            _book(quantity, cx)
            return str(int(count))
    cx.narrative.say("Quantity prescribed", say_quantity(holder, key, cx))
    return None


def _number(quantity: dict[str, Any]) -> Decimal | None:
    text = to_real(quantity.get("value"))
    return None if text is None else Decimal(text)


def _is_in_packages(quantity: dict[str, Any], pack: Any, *, is_overall: bool) -> bool:
    """Whether a quantity counts packages.

    A bare ``1`` counts packages where it is the overall amount of a medicine whose
    package is known, as MPD has it; a name decides otherwise.
    """
    words = str(quantity.get("unit") or "").strip().strip("{}").casefold()
    code = str(quantity.get("code") or "").strip("{}").casefold()
    if pack is None:
        return words in PACKAGE_WORDS or code in PACKAGE_WORDS
    if _is_same_unit(quantity, pack.get("denominator") or {}):
        return True
    if words in PACKAGE_WORDS or code in PACKAGE_WORDS:
        return True
    is_bare = words in {"", "1"} and code in {"", "1"}
    return is_bare and is_overall


def _divided(number: Decimal, quantity: dict[str, Any], pack: Any) -> Decimal | None:
    content = None if pack is None else _number(pack["numerator"])
    if content is None or not _is_same_unit(quantity, pack["numerator"]):
        return None
    packages, rest = divmod(number, content)
    return packages if rest == 0 else None


def _is_same_unit(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two quantities are of one unit that has a name."""
    system, code = _coded(one)
    if code and (system, code) == _coded(other):
        return not is_countable(one) or code != "1" or _words(one) == _words(other)
    return bool(_words(one)) and _words(one) == _words(other)


def _coded(quantity: dict[str, Any]) -> tuple[str, str]:
    system = str(quantity.get("system") or "")
    return oid_of(system) or system, str(quantity.get("code") or "")


def _words(quantity: dict[str, Any]) -> str:
    words = str(quantity.get("unit") or "").strip().casefold()
    return "" if words == "1" else words


def _book(quantity: dict[str, Any], cx: Context) -> None:
    cx.derive(quantity, "value")
    for name in ("unit", "code", "system"):
        cx.derive(quantity, name)
