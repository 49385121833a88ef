"""What a pharmacy of this country can hand over: the national product catalogue.

One port: products are found by what a prescription from abroad says of them, and read
by the code they bear here. Nothing is chosen for anybody.

Spec: sheet 09 §5.3 P8 (name, ATC, form, strength and
pack size come from the catalogue) / sheet 04 §2.5 (product code system of Luxembourg).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from ncp.national.prescriptions import ProductCode

LUXEMBOURG_PRODUCTS: Final = "1.3.182.5.48"
"""The code system of products in Luxembourg; a code names a product as it is sold."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit in UCUM; ``1`` counts, digits stay as they are."""

    value: Decimal
    unit: str = "1"

    def __str__(self) -> str:
        number = format(self.value, "f")
        return number if self.unit == "1" else f"{number} {self.unit}"


@dataclass(frozen=True, slots=True)
class ActiveIngredient:
    """A substance, and how much of it is in how much of the product."""

    name: str
    code: ProductCode | None = None
    amount: Amount | None = None
    per: Amount = Amount(Decimal(1))

    @property
    def strength(self) -> str:
        """The strength as people write it, ``500 mg`` or ``250 mg/5 mL``."""
        if self.amount is None:
            return ""
        if self.per == Amount(Decimal(1)):
            return str(self.amount)
        return f"{self.amount}/{self.per}"


@dataclass(frozen=True, slots=True)
class NationalProduct:
    """A product as it is sold here.

    Attributes
    ----------
    code
        What it is called in the country's list; it names the package too.
    content
        How much is in the package as sold: 30 tablets, 100 mL.
    package
        The kind of package (EDQM).
    """

    code: ProductCode
    name: str
    atc: ProductCode | None
    form: ProductCode | None
    ingredients: tuple[ActiveIngredient, ...]
    content: Amount | None
    package: ProductCode | None = None
    holder: str = ""

    @property
    def strength(self) -> str:
        """The strengths of all ingredients, in their order."""
        return " + ".join(filter(None, (each.strength for each in self.ingredients)))


@dataclass(frozen=True, slots=True)
class ProductSearch:
    """By what products are looked for; what is empty is not asked.

    Attributes
    ----------
    atc, form
        Codes of the ATC and of EDQM.
    strength
        As :attr:`NationalProduct.strength` writes it; blanks do not count.
    name
        A part of the name, in any case.
    code
        Of the product as it is sold, as it stands on the package.
    """

    atc: str = ""
    form: str = ""
    strength: str = ""
    name: str = ""
    code: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked; a catalogue is not given out as a whole."""
        return not (self.atc or self.form or self.strength or self.name or self.code)

    def fits(self, product: NationalProduct) -> bool:
        """Whether a product is what is looked for, in every respect that is asked."""
        return (
            (not self.atc or _is(product.atc, self.atc))
            and (not self.form or _is(product.form, self.form))
            and (not self.code or _is(product.code, self.code))
            and (
                not self.strength
                or plain_strength(self.strength) == plain_strength(product.strength)
            )
            and self.name.casefold() in product.name.casefold()
        )


def plain_strength(text: str) -> str:
    """Write a strength without what countries write differently.

    Blanks, a decimal comma, the two signs for micro and an international unit's
    bracket; nothing is converted.
    """
    text = "".join(text.split()).casefold().replace(",", ".")
    for written, plain in (("µg", "ug"), ("μg", "ug"), ("mcg", "ug"), ("[iu]", "iu")):
        text = text.replace(written, plain)
    return text


def _is(code: ProductCode | None, wanted: str) -> bool:
    return code is not None and code.code == wanted


class ProductCatalogue(Protocol):
    """Finds and reads the country's products.

    It raises :class:`~ncp.errors.NationalError` whenever it cannot give a true answer.
    """

    def find(self, search: ProductSearch) -> Sequence[NationalProduct]:
        """Return every product that fits, by name; an empty search finds nothing."""
        ...

    def read(self, code: str) -> NationalProduct | None:
        """Return the product of a code; None where there is none."""
        ...
