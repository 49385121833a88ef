"""The product of a prescription or dispensation, in the few facts that decide.

Spec: eHDSI Manufactured Product EH.3.29, Material EH.3.30, packages as
``pharm:asContent`` (Wave 8) and ``epsos:asContent`` before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from transformations.cda.plain_facts import (
    Code,
    attribute,
    code_of,
    every,
    first,
    text_of,
)
from transformations.hl7v3.numbers import from_real
from transformations.sections.codes import ATC


class ContentRefused(ValueError):  # noqa: N818 - a verdict on a document
    """What a package holds is no number above nought."""


@dataclass(frozen=True, slots=True)
class Product:
    """A medicine as a document describes it.

    Attributes
    ----------
    code
        Of the medicinal product, of a national list or an MPID; never an ATC code.
    package
        The id of the package as sold, with its system; its description is the display.
    strength
        In words, as ``pharm:desc`` has it.
    content
        What the packages hold, the innermost first: number and unit.
    """

    name: str
    code: Code | None = None
    form: Code | None = None
    atc: Code | None = None
    package: Code | None = None
    strength: str = ""
    content: tuple[tuple[Decimal, str], ...] = ()


def read_product(holder: etree._Element, path: str) -> Product | None:
    """Read a product; one without any name is none.

    Raises
    ------
    ContentRefused
        What a package holds is no number above nought.
    """
    material = first(holder, f"{path}/manufacturedMaterial")
    if material is None:
        return None
    code = code_of(first(material, "code"))
    contents = list(_contents(material))
    package = _package(contents)
    name = text_of(first(material, "name")) or (code.display if code else "")
    name = name or (package.display if package else "")
    if not name and code is None and package is None:
        return None
    kinds = every(material, "asSpecializedKind/*/code")
    return Product(
        name,
        code,
        code_of(first(material, "formCode")),
        next((one for one in map(code_of, kinds) if one and one.system == ATC), None),
        package,
        text_of(first(material, "desc")),
        tuple(_amount(content) for content in contents if _has_amount(content)),
    )


def _contents(material: etree._Element) -> Iterator[etree._Element]:
    """Yield what is packed in what, the innermost first."""
    content = first(material, "asContent")
    while content is not None:
        yield content
        package = _container(content)
        content = None if package is None else first(package, "asContent")


def _container(content: etree._Element) -> etree._Element | None:
    for name in ("containerPackagedProduct", "containerPackagedMedicine"):
        found = first(content, name)
        if found is not None:
            return found
    return None


def _package(contents: list[etree._Element]) -> Code | None:
    """Return the package as sold: the outermost that has a code."""
    for content in reversed(contents):
        container = _container(content)
        code = None if container is None else code_of(first(container, "code"))
        if container is not None and code is not None:
            words = text_of(first(container, "name")) or code.display
            return Code(code.system, code.code, words)
    return None


def _has_amount(content: etree._Element) -> bool:
    return bool(attribute(_quantity(content), "value"))


def _quantity(content: etree._Element) -> etree._Element | None:
    """Return how much is inside; the first waves wrote it as the capacity."""
    own = first(content, "quantity")
    container = _container(content)
    if own is not None or container is None:
        return own
    return first(container, "capacityQuantity")


def _amount(content: etree._Element) -> tuple[Decimal, str]:
    quantity = _quantity(content)
    number = from_real(attribute(quantity, "value"))
    if number is None or number <= 0:
        raise ContentRefused
    return Decimal(number), attribute(quantity, "unit") or "1"
