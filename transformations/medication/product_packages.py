"""The packages of a product, from the innermost outwards, each with what it holds.

A product of a prescription always has one. What is not known of it is said to be
unknown, except how much it holds: without that nobody can count packages.

Spec: eHDSI material EH.3.30, ``pharm:asContent`` (Wave 8), value set eHDSIPackage 42.3
/ FHIR R4 Medication.amount / IHE MPD ``sizeofitem``, ``unitofpresentation``.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import PQ, Context, Severity
from transformations.mapping.codecs.quantities import UCUM
from transformations.medication.codes import (
    CONTAINERS_OF_UNITS,
    DOSE_FORM_SYSTEMS,
    UNIT_ANNOTATION,
    UNIT_ITSELF,
)
from transformations.medication.extensions import (
    SIZE_OF_ITEM,
    UNIT_OF_PRESENTATION,
    extension_of,
)
from transformations.sections.codes import EDQM
from transformations.sections.concepts import OpenConcept
from transformations.sections.words import say_concept, say_quantity, say_ratio
from transformations.terminology import oid_of

_KIND = OpenConcept("CD", DOSE_FORM_SYSTEMS)
_CONTENT, _PACKAGE = "pharm:asContent", "pharm:containerPackagedProduct"
_CONTAINER = ("30", "13")  # how the codes of containers begin


def packages_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write what a package holds, and the one around it; the outer one has the ids."""
    size = _size(medication)
    unit = extension_of(medication, UNIT_OF_PRESENTATION)
    amount = medication.get("amount")
    is_counted = is_package(amount)
    holder = material
    if size is not None and (amount is None or (is_counted and _counts(amount))):
        holder = _write_size(size, unit, material, cx)
    else:
        _say_size(size, unit, cx)
    if is_counted:
        holder = _write_amount(amount, holder, cx)
    elif isinstance(amount, dict):
        cx.narrative.say("Package content", say_ratio(medication, "amount", cx))
    if holder is material:
        return False
    _write_ids(medication, holder, material, cx)
    return True


def is_package(amount: Any) -> bool:
    """Whether an amount says how much one package holds."""
    if not isinstance(amount, dict):
        return False
    package = amount.get("denominator")
    return _is_plain(amount.get("numerator")) and (
        package is None or (_is_plain(package) and package["value"] == 1)
    )


def _is_plain(quantity: Any) -> bool:
    if not isinstance(quantity, dict) or "comparator" in quantity:
        return False
    value: Any = quantity.get("value")
    return to_real(value) is not None and not isinstance(value, str) and value > 0


def _counts(amount: dict[str, Any]) -> bool:
    """Whether an amount counts pieces, each of a size, and measures nothing."""
    return is_countable(amount["numerator"])


def is_countable(quantity: dict[str, Any]) -> bool:
    """Whether a unit counts pieces: ``1``, an annotation, or a name of things."""
    code = quantity.get("code")
    if quantity.get("system") != UCUM:
        return True
    return code in {None, "1"} or str(code).startswith("{")


def _size(medication: Any) -> Any:
    found = extension_of(medication, SIZE_OF_ITEM)
    is_usable = found is not None and _is_plain(found.get("valueQuantity"))
    return found if is_usable else None


def _say_size(size: Any, unit: Any, cx: Context) -> None:
    if size is not None:
        cx.derive(size, "url")
        cx.narrative.say("Size of a piece", say_quantity(size, "valueQuantity", cx))
    if unit is not None and isinstance(unit.get("valueCodeableConcept"), dict):
        cx.derive(unit, "url")
        words = say_concept(unit, "valueCodeableConcept", cx)
        cx.narrative.say("A piece is", words)


def _write_size(size: Any, unit: Any, material: CdaNode, cx: Context) -> CdaNode:
    cx.derive(size, "url")
    package = _write_content(size, "valueQuantity", material, cx)
    code = package.add("pharm:formCode")
    if unit is None or not isinstance(unit.get("valueCodeableConcept"), dict):
        code.attributes["nullFlavor"] = "UNK"
        return package
    cx.derive(unit, "url")
    _KIND.to_cda(unit, "valueCodeableConcept", code, cx)
    _as_container(code)
    cx.narrative.say("Package", _KIND.phrase(code))
    return package


def _write_amount(amount: Any, holder: CdaNode, cx: Context) -> CdaNode:
    package = _write_content(amount, "numerator", holder, cx)
    code = package.add("pharm:formCode")
    one = amount.get("denominator")
    if not isinstance(one, dict):
        code.attributes["nullFlavor"] = "UNK"
        return package
    cx.derive(one, "value")
    _write_kind(one, code, cx)
    return package


def _write_kind(one: Any, code: CdaNode, cx: Context) -> None:
    """Write the kind of a package, which FHIR has as the unit of one."""
    system = one.get("system")
    is_coded = isinstance(system, str) and oid_of(system) == EDQM and one.get("code")
    words = one.get("unit")
    if is_coded:
        cx.take(one, "system")
        code.attributes.update(code=str(cx.take(one, "code")), codeSystem=EDQM)
        words = cx.take(one, "unit") or code.attributes["code"]
        code.attributes["displayName"] = str(words)
        _as_container(code)
    elif isinstance(words, str) and words.strip() and words != "1":
        code.attributes["nullFlavor"] = "OTH"
        code.add("originalText", str(cx.take(one, "unit")))
    else:
        code.attributes["nullFlavor"] = "UNK"
    cx.settle_rest(one)
    if isinstance(words, str) and words != "1":
        cx.narrative.say("Package", words)


def _as_container(code: CdaNode) -> None:
    """Turn a unit of presentation into the container of that name, or beside none.

    The value set of packages has containers; EDQM lists units of presentation apart.
    """
    written = code.attributes.get("code", "")
    if code.attributes.get("codeSystem") != EDQM or written.startswith(_CONTAINER):
        return
    container = CONTAINERS_OF_UNITS.get(written)
    before = {
        name: code.attributes[name]
        for name in ("code", "codeSystem", "displayName")
        if name in code.attributes
    }
    if container is None:
        code.attributes.clear()
        code.attributes["nullFlavor"] = "OTH"
    else:
        code.attributes.update(code=container.code, displayName=container.display)
    code.add("translation", **before)


def write_only_package(amount: Any, material: CdaNode) -> None:
    """Write an amount as the content of a package of which no more is known.

    Nothing is booked: the amount is told where it stands.
    """
    content = material.add(_CONTENT, classCode="CONT")
    words = str(amount.get("unit") or "").strip().strip("{}")
    is_coded = (
        amount.get("system") == UCUM and len(str(amount.get("code")).split()) == 1
    )
    unit = str(amount["code"]) if is_coded else "1"
    if is_countable(amount) and UNIT_ANNOTATION.fullmatch(words):
        unit = f"{{{words}}}"
    content.add("pharm:quantity", value=to_real(amount["value"]) or "", unit=unit)
    package = content.add(_PACKAGE, classCode="CONT", determinerCode="KIND")
    package.add("pharm:formCode", nullFlavor="UNK")


def _write_content(holder: Any, key: str, parent: CdaNode, cx: Context) -> CdaNode:
    content = parent.add(_CONTENT, classCode="CONT")
    quantity = content.add("pharm:quantity")
    if not _write_pieces(holder[key], quantity, cx):
        PQ.to_cda(holder, key, quantity, cx)
        quantity.attributes.setdefault("unit", "1")
    # The braces of an annotation are for software.
    words = PQ.phrase(quantity).replace("{", "").replace("}", "")
    cx.narrative.say("Package content", words)
    return content.add(_PACKAGE, classCode="CONT", determinerCode="KIND")


def _write_pieces(source: Any, quantity: CdaNode, cx: Context) -> bool:
    """Name what is counted by an annotation: a bare number is of nothing."""
    words = source.get("unit")
    bare = words.strip().strip("{}") if isinstance(words, str) else ""
    is_named = UNIT_ANNOTATION.fullmatch(bare) and bare.casefold() not in UNIT_ITSELF
    if not is_named or not is_countable(source):
        return False
    quantity.attributes["value"] = to_real(cx.take(source, "value")) or ""
    cx.take(source, "unit")
    quantity.attributes["unit"] = f"{{{bare}}}"
    if source.get("system") == UCUM:
        cx.derive(source, "code")
        cx.settle(source, "system")
    else:
        reason = "what is counted is written by its name"
        cx.lose(source, "code", reason, Severity.INFORMATION)
        cx.lose(source, "system", reason, Severity.INFORMATION)
    return True


def _write_ids(
    medication: Any, package: CdaNode, material: CdaNode, cx: Context
) -> None:
    """Write the identifier of the product as it is sold, at the package that is."""
    identifiers = medication.get("identifier") or []
    codings = (medication.get("code") or {}).get("coding") or []
    codes = {(one.get("system"), one.get("code")) for one in codings}
    for identifier in identifiers:
        named = (identifier.get("system"), identifier.get("value"))
        if named in codes:
            cx.derive(identifier, "system")
            cx.derive(identifier, "value")
            cx.settle_rest(identifier)
        elif not _write_id(identifier, package, material, cx):
            _say_id(identifier, cx)


def _write_id(
    identifier: Any, package: CdaNode, material: CdaNode, cx: Context
) -> bool:
    system, value = identifier.get("system"), identifier.get("value")
    oid = oid_of(system) if isinstance(system, str) else None
    is_code = isinstance(value, str) and len(value.split()) == 1
    if oid is None or not is_code or package.first("pharm:code") is not None:
        return False
    cx.take(identifier, "system")
    code = package.add(
        "pharm:code", code=str(cx.take(identifier, "value")).strip(), codeSystem=oid
    )
    name = material.first("name") if "name" in material.kind.children else None
    code.attributes["displayName"] = (name and name.text) or code.attributes["code"]
    cx.narrative.say("Package number", code.attributes["code"])
    cx.lose_rest(identifier, "a code has no place for it", Severity.INFORMATION)
    return True


def _say_id(identifier: Any, cx: Context) -> None:
    value = cx.tell(identifier, "value")
    system = cx.tell(identifier, "system")
    if isinstance(value, str):
        words = f"{value} ({system})" if isinstance(system, str) else value
        cx.narrative.say("Identifier of the product", words)
    cx.lose_rest(identifier, "words have no place for it", Severity.INFORMATION)
