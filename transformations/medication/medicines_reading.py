"""The medicine itself, read from the material of the pharmacy extension.

A material that says no more than code and name is a concept of its statement; anything
more makes a Medication.

Spec: eHDSI product EH.3.31, material EH.3.32 (Wave 8), ``urn:hl7-org:pharm``
/ FHIR R4 Medication / IHE MPD extensions of EU Core Medication.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_organization
from transformations.mapping import (
    PQ,
    RATIO,
    ST,
    TS,
    Alt,
    Back,
    CodedCodec,
    Context,
    Each,
    Otherwise,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import (
    SAYS_NOTHING,
    data_absent,
    write_absent_element,
)
from transformations.mapping.cda_path import CdaPath, parse_cda_path
from transformations.mapping.steps_fixed import add_words
from transformations.medication.extensions import CLASSIFICATION
from transformations.medication.medicines import CLASS, DOSE_FORM, SUBSTANCE
from transformations.medication.packages import PACKAGE
from transformations.sections.codes import UCUM_URI
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM
from transformations.terminology import uri_of

_PRODUCT = parse_cda_path(
    "consumable{typeCode=CSM}/manufacturedProduct{classCode=MANU}",
    class_of("SubstanceAdministration"),
)
_DISPENSED = parse_cda_path(
    "product{typeCode=PRD}/manufacturedProduct{classCode=MANU}", class_of("Supply")
)
_CLASSES = parse_cda_path(
    "pharm:asSpecializedKind/pharm:generalizedMaterialKind", class_of("Material")
)
NOT_KNOWN = SAYS_NOTHING | {"UNK"}
_VALUES = {"value", "code", "displayName", "root", "extension"}
_SIMPLE = {"resourceType", "code"}
# The role of an ingredient: those that act, and those that do not.
_ROLES = {
    **dict.fromkeys(("ACTI", "ACTIB", "ACTIM", "ACTIR"), True),
    **dict.fromkeys(("IACT", "COLR", "FLVR", "PRSV", "STBL"), False),
}


def medicine_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read what is taken or prescribed."""
    return _product_to_fhir(_PRODUCT, act, statement, cx)


def dispensed_to_fhir(supply: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read what is dispensed."""
    return _product_to_fhir(_DISPENSED, supply, dispense, cx)


def _product_to_fhir(path: CdaPath, act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read the product as a concept, or as a Medication where it says more."""
    medication: dict[str, Any] = {"resourceType": "Medication"}
    passed = False
    for chain in path.find_chains(act):
        if _MEDICATION.read(chain[-1], medication, cx):
            cx.book_chain(chain, path.steps)
            passed = True
    medication.setdefault("code", data_absent("unknown"))
    if medication.keys() <= _SIMPLE:
        statement["medicationCodeableConcept"] = medication["code"]
        if not passed:
            sentence = "the source does not name the medicine"
            cx.find(Severity.WARNING, "medication-unknown", sentence)
    else:
        reference = {"reference": cx.make_resource(medication)}
        statement["medicationReference"] = reference
    return passed


def named_concept_to_fhir(
    node: CdaNode, prefix: str, codec: CodedCodec, holder: Any, key: str, cx: Context
) -> bool:
    """Read a code and the name beside it as one concept, or why there is none.

    A name that repeats a display or the text of the concept adds nothing.
    """
    code = node.first(f"{prefix}code")
    names = list(node.elements(f"{prefix}name"))
    passed = code is not None and _code_to_fhir(code, names, codec, holder, key, cx)
    for name in names:
        passed = _add_name(name, holder, key, cx) or passed
    if code is None or "nullFlavor" not in code.attributes:
        return passed
    if passed:
        cx.settle(code, "@nullFlavor")
        return True
    if code.attributes["nullFlavor"] in NOT_KNOWN:
        cx.derive(code, "@nullFlavor")
        return False
    return write_absent_element(code, holder, key, cx)


def _code_to_fhir(
    code: CdaNode,
    names: list[CdaNode],
    codec: CodedCodec,
    holder: Any,
    key: str,
    cx: Context,
) -> bool:
    """Read a code; words of the narrative that a name repeats are left to the name."""
    words = {(name.text or "").strip() for name in names}
    children = code.children
    repeated = [
        pointer
        for original in code.elements("originalText")
        if original.text is None
        for pointer in original.elements("reference")
        if cx.words_at(pointer.attributes.get("value", "")) in words - {""}
    ]
    if repeated:
        code.children = [
            child for child in children if child is not code.first("originalText")
        ]
    for pointer in repeated:
        cx.settle(pointer, "@value")
    passed = codec.to_fhir(code, holder, key, cx)
    code.children = children
    return passed


def _add_name(name: CdaNode, holder: Any, key: str, cx: Context) -> bool:
    words = (name.text or "").strip()
    concept = holder.get(key, {})
    text = concept.get("text")
    if not words:
        cx.settle(name, "@nullFlavor")
        return False
    if words in {text, *(one.get("display") for one in concept.get("coding", ()))}:
        cx.derive(name, "text()")
        return False
    cx.text(name)
    holder[key] = {**concept, "text": f"{words} ({text})" if text else words}
    return True


def code_to_fhir(material: CdaNode, medication: Any, cx: Context) -> bool:
    """Read code and name of a medicine."""
    return named_concept_to_fhir(
        material, "", CODE_OF_ANY_SYSTEM, medication, "code", cx
    )


def description_to_fhir(material: CdaNode, medication: Any, cx: Context) -> bool:
    """Read a strength in words, for which FHIR has no element, as the text."""
    passed = False
    for description in material.elements("pharm:desc"):
        words = (cx.text(description) or "").strip()
        if words:
            add_words(medication, words)
            passed = True
    return passed


def classes_to_fhir(material: CdaNode, medication: Any, cx: Context) -> bool:
    """Read what kind it is, unless that repeats a code of the medicine."""
    codings = medication.get("code", {}).get("coding", ())
    codes = {(one.get("system"), one.get("code")) for one in codings}
    found = []
    for chain in _CLASSES.find_chains(material):
        code = chain[-1].first("pharm:code")
        if code is None:
            continue
        cx.book_chain(chain, _CLASSES.steps)
        if _name_of(code) in codes:
            _book_repeated(chain[-1], code, cx)
            continue
        extension: dict[str, Any] = {"url": CLASSIFICATION}
        key = "valueCodeableConcept"
        if named_concept_to_fhir(chain[-1], "pharm:", CLASS, extension, key, cx):
            found.append(extension)
    if found:
        medication.setdefault("extension", []).extend(found)
    return bool(found)


def _name_of(code: CdaNode) -> tuple[str, str]:
    attributes = code.attributes
    return uri_of(attributes.get("codeSystem", "")), attributes.get("code", "")


def _book_repeated(kind: CdaNode, code: CdaNode, cx: Context) -> None:
    cx.derive(code, "@code")
    cx.derive(code, "@codeSystem")
    cx.settle(kind, ".")


def strength_to_fhir(node: CdaNode, ingredient: Any, cx: Context) -> bool:
    """Read a strength; one whose parts are only absent says nothing."""
    for quantity in node.elements("pharm:quantity"):
        if RATIO.to_fhir(quantity, ingredient, "strength", cx):
            return True
        if says_nothing(quantity):
            cx.settle(quantity, ".")
    return False


def says_nothing(node: CdaNode) -> bool:
    """Whether an element and all below it name no value at all."""
    return (
        node.text is None
        and not _VALUES & node.attributes.keys()
        and all(says_nothing(child) for child in node.elements())
    )


def silent_ingredients_to_fhir(material: CdaNode, _: Any, cx: Context) -> bool:
    """Book ingredients of which the source says nothing but that there are some."""
    for ingredient in material.elements("pharm:ingredient"):
        if says_nothing(ingredient):
            cx.settle(ingredient, ".")
    return False


def role_to_fhir(node: CdaNode, ingredient: Any, cx: Context) -> bool:
    """Read whether an ingredient acts."""
    is_active = _ROLES.get(node.attributes.get("classCode", ""))
    if is_active is not None:
        cx.derive(node, "@classCode")
        ingredient["isActive"] = is_active
    return False


def substance_to_fhir(node: CdaNode, ingredient: Any, cx: Context) -> bool:
    """Read code and name of a substance."""
    key = "itemCodeableConcept"
    return any(
        named_concept_to_fhir(substance, "pharm:", SUBSTANCE, ingredient, key, cx)
        for substance in node.elements("pharm:ingredientSubstance")
    )


def manufacturer_to_fhir(product: CdaNode, medication: Any, cx: Context) -> bool:
    """Read who makes it."""
    for organization in product.elements("manufacturerOrganization"):
        reference = read_organization(organization, cx)
        if reference:
            medication["manufacturer"] = {"reference": reference}
            return True
    return False


def parts_to_fhir(material: CdaNode, medication: Any, cx: Context) -> bool:
    """Read the parts of a combination pack: how many, and a Medication of each."""
    found = []
    for part in material.elements("pharm:part"):
        item: dict[str, Any] = {"resourceType": "Medication"}
        passed = False
        for product in part.elements("pharm:partProduct"):
            passed = _PART.read(product, item, cx) or passed
        if not passed:
            continue
        ingredient: dict[str, Any] = {}
        count = part.first("pharm:quantity")
        if count is not None and PQ.to_fhir(count, ingredient, "strength", cx):
            one = {"value": 1, "unit": "1", "system": UCUM_URI, "code": "1"}
            many = ingredient["strength"]
            ingredient["strength"] = {"numerator": many, "denominator": one}
        item.setdefault("code", data_absent("unknown"))
        ingredient["itemReference"] = {"reference": cx.make_resource(item)}
        found.append(ingredient)
    if found:
        medication.setdefault("ingredient", []).extend(found)
    return bool(found)


def part_code_to_fhir(product: CdaNode, medication: Any, cx: Context) -> bool:
    """Read code and name of a part."""
    return named_concept_to_fhir(
        product, "pharm:", CODE_OF_ANY_SYSTEM, medication, "code", cx
    )


_INGREDIENT = Each(
    "ingredient[]",
    "pharm:ingredient",
    Back("quantity -> strength", strength_to_fhir),
    Back("ingredientSubstance -> itemCodeableConcept", substance_to_fhir),
    Back("classCode -> isActive", role_to_fhir),
    Otherwise("itemCodeableConcept", data_absent("unknown"), unless=("itemReference",)),
)
_PART = Table(
    "part of a medicine",
    "Medication",
    "pharm:Product",
    Back("code, name -> code", part_code_to_fhir),
    Back("desc -> text", description_to_fhir),
    Row("form", "pharm:formCode", DOSE_FORM),
    PACKAGE,
    _INGREDIENT,
    Back("ingredients without a name", silent_ingredients_to_fhir),
)
_MATERIAL = Table(
    "medicine",
    "Medication",
    "Material",
    Back("code, name -> code", code_to_fhir),
    Back("desc -> text", description_to_fhir),
    Row("form", "pharm:formCode", DOSE_FORM),
    Back("asSpecializedKind -> classification", classes_to_fhir),
    Row("batch.lotNumber", "lotNumberText", ST),
    Alt(
        Row("batch.expirationDate", "pharm:expirationTime", TS),
        Row("batch.expirationDate", "pharm:expirationTime/high", TS),
    ),
    PACKAGE,
    _INGREDIENT,
    Back("ingredients without a name", silent_ingredients_to_fhir),
    Back("part -> ingredient that is a Medication", parts_to_fhir),
)


def material_to_fhir(product: CdaNode, medication: Any, cx: Context) -> bool:
    """Read the material of a product."""
    passed = False
    for material in product.elements("manufacturedMaterial"):
        passed = _MATERIAL.read(material, medication, cx) or passed
    return passed


_MEDICATION = Table(
    "medicine",
    "Medication",
    "ManufacturedProduct",
    Back("material", material_to_fhir),
    Back("manufacturerOrganization -> manufacturer", manufacturer_to_fhir),
)
MEDICINE_READ = Back("product -> medication[x]", medicine_to_fhir)
DISPENSED_READ = Back("product -> medication[x]", dispensed_to_fhir)
