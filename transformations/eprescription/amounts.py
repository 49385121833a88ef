"""How an order tells its amount, before any document is made of it.

The document counts packages; what it cannot say is known to a list already.

Spec: eHDSI EH.3.2 ``supply/quantity`` with ``unit="1"`` (Wave 8) / FHIR R4
MedicationRequest.dispenseRequest / IHE MPD ``prescribedQuantity``.
"""

from __future__ import annotations

from dataclasses import dataclass

from transformations.fhir import FhirBundle, Located
from transformations.medication.extensions import PRESCRIBED_QUANTITY, extension_of
from transformations.medication.package_counts import count_packages, pack_in
from transformations.medication.product_packages import is_package


@dataclass(frozen=True, slots=True)
class OrderedAmount:
    """What an order says of how much.

    Attributes
    ----------
    packages
        How many packages it is; None where it is no whole number of them.
    is_releasable
        Whether it can be told as one package that holds it: an amount of a medicine
        whose package is not known.
    """

    packages: int | None = None
    is_releasable: bool = False


def ordered_amount(located: Located, bundle: FhirBundle) -> OrderedAmount:
    """Read the amount of a MedicationRequest as its document would tell it."""
    dispense = located.resource.get("dispenseRequest")
    if not isinstance(dispense, dict):
        return OrderedAmount()
    overall = extension_of(dispense, PRESCRIBED_QUANTITY)
    told = dispense.get("quantity") if overall is None else overall.get("valueQuantity")
    if not isinstance(told, dict):
        return OrderedAmount()
    pack = pack_in(bundle, located, located.resource)
    packages = count_packages(told, pack, is_overall=overall is not None)
    is_releasable = (
        packages is None and pack is None and is_package({"numerator": told})
    )
    return OrderedAmount(packages, is_releasable)
