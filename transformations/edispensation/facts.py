"""What country A must know of a dispensation that was sent to it: strictly, or not.

A small reader beside the translation. It takes a document of any wave and gives the few
facts that decide what becomes of a prescription, or says which of them is missing.
Nothing is guessed: a quantity that is no number of packages, or two supplies where one
belongs, is refused.

A discard carries the very document that it discards; which of the two it is, only the
metadata of the submission say (class ``DISCARD-60593-1``, format
``urn:eHDSI:ed:discard:2020``).

Spec: eHDSI eDispensation EH.1.2, Dispensation EH.2.2, Supply EH.3.3 (Wave 8) /
CP-036 eDispensation discard. Seen: Denmark refuses a quantity that is no whole number
of packages, a unit other than 1, and a package that holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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

DISPENSATION_CODE = "60593-1"


class Lack(StrEnum):
    """Why a document cannot be taken as a dispensation."""

    NOT_CDA = "not-cda"
    NOT_A_DISPENSATION = "not-a-dispensation"
    NOT_CODED = "not-coded"
    DOCUMENT_ID = "document-id"
    PATIENT = "patient"
    PRESCRIPTION = "prescription"
    SEVERAL_PRESCRIPTIONS = "several-prescriptions"
    SUPPLY = "supply"
    SEVERAL_SUPPLIES = "several-supplies"
    QUANTITY = "quantity"
    UNIT = "unit"
    PACKAGE_CONTENT = "package-content"
    PRODUCT = "product"
    DISPENSER = "dispenser"
    TIME = "time"


_SENTENCES = {
    Lack.NOT_CDA: "it is no CDA document that may be read",
    Lack.NOT_A_DISPENSATION: (
        f"its code is not that of a dispensation ({DISPENSATION_CODE})"
    ),
    Lack.NOT_CODED: "it holds a file and no coded supply; send the coded document",
    Lack.DOCUMENT_ID: "it has no id of its own",
    Lack.PATIENT: "it names no patient by an id",
    Lack.PRESCRIPTION: "it names no prescription (inFulfillmentOf/order/id)",
    Lack.SEVERAL_PRESCRIPTIONS: (
        "it names several prescriptions; send one document for each"
    ),
    Lack.SUPPLY: "it has no supply",
    Lack.SEVERAL_SUPPLIES: "it has several supplies; send one document for each",
    Lack.QUANTITY: "its quantity is no whole number of packages above nought",
    Lack.UNIT: "the unit of its quantity is not 1, which counts packages",
    Lack.PACKAGE_CONTENT: "what a package holds is no number above nought",
    Lack.PRODUCT: "it does not name the product that was dispensed",
    Lack.DISPENSER: "it does not say who dispensed",
    Lack.TIME: "it does not say when it was made or dispensed",
}


class FactsRefused(ValueError):  # noqa: N818 - a verdict on a document
    """A document is no dispensation that can be acted on; the text says why.

    It repeats nothing of the document.
    """

    def __init__(self, lack: Lack) -> None:
        super().__init__(f"the dispensation cannot be taken: {_SENTENCES[lack]}")
        self.lack = lack


@dataclass(frozen=True, slots=True)
class DispenserFacts:
    """Who dispensed, as the document says; the assertion says it too."""

    ids: tuple[str, ...] = field(repr=False)
    name: str = field(repr=False)
    function: Code | None
    organization_ids: tuple[str, ...]
    organization: str
    country: str


@dataclass(frozen=True, slots=True)
class DispensationFacts:
    """What a dispensation says that decides something.

    All identifiers are ``root^extension``, or the root alone; they are compared as they
    are.

    Attributes
    ----------
    document_id
        By it a discard names its dispensation.
    prescription_id
        The prescription that country A gave this id (``order/id``).
    item_id
        Its item, where the document names one; mandatory since Wave 8.
    supply_id
        The dispensation's own item.
    packages
        How many packages of ``dispensed`` were handed over.
    prescribed
        The product that was prescribed, where the document repeats it.
    is_substituted
        Whether the document says that another product was given on purpose.
    handed_over
        Date or time of FHIR, in the precision of the document.
    made
        When the document was made, likewise.
    """

    document_id: str
    prescription_id: str = field(repr=False)
    item_id: str | None = field(repr=False)
    supply_id: str | None = field(repr=False)
    patients: frozenset[str] = field(repr=False)
    dispensed: Product
    prescribed: Product | None
    packages: int
    is_substituted: bool
    dispenser: DispenserFacts
    handed_over: str
    made: str
    language: str | None = None

    @property
    def prescription_ids(self) -> frozenset[str]:
        """The ids under which country A may look for the prescription."""
        item = () if self.item_id is None else (self.item_id,)
        return frozenset((self.prescription_id, *item))


def read_dispensation_facts(content: bytes) -> DispensationFacts:
    """Read the facts of a dispensation.

    Raises
    ------
    FactsRefused
        It lacks one of them; ``lack`` says which.
    """
    root = _root(content)
    supply = _the_supply(root)
    item = first(supply, "entryRelationship[@typeCode='REFR']/substanceAdministration")
    prescribed = (
        None if item is None else _read_product(item, "consumable/manufacturedProduct")
    )
    dispensed = _read_product(supply, "product/manufacturedProduct")
    if dispensed is None:
        raise FactsRefused(Lack.PRODUCT)
    made = _time(first(root, "effectiveTime"))
    return DispensationFacts(
        document_id=_required(ids_of(root, "id"), Lack.DOCUMENT_ID)[0],
        prescription_id=_the_prescription(root),
        item_id=None if item is None else next(iter(ids_of(item, "id")), None),
        supply_id=next(iter(ids_of(supply, "id")), None),
        patients=frozenset(
            _required(ids_of(root, "recordTarget/patientRole/id"), Lack.PATIENT)
        ),
        dispensed=dispensed,
        prescribed=prescribed,
        packages=_packages(supply),
        is_substituted=_is_substituted(supply),
        dispenser=_dispenser(root, supply),
        handed_over=_handed_over(supply) or made,
        made=made,
        language=attribute(first(root, "languageCode"), "code") or None,
    )


def _root(content: bytes) -> etree._Element:
    root = open_cda(content)
    if root is None:
        raise FactsRefused(Lack.NOT_CDA)
    if attribute(first(root, "code"), "code") != DISPENSATION_CODE:
        raise FactsRefused(Lack.NOT_A_DISPENSATION)
    return root


def _the_supply(root: etree._Element) -> etree._Element:
    if first(root, "component/nonXMLBody") is not None:
        raise FactsRefused(Lack.NOT_CODED)
    path = "component/structuredBody/component/section/entry/supply"
    supplies = every(root, path)
    if not supplies:
        raise FactsRefused(Lack.SUPPLY)
    if len(supplies) > 1:
        raise FactsRefused(Lack.SEVERAL_SUPPLIES)
    return supplies[0]


def _the_prescription(root: etree._Element) -> str:
    orders = _required(ids_of(root, "inFulfillmentOf/order/id"), Lack.PRESCRIPTION)
    if len(set(orders)) > 1:
        raise FactsRefused(Lack.SEVERAL_PRESCRIPTIONS)
    return orders[0]


def _packages(supply: etree._Element) -> int:
    quantity = first(supply, "quantity")
    count = count_of(quantity)
    if count is None:
        raise FactsRefused(Lack.QUANTITY)
    if attribute(quantity, "unit") not in {"", "1"}:
        raise FactsRefused(Lack.UNIT)
    return count


def _read_product(holder: etree._Element, path: str) -> Product | None:
    try:
        return read_product(holder, path)
    except ContentRefused:
        raise FactsRefused(Lack.PACKAGE_CONTENT) from None


def _is_substituted(supply: etree._Element) -> bool:
    """Say whether a substitution was made; a flag of the prescription is none."""
    return any(
        code.get("code") == "SUBST" and code.get("codeSystem") in {ACT_CLASS, None}
        for code in every(supply, "entryRelationship[@typeCode='COMP']/act/code")
    )


def _dispenser(root: etree._Element, supply: etree._Element) -> DispenserFacts:
    """Read who dispensed: the performer of the supply, else the author."""
    author = first(root, "author")
    people = (
        first(supply, "performer/assignedEntity"),
        None if author is None else first(author, "assignedAuthor"),
    )
    for person in people:
        if person is None:
            continue
        ids = tuple(ids_of(person, "id"))
        organization = first(person, "representedOrganization")
        houses = () if organization is None else tuple(ids_of(organization, "id"))
        name = name_of(first(person, "assignedPerson/name"))
        if ids or name or houses:
            return DispenserFacts(
                ids,
                name,
                None if author is None else code_of(first(author, "functionCode")),
                houses,
                "" if organization is None else text_of(first(organization, "name")),
                _country(person, organization),
            )
    raise FactsRefused(Lack.DISPENSER)


def _country(person: etree._Element, organization: etree._Element | None) -> str:
    for holder in (organization, person):
        country = None if holder is None else first(holder, "addr/country")
        if text_of(country):
            return text_of(country)
    return ""


def _handed_over(supply: etree._Element) -> str:
    time = first(supply, "performer/time")
    if time is None:
        return ""
    places = (time, *every(time, "low"), *every(time, "high"))
    read = (from_ts(place.get("value", "")) for place in places)
    return next((one for one in read if one), "")


def _time(node: etree._Element | None) -> str:
    read = from_ts(attribute(node, "value"))
    if read is None:
        raise FactsRefused(Lack.TIME)
    return read


def _required(found: list[str], lack: Lack) -> list[str]:
    if not found:
        raise FactsRefused(lack)
    return found
