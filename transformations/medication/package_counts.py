"""How many packages an amount is: told as packages, or divided without a rest.

CDA counts packages. An amount in pieces or in a measure is so many packages only where
the division leaves nothing over; it is never rounded.

Spec: eHDSI EH.3.2 ``supply/quantity``, EH.3.3 ``quantity`` with ``unit="1"`` (Wave 8) /
FHIR R4 Quantity, Medication.amount.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.fhir import FhirBundle, Located
from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context
from transformations.medication.product_packages import is_countable, is_package
from transformations.terminology import oid_of

# What a package is called where its unit has no code of its own.
PACKAGE_WORDS = frozenset(
    {"package", "packages", "pack", "packs", "box", "boxes", "op", "original package"}
)


def pack_of(resource: Any, cx: Context) -> Any:
    """Return the amount of a resource's medicine that is one package; books nothing."""
    return pack_in(cx.document, cx.located, resource)


def pack_in(document: FhirBundle, place: Located, resource: Any) -> Any:
    """Return the same for a resource that stands at ``place``."""
    reference = resource.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    located = document.resolve(name, place) if isinstance(name, str) else None
    amount = None if located is None else located.resource.get("amount")
    return amount if is_package(amount) else None


def count_packages(quantity: Any, pack: Any, *, is_overall: bool) -> int | None:
    """Return how many packages a quantity is; ``None`` where it is no whole number.

    Parameters
    ----------
    pack
        What one package holds, as :func:`pack_of` finds it.
    is_overall
        Whether a bare number counts packages, where the package is known.
    """
    number = _number(quantity)
    if number is None or "comparator" in quantity:
        return None
    is_in_packages = _is_in_packages(quantity, pack, is_overall=is_overall)
    count = number if is_in_packages else _divided(number, quantity, pack)
    if count is None or count <= 0 or count != count.to_integral_value():
        return None
    return int(count)


def is_bare(quantity: Any) -> bool:
    """Whether a quantity has no unit, or only the unit 1."""
    words, code = _called(quantity)
    return words in {"", "1"} and code in {"", "1"}


def is_named_package(quantity: Any) -> bool:
    """Whether the name of its unit says that a quantity counts packages."""
    return _called(quantity)[0] in PACKAGE_WORDS


def _called(quantity: Any) -> tuple[str, str]:
    return (
        str(quantity.get("unit") or "").strip().strip("{}").casefold(),
        str(quantity.get("code") or "").strip("{}").casefold(),
    )


def _number(quantity: Any) -> Decimal | None:
    text = to_real(quantity.get("value"))
    return None if text is None else Decimal(text)


def _is_in_packages(quantity: Any, pack: Any, *, is_overall: bool) -> bool:
    """Whether a quantity counts packages.

    A bare ``1`` counts packages where it is the overall amount of a medicine whose
    package is known, as MPD has it; a name decides otherwise.
    """
    words, code = _called(quantity)
    if words in PACKAGE_WORDS or code in PACKAGE_WORDS:
        return True
    if pack is None:
        return False
    if _is_same_unit(quantity, pack.get("denominator") or {}):
        return True
    return is_bare(quantity) and is_overall


def _divided(number: Decimal, quantity: Any, pack: Any) -> Decimal | None:
    content = None if pack is None else _number(pack["numerator"])
    if content is None or not _is_same_unit(quantity, pack["numerator"]):
        return None
    packages, rest = divmod(number, content)
    return packages if rest == 0 else None


def _is_same_unit(one: Any, other: Any) -> bool:
    """Whether two quantities are of one unit that has a name."""
    system, code = _coded(one)
    if code and (system, code) == _coded(other):
        return not is_countable(one) or code != "1" or _words(one) == _words(other)
    return bool(_words(one)) and _words(one) == _words(other)


def _coded(quantity: Any) -> tuple[str, str]:
    system = str(quantity.get("system") or "")
    return oid_of(system) or system, str(quantity.get("code") or "")


def _words(quantity: Any) -> str:
    words = str(quantity.get("unit") or "").strip().casefold()
    return "" if words == "1" else words
