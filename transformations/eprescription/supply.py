"""How much is prescribed: a whole number of packages, and no digit changed.

What is no whole number of packages is refused aloud and never rounded.

Spec: eHDSI Substance Administration EH.3.2: ``supply/quantity`` with ``unit="1"``
(Wave 8) / FHIR R4 MedicationRequest.dispenseRequest / IHE MPD ``prescribedQuantity``.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import Context, Severity
from transformations.medication.extensions import PRESCRIBED_QUANTITY, extension_of
from transformations.medication.package_counts import (
    count_packages,
    is_named_package,
    pack_of,
)
from transformations.medication.product_packages import (
    is_package,
    write_only_package,
)
from transformations.medication.products import material_of
from transformations.sections.words import say_quantity


def supply_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the number of packages, or report that there is none that is whole."""
    dispense = request.get("dispenseRequest")
    packages = None
    if isinstance(dispense, dict):
        pack = pack_of(request, cx)
        packages = _packages(dispense, pack, cx)
        if packages is None and pack is None and cx.policy.releases_amounts:
            packages = _as_one_package(dispense, act, cx)
        _report_repeats(dispense, cx)
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


def _packages(dispense: Any, pack: Any, cx: Context) -> str | None:
    """Return the packages prescribed altogether; every amount told is booked."""
    overall = extension_of(dispense, PRESCRIBED_QUANTITY)
    total = each = None
    if overall is not None:
        cx.derive(overall, "url")
        total = _counted(overall, "valueQuantity", pack, cx, is_overall=True)
    if isinstance(dispense.get("quantity"), dict):
        if overall is not None:
            cx.narrative.say("Each time", say_quantity(dispense, "quantity", cx))
        else:
            each = _counted(dispense, "quantity", pack, cx, is_overall=False)
    return total or each


def _report_repeats(dispense: Any, cx: Context) -> None:
    repeats = dispense.get("numberOfRepeatsAllowed")
    if isinstance(repeats, int) and repeats > 0:
        cx.find(
            Severity.WARNING,
            "repeats-not-carried",
            "it may be dispensed again; a prescription of CDA is dispensed once",
        )


def _as_one_package(dispense: Any, act: CdaNode, cx: Context) -> str | None:
    """Write an amount as what one package holds, where no package is known.

    Nothing is rounded: the amount is the same, only its package is ours.
    """
    material = material_of(act)
    overall = extension_of(dispense, PRESCRIBED_QUANTITY)
    amount = dispense.get("quantity") if overall is None else overall["valueQuantity"]
    if material is None or not is_package({"numerator": amount}):
        return None
    write_only_package(amount, material)
    cx.find(
        Severity.WARNING,
        "amount-as-one-package",
        "the source prescribes an amount and names no package; it is written as one "
        "package that holds it",
    )
    return "1"


def _counted(
    holder: Any, key: str, pack: Any, cx: Context, *, is_overall: bool
) -> str | None:
    """Return how many packages a quantity is, ``None`` where it is no whole number."""
    quantity = holder.get(key)
    if not isinstance(quantity, dict):
        return None
    count = count_packages(quantity, pack, is_overall=is_overall)
    if count is not None:
        _book(quantity, cx)
        return str(count)
    cx.narrative.say("Quantity prescribed", say_quantity(holder, key, cx))
    return None


def _book(quantity: dict[str, Any], cx: Context) -> None:
    """Book what decided: the name of the unit, or its code where the name does not."""
    cx.derive(quantity, "value")
    cx.derive(quantity, "unit")
    book = cx.settle if is_named_package(quantity) else cx.derive
    book(quantity, "code")
    book(quantity, "system")
