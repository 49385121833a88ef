"""What a package holds: one package of so much, or a package of items of a size.

CDA nests packages from the innermost outwards. FHIR has one amount; with the size of an
item and what it is called beside it, two packages are said. Of more, the amount is how
many items the outermost holds in all.

Spec: eHDSI material EH.3.32, ``pharm:asContent`` (Wave 8) / FHIR R4 Medication.amount /
IHE MPD extensions ``sizeofitem``, ``unitofpresentation`` of EU Core Medication.
"""

from __future__ import annotations

from math import prod
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import from_real
from transformations.mapping import PQ, Context, Pair, Severity
from transformations.mapping.steps_fixed import add_words
from transformations.medication.codes import DOSE_FORM_SYSTEMS
from transformations.medication.extensions import (
    SIZE_OF_ITEM,
    UNIT_OF_PRESENTATION,
    extension_of,
)
from transformations.sections.codes import EDQM
from transformations.sections.concepts import OpenConcept
from transformations.sections.words import say_ratio
from transformations.terminology import oid_of, uri_of

_KIND = OpenConcept("CD", DOSE_FORM_SYSTEMS)
_CONTENT, _PACKAGE = "pharm:asContent", "pharm:containerPackagedProduct"


def package_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write the package, and the one inside, where both have a code.

    The template wants a code of every package; without one, words say it.
    """
    amount = medication.get("amount")
    if not _is_package(amount):
        return _say_amount(medication, cx)
    size, unit = extension_of(medication, SIZE_OF_ITEM), _presented(medication)
    holder = material
    if size is not None and unit is not None and _is_same(amount["numerator"], unit):
        holder = _write_inner(size, unit, material, cx)
    outer = _write_content(amount, "numerator", holder, cx)
    _write_form(amount["denominator"], outer, cx)
    cx.derive(amount["denominator"], "value")
    return True


def _say_amount(medication: Any, cx: Context) -> bool:
    if isinstance(medication.get("amount"), dict):
        cx.narrative.say("Package content", say_ratio(medication, "amount", cx))
    return False


def _is_package(amount: Any) -> bool:
    if not isinstance(amount, dict):
        return False
    content, package = amount.get("numerator"), amount.get("denominator")
    return (
        isinstance(content, dict)
        and "value" in content
        and "comparator" not in content
        and isinstance(package, dict)
        and package.get("value") == 1
        and "comparator" not in package
        and _is_form(package)
    )


def _is_form(coding: dict[str, Any]) -> bool:
    system, code = coding.get("system"), coding.get("code")
    return (
        isinstance(system, str)
        and oid_of(system) == EDQM
        and isinstance(code, str)
        and len(code.split()) == 1
    )


def _presented(medication: Any) -> Any:
    """Return the extension that names the unit of presentation by a code of EDQM."""
    found = extension_of(medication, UNIT_OF_PRESENTATION)
    codings = [] if found is None else _codings(found)
    return found if len(codings) == 1 and _is_form(codings[0]) else None


def _codings(extension: Any) -> list[Any]:
    concept = extension.get("valueCodeableConcept", {})
    return concept.get("coding") or []


def _is_same(quantity: dict[str, Any], unit: Any) -> bool:
    return _is_form(quantity) and quantity["code"] == _codings(unit)[0]["code"]


def _write_inner(size: Any, unit: Any, material: CdaNode, cx: Context) -> CdaNode:
    package = _write_content(size, "valueQuantity", material, cx)
    code = package.add("pharm:formCode")
    _KIND.to_cda(unit, "valueCodeableConcept", code, cx)
    cx.narrative.say("Package", _KIND.phrase(code))
    for extension in (size, unit):
        cx.derive(extension, "url")
    return package


def _write_content(holder: Any, key: str, parent: CdaNode, cx: Context) -> CdaNode:
    content = parent.add(_CONTENT, classCode="CONT")
    quantity = content.add("pharm:quantity")
    PQ.to_cda(holder, key, quantity, cx)
    quantity.attributes.setdefault("unit", "1")
    cx.narrative.say("Package content", PQ.phrase(quantity))
    return content.add(_PACKAGE, classCode="CONT", determinerCode="KIND")


def _write_form(unit: Any, package: CdaNode, cx: Context) -> None:
    """Write the kind of package, which FHIR has as the unit of one."""
    cx.take(unit, "system")
    code = package.add("pharm:formCode", code=cx.take(unit, "code"), codeSystem=EDQM)
    words = cx.take(unit, "unit") or code.attributes["code"]
    code.attributes["displayName"] = words
    cx.narrative.say("Package", words)


def package_to_fhir(material: CdaNode, medication: Any, cx: Context) -> bool:
    """Read the package, and the one inside as size and unit of its items."""
    contents = _nested(material)
    if not contents:
        return False
    inner, *more = contents
    if not more:
        return _read_amount(inner, medication, cx)
    size: dict[str, Any] = {"url": SIZE_OF_ITEM}
    unit: dict[str, Any] = {"url": UNIT_OF_PRESENTATION}
    made = medication.setdefault("extension", [])
    if _read_quantity(inner, size, "valueQuantity", cx):
        made.append(size)
    if _read_form(inner, unit, medication, cx):
        made.append(unit)
    if len(more) > 1:
        _read_folded(more, medication, cx)
    else:
        _read_amount(more[0], medication, cx)
    return True


def _read_folded(packages: list[CdaNode], medication: Any, cx: Context) -> None:
    """Read packages around packages as how many items the outermost has in all.

    FHIR has one number of items in one package: the one that is sold. Where the counts
    are no whole numbers of packages, nothing is read, for half of it would be wrong.
    """
    counts = [_count(package) for package in packages]
    *between, outermost = packages
    if None in counts:
        reason = "packages around packages whose numbers do not count"
        cx.lose(packages[0], ".", reason, Severity.CRITICAL)
        return
    number = prod(count for count in counts if count is not None)
    amount: dict[str, Any] = {}
    _read_quantity(packages[0], amount, "numerator", cx)
    amount["numerator"] = {**amount.get("numerator", {}), "value": number}
    for package in packages[1:]:
        _book_count(package, cx)
    kind: dict[str, Any] = {}
    _read_form(outermost, kind, medication, cx)
    amount["denominator"] = {"value": 1, **_as_unit(kind)}
    medication["amount"] = amount
    for package in between:
        _lose_between(package, cx)


def _count(content: CdaNode) -> int | None:
    """Return how many packages or pieces a package holds, where it counts them."""
    quantity = content.first("pharm:quantity")
    attributes = {} if quantity is None else quantity.attributes
    number = from_real(attributes.get("value", ""))
    unit = attributes.get("unit", "1")
    if not isinstance(number, int) or number <= 0:
        return None
    return number if unit == "1" or unit.startswith("{") else None


def _book_count(content: CdaNode, cx: Context) -> None:
    for quantity in content.elements("pharm:quantity"):
        cx.derive(quantity, "@value")
        cx.settle(quantity, "@unit")


def _lose_between(content: CdaNode, cx: Context) -> None:
    """Lose what a package between is; how many of it there are is in the number."""
    reason = "what lies between the piece and the package that is sold is not carried"
    for package in content.elements(_PACKAGE):
        for part in package.elements():
            if part.tag.rpartition("}")[2] != "asContent":
                cx.lose(part, ".", reason, Severity.INFORMATION)


def _nested(holder: CdaNode | None) -> list[CdaNode]:
    """Return what is packed in what, the innermost first."""
    content = None if holder is None else holder.first(_CONTENT)
    return [] if content is None else [content, *_nested(content.first(_PACKAGE))]


def _read_amount(content: CdaNode, medication: Any, cx: Context) -> bool:
    """Read how much one package holds; the package is the unit of one."""
    amount: dict[str, Any] = {}
    kind: dict[str, Any] = {}
    if not _read_quantity(content, amount, "numerator", cx):
        return False
    _read_form(content, kind, medication, cx)
    amount["denominator"] = {"value": 1, **_as_unit(kind)}
    medication["amount"] = amount
    return True


def _read_quantity(content: CdaNode, holder: Any, key: str, cx: Context) -> bool:
    """Read how much is inside; the first waves wrote it as the capacity."""
    package = content.first(_PACKAGE)
    for parent, tag in ((content, "quantity"), (package, "capacityQuantity")):
        quantity = None if parent is None else parent.first(f"pharm:{tag}")
        if quantity is not None and PQ.to_fhir(quantity, holder, key, cx):
            return True
    return False


def _read_form(content: CdaNode, holder: Any, medication: Any, cx: Context) -> bool:
    """Read the kind of package; its own code and name become ids and words."""
    passed = False
    for package in content.elements(_PACKAGE):
        for form in package.elements("pharm:formCode"):
            passed = _KIND.to_fhir(form, holder, "valueCodeableConcept", cx)
        _read_names(package, medication, cx)
    return passed


def _read_names(package: CdaNode, medication: Any, cx: Context) -> None:
    for code in package.elements("pharm:code"):
        if {"code", "codeSystem"} <= code.attributes.keys():
            system = uri_of(cx.attr(code, "codeSystem") or "")
            identifier = {"system": system, "value": cx.attr(code, "code")}
            medication.setdefault("identifier", []).append(identifier)
            for beside in ("displayName", "codeSystemName", "codeSystemVersion"):
                cx.settle(code, f"@{beside}")
    for tag in ("pharm:name", "pharm:desc"):
        for name in package.elements(tag):
            words = (cx.text(name) or "").strip()
            if words:
                add_words(medication, words)


def _as_unit(kind: dict[str, Any]) -> dict[str, Any]:
    concept = kind.get("valueCodeableConcept", {})
    coding: dict[str, Any] = next(iter(concept.get("coding", ())), {})
    unit: dict[str, Any] = {
        key: coding[key] for key in ("system", "code") if key in coding
    }
    words = concept.get("text") or coding.get("display")
    return {"unit": words, **unit} if words else unit


PACKAGE = Pair("amount <-> package", package_to_cda, package_to_fhir)
