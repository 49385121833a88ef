"""What country B must know of a prescription to dispense on it: strictly, or not.

A small reader beside the translation: it takes a coded document of any wave and gives
what decides whether and as what it may be dispensed, or says which of it is missing.
What only a person judges, such as the dosage, is given as the document words it.

Spec: eHDSI ePrescription EH.1.1, Prescription EH.2.1, Prescription Item EH.3.2
(Wave 8) / sheet 03b 1 (only N forbids to substitute; one item in a document).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lxml import etree

from transformations.cda.plain_facts import (
    Code,
    attribute,
    code_of,
    count_of,
    every,
    first,
    ids_of,
    name_of,
    open_cda,
    text_of,
)
from transformations.hl7v3.oids import ACT_CLASS
from transformations.hl7v3.timestamps import from_ts
from transformations.medication.product_facts import (
    ContentRefused,
    Product,
    read_product,
)
from transformations.sections.codes import ATC

PRESCRIPTION_CODE = "57833-6"
_SECTION = "component/structuredBody/component/section"


class PrescriptionLack(StrEnum):
    """Why a document cannot be dispensed on."""

    NOT_CDA = "not-cda"
    NOT_A_PRESCRIPTION = "not-a-prescription"
    NOT_CODED = "not-coded"
    DOCUMENT_ID = "document-id"
    PATIENT = "patient"
    PRESCRIPTION = "prescription"
    ITEM = "item"
    SEVERAL_ITEMS = "several-items"
    PRODUCT = "product"
    PACKAGE_CONTENT = "package-content"


_SENTENCES = {
    PrescriptionLack.NOT_CDA: "it is no CDA document that may be read",
    PrescriptionLack.NOT_A_PRESCRIPTION: (
        f"its code is not that of a prescription ({PRESCRIPTION_CODE})"
    ),
    PrescriptionLack.NOT_CODED: (
        "it holds a file and no coded item; open the coded document"
    ),
    PrescriptionLack.DOCUMENT_ID: "it has no id of its own",
    PrescriptionLack.PATIENT: "it names no patient by an id",
    PrescriptionLack.PRESCRIPTION: "the prescription has no id (section/id)",
    PrescriptionLack.ITEM: "it has no item with an id",
    PrescriptionLack.SEVERAL_ITEMS: "it has several items where one belongs",
    PrescriptionLack.PRODUCT: "it does not name the product that is prescribed",
    PrescriptionLack.PACKAGE_CONTENT: "what a package holds is no number above nought",
}


class PrescriptionRefused(ValueError):  # noqa: N818 - a verdict on a document
    """A document is no prescription that can be dispensed on; the text says why.

    It repeats nothing of the document.
    """

    def __init__(self, lack: PrescriptionLack) -> None:
        super().__init__(f"the prescription cannot be used: {_SENTENCES[lack]}")
        self.lack = lack


class Substitution(StrEnum):
    """Whether another product may be given (2.16.840.1.113883.5.1070)."""

    ALLOWED = "allowed"
    GENERIC = "generic"
    THERAPEUTIC = "therapeutic"
    NONE = "none"


_SUBSTITUTIONS = {
    "N": Substitution.NONE,
    "G": Substitution.GENERIC,
    "TE": Substitution.THERAPEUTIC,
}


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An active substance; ``strength`` in words, ``500 mg / 1 1``."""

    name: str
    code: Code | None
    strength: str = ""


@dataclass(frozen=True, slots=True)
class PrescriberFacts:
    """Who prescribed, as the document says."""

    name: str = field(repr=False)
    function: str
    organization: str
    country: str


@dataclass(frozen=True, slots=True)
class PrescriptionFacts:
    """What a prescription says that decides something.

    All identifiers are ``root^extension``, or the root alone.

    Attributes
    ----------
    prescription_id, item_id
        By them a dispensation names what it fulfils.
    packages
        How many packages of the product; None where the document does not say.
    is_active
        Whether it may still be dispensed, as the document says.
    issued, begins, ends
        Date or time of FHIR in the precision of the document; when it was prescribed,
        and the period of the treatment.
    dosage
        Dose and times as they are coded, with units of UCUM: ``1, every 8 h``.
    instructions, remarks
        For the patient, and for the pharmacist, in the words of the document.
    words
        The prescription as its narrative has it, a line for each part.
    """

    document_id: str
    prescription_id: str = field(repr=False)
    item_id: str = field(repr=False)
    patients: frozenset[str] = field(repr=False)
    patient_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    product: Product
    ingredients: tuple[Ingredient, ...]
    packages: int | None
    is_active: bool
    substitution: Substitution
    prescriber: PrescriberFacts
    issued: str
    begins: str
    ends: str
    dosage: str
    instructions: str
    remarks: str
    words: tuple[str, ...]
    language: str


def read_prescription_facts(content: bytes) -> PrescriptionFacts:
    """Read the facts of a prescription.

    Raises
    ------
    PrescriptionRefused
        It lacks one of them; ``lack`` says which.
    """
    root = _root(content)
    section = _the_section(root)
    item = _the_item(section)
    ingredients = tuple(_ingredients(item))
    begins, ends = _period(item)
    return PrescriptionFacts(
        document_id=_required(ids_of(root, "id"), PrescriptionLack.DOCUMENT_ID),
        prescription_id=_required(ids_of(section, "id"), PrescriptionLack.PRESCRIPTION),
        item_id=_required(ids_of(item, "id"), PrescriptionLack.ITEM),
        patients=_patients(root),
        patient_name=name_of(first(root, "recordTarget/patientRole/patient/name")),
        birth_date=_moment(first(root, "recordTarget/patientRole/patient/birthTime")),
        product=_the_product(item, ingredients),
        ingredients=ingredients,
        packages=_packages(item),
        is_active=attribute(first(item, "statusCode"), "code") in {"", "active"},
        substitution=_substitution(item),
        prescriber=_prescriber(root),
        issued=_issued(root),
        begins=begins,
        ends=ends,
        dosage=", ".join(_dosage(item)),
        instructions=_instructions(root, item, "PINSTRUCT"),
        remarks=_instructions(root, item, "FINSTRUCT"),
        words=tuple(_words(section)),
        language=attribute(first(root, "languageCode"), "code"),
    )


def _root(content: bytes) -> etree._Element:
    root = open_cda(content)
    if root is None:
        raise PrescriptionRefused(PrescriptionLack.NOT_CDA)
    if attribute(first(root, "code"), "code") != PRESCRIPTION_CODE:
        raise PrescriptionRefused(PrescriptionLack.NOT_A_PRESCRIPTION)
    return root


def _the_section(root: etree._Element) -> etree._Element:
    if first(root, "component/nonXMLBody") is not None:
        raise PrescriptionRefused(PrescriptionLack.NOT_CODED)
    sections = [
        each
        for each in every(root, _SECTION)
        if first(each, "entry/substanceAdministration") is not None
    ]
    if not sections:
        raise PrescriptionRefused(PrescriptionLack.ITEM)
    if len(sections) > 1:
        raise PrescriptionRefused(PrescriptionLack.SEVERAL_ITEMS)
    return sections[0]


def _the_item(section: etree._Element) -> etree._Element:
    items = every(section, "entry/substanceAdministration")
    if len(items) > 1:
        raise PrescriptionRefused(PrescriptionLack.SEVERAL_ITEMS)
    return items[0]


def _patients(root: etree._Element) -> frozenset[str]:
    found = ids_of(root, "recordTarget/patientRole/id")
    if not found:
        raise PrescriptionRefused(PrescriptionLack.PATIENT)
    return frozenset(found)


def _the_product(item: etree._Element, ingredients: tuple[Ingredient, ...]) -> Product:
    """Return the product; where it bears no ATC code, its one substance may."""
    try:
        product = read_product(item, "consumable/manufacturedProduct")
    except ContentRefused:
        raise PrescriptionRefused(PrescriptionLack.PACKAGE_CONTENT) from None
    if product is None:
        raise PrescriptionRefused(PrescriptionLack.PRODUCT)
    if product.atc is None and len(ingredients) == 1:
        code = ingredients[0].code
        if code is not None and code.system == ATC:
            return replace(product, atc=code)
    return product


def _ingredients(item: etree._Element) -> Iterator[Ingredient]:
    path = "consumable/manufacturedProduct/manufacturedMaterial/ingredient"
    for node in every(item, path):
        # The first waves named the substance like the part that holds it.
        substance = first(node, "ingredientSubstance")
        substance = first(node, "ingredient") if substance is None else substance
        if substance is None:
            continue
        code = code_of(first(substance, "code"))
        name = text_of(first(substance, "name")) or (code.display if code else "")
        parts = (
            _quantity(first(node, f"quantity/{part}"))
            for part in ("numerator", "denominator")
        )
        yield Ingredient(name, code, " / ".join(part for part in parts if part))


def _quantity(node: etree._Element | None) -> str:
    return " ".join(filter(None, (attribute(node, "value"), attribute(node, "unit"))))


def _packages(item: etree._Element) -> int | None:
    """Return how many packages; a number that counts no packages is none."""
    quantity = first(item, "entryRelationship[@typeCode='COMP']/supply/quantity")
    return count_of(quantity) if attribute(quantity, "unit") in {"", "1"} else None


def _substitution(item: etree._Element) -> Substitution:
    for observation in every(item, "entryRelationship/observation"):
        code = first(observation, "code")
        if attribute(code, "code") != "SUBST":
            continue
        if attribute(code, "codeSystem") not in {ACT_CLASS, ""}:
            continue
        value = attribute(first(observation, "value"), "code")
        return _SUBSTITUTIONS.get(value, Substitution.ALLOWED)
    return Substitution.ALLOWED


def _prescriber(root: etree._Element) -> PrescriberFacts:
    author = first(root, "author")
    if author is None:
        return PrescriberFacts("", "", "", "")
    function = code_of(first(author, "functionCode"))
    house = first(author, "assignedAuthor/representedOrganization")
    return PrescriberFacts(
        name=name_of(first(author, "assignedAuthor/assignedPerson/name")),
        function=function.display if function else "",
        organization="" if house is None else text_of(first(house, "name")),
        country=text_of(
            first(author, "assignedAuthor/representedOrganization/addr/country")
        )
        or text_of(first(author, "assignedAuthor/addr/country")),
    )


def _issued(root: etree._Element) -> str:
    return _moment(first(root, "author/time")) or _moment(first(root, "effectiveTime"))


def _period(item: etree._Element) -> tuple[str, str]:
    """Return the treatment period: the first of the times that has an end."""
    for time in every(item, "effectiveTime"):
        low, high = first(time, "low"), first(time, "high")
        if low is not None or high is not None:
            return _moment(low), _moment(high)
    return "", ""


def _dosage(item: etree._Element) -> Iterator[str]:
    """Say dose and times as they are coded; what has another form stays unsaid."""
    dose = first(item, "doseQuantity")
    if dose is not None:
        ends = [_counted(first(dose, name)) for name in ("low", "high")]
        told = dict.fromkeys(end for end in ends if end)
        yield from filter(None, [" to ".join(told) or _counted(dose)])
    for time in every(item, "effectiveTime"):
        period, event = first(time, "period"), first(time, "event")
        if _quantity(period):
            yield f"every {_quantity(period)}"
        if attribute(event, "code"):
            yield attribute(event, "code")


def _counted(node: etree._Element | None) -> str:
    """Return a quantity; one that counts pieces is told without its unit."""
    return _quantity(node).removesuffix(" 1")


def _moment(node: etree._Element | None) -> str:
    return from_ts(attribute(node, "value")) or ""


def _instructions(root: etree._Element, item: etree._Element, code: str) -> str:
    """Return what an instruction says: its own text, or what it refers to."""
    for act in every(item, "entryRelationship/act"):
        if attribute(first(act, "code"), "code") != code:
            continue
        text = first(act, "text")
        if text is None:
            continue
        reference = attribute(first(text, "reference"), "value").removeprefix("#")
        return text_of(text) or _referred(root, reference)
    return ""


def _referred(root: etree._Element, name: str) -> str:
    if not name:
        return ""
    return next(
        (text_of(node) for node in root.iter("{*}*") if node.get("ID") == name), ""
    )


def _words(section: etree._Element) -> Iterator[str]:
    text = first(section, "text")
    if text is None:
        return
    parts = [*every(text, "paragraph"), *text.iter("{*}tr"), *text.iter("{*}item")]
    lines = [_line(part) for part in parts] if parts else [text_of(text)]
    yield from dict.fromkeys(line for line in lines if line)


def _line(node: etree._Element) -> str:
    """Return a row with its cells apart, another part as it is."""
    cells = [text_of(cell) for cell in node.iterchildren("{*}th", "{*}td")]
    return " | ".join(cell for cell in cells if cell) if cells else text_of(node)


def _required(found: list[str], lack: PrescriptionLack) -> str:
    if not found:
        raise PrescriptionRefused(lack)
    return found[0]
