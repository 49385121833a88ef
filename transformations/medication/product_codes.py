"""What a product is called, and of which kinds it is.

The code of a product is that of the product; its ATC class has an element of its own,
and the number of its package stands at the package.

Spec: eHDSI material EH.3.30: ``code``, ``name``, ``pharm:asSpecializedKind`` (Wave 8) /
FHIR R4 Medication.code / IHE MPD ``productname``, ``classification``.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import Context, Severity
from transformations.medication.extensions import (
    CLASSIFICATION,
    PRODUCT_NAME,
    extension_of,
)
from transformations.medication.medicines import name_of, write_kind
from transformations.medication.product_names import common_name
from transformations.sections.codes import ATC
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM
from transformations.sections.words import say_concept
from transformations.terminology import oid_of

_KIND = "pharm:asSpecializedKind"


def code_to_cda(holder: Any, key: str, material: CdaNode, cx: Context) -> bool:
    """Write the code of a product, and the class that stands among its codes."""
    if not isinstance(holder.get(key), dict):
        return False
    code = material.add(_named(material, "code"))
    passed = CODE_OF_ANY_SYSTEM.to_cda(holder, key, code, cx)
    classes = _take_classes(code)
    if "code" in code.attributes:
        anchor = cx.narrative.say("Medicine", CODE_OF_ANY_SYSTEM.phrase(code))
        CODE_OF_ANY_SYSTEM.link(code, anchor)
    else:
        material.children.remove(code)
    _write_classes(classes, material, cx)
    return passed


def _named(material: CdaNode, name: str) -> str:
    """Return the name of a child: a part of a product has it in another namespace."""
    return name if name in material.kind.children else f"pharm:{name}"


def _take_classes(code: CdaNode) -> list[dict[str, str]]:
    """Take the ATC codes out of a code; another code becomes the first."""
    translations = list(code.elements("translation"))
    parts = [dict(one.attributes) for one in (code, *translations)]
    others = [one for one in parts if one.get("codeSystem") != ATC and "code" in one]
    for translation in translations:
        code.children.remove(translation)
    code.attributes.clear()
    code.attributes.update(others[0] if others else {})
    for one in others[1:]:
        code.add("translation", **one)
    return [one for one in parts if one.get("codeSystem") == ATC]


def _write_classes(
    classes: list[dict[str, str]], material: CdaNode, cx: Context
) -> None:
    for attributes in classes[:1]:
        kind = material.add(_KIND, classCode="GRIC").add(
            "pharm:generalizedMaterialKind", classCode="MMAT", determinerCode="KIND"
        )
        kind.add("pharm:code", **attributes)
    for attributes in classes[1:]:
        names = (attributes.get(name, "") for name in ("code", "displayName"))
        cx.narrative.say("Class", " ".join(names).strip())
        _report_second_class(cx)


def medication_code_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write the code of a Medication, and the class that stands among its codes."""
    return code_to_cda(medication, "code", material, cx)


def name_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write what it is called: its brand, else its words, else its substances."""
    extension = extension_of(medication, PRODUCT_NAME)
    name = None if extension is None else extension.get("valueString")
    if isinstance(name, str) and name.strip():
        is_said_twice = name.strip() == name_of(medication.get("code"))
        (cx.settle if is_said_twice else cx.derive)(extension, "url")
        cx.take(extension, "valueString")
        return _write_name(name, material, cx)
    name = name_of(medication.get("code"))
    if name:
        _write_name(name, material, cx)
        return False
    return _write_common_name(medication, material, cx)


def _write_name(name: str, material: CdaNode, cx: Context) -> bool:
    material.add(_named(material, "name"), name.strip())
    cx.narrative.say("Name", name.strip())
    return True


def _write_common_name(medication: Any, material: CdaNode, cx: Context) -> bool:
    name = common_name(medication, cx)
    if name:
        cx.find(
            Severity.INFORMATION,
            "medicine-named-by-substances",
            "the medicine has no name of its own; it is called by what is in it",
        )
        _write_name(name, material, cx)
    return bool(name)


def product_classes_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write the class of ATC, once, and each other kind, such as a PhPID."""
    passed = False
    for extension in medication.get("extension") or ():
        if extension.get("url") == CLASSIFICATION:
            passed = _write_class(extension, material, cx) or passed
    return passed


def _write_class(extension: Any, material: CdaNode, cx: Context) -> bool:
    written = {_atc_code(kind) for kind in material.elements(_KIND)} - {""}
    codings = (extension.get(_VALUE) or {}).get("coding") or []
    codes = {one.get("code") for one in codings if _is_atc(one)}
    if not written or not codes:
        return write_kind(extension, material, cx)
    if codes == written and len(codings) == 1:
        cx.settle(extension, "url")
        cx.derive(codings[0], "code")
        cx.settle_rest(codings[0])
        cx.settle(extension[_VALUE], "text")
        return False
    cx.derive(extension, "url")
    cx.narrative.say("Class", say_concept(extension, _VALUE, cx))
    _report_second_class(cx)
    return False


def _report_second_class(cx: Context) -> None:
    cx.find(
        Severity.WARNING,
        "class-beyond-the-first",
        "CDA has room for one ATC class; the others stand in the text",
    )


_VALUE = "valueCodeableConcept"


def _is_atc(coding: dict[str, Any]) -> bool:
    return oid_of(coding.get("system") or "") == ATC


def _atc_code(kind: CdaNode) -> str:
    inner = kind.first("pharm:generalizedMaterialKind")
    code = None if inner is None else inner.first("pharm:code")
    if code is None or code.attributes.get("codeSystem") != ATC:
        return ""
    return code.attributes.get("code", "")
