"""The sample country's products: a small list of our own; none of them is sold.

Spec: sheet 04 §2.5 (code system 1.3.182.5.48).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from ncp.national.prescriptions import ProductCode
from ncp.national.products import (
    LUXEMBOURG_PRODUCTS,
    ActiveIngredient,
    Amount,
    NationalProduct,
    ProductSearch,
)
from transformations.sections.codes import ATC, EDQM

SAMPLE_PRODUCTS: Final = Path(__file__).parent / "sample_country" / "products.csv"


def read_products(path: Path = SAMPLE_PRODUCTS) -> tuple[NationalProduct, ...]:
    """Read the list of products, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(map(_product, csv.DictReader(file)))


class SampleProducts:
    """A catalogue that is all in memory."""

    def __init__(self, products: Iterable[NationalProduct]) -> None:
        self._products = tuple(products)

    @classmethod
    def embedded(cls) -> SampleProducts:
        """Open the list that comes with the sample country."""
        return cls(read_products())

    def find(self, search: ProductSearch) -> Sequence[NationalProduct]:
        """Return every product that fits, by name; an empty search finds nothing."""
        if search.is_empty:
            return ()
        found = [each for each in self._products if search.fits(each)]
        return sorted(found, key=lambda each: each.name)

    def read(self, code: str) -> NationalProduct | None:
        """Return the product of a code; None where there is none."""
        return next((each for each in self._products if each.code.code == code), None)


def _product(row: Mapping[str, str]) -> NationalProduct:
    atc = ProductCode(ATC, row["atc"], row["atc_name"])
    ingredient = ActiveIngredient(
        row["substance"],
        atc,
        Amount(Decimal(row["strength"]), row["strength_unit"]),
        Amount(Decimal(row["per"]), row["per_unit"]),
    )
    return NationalProduct(
        code=ProductCode(LUXEMBOURG_PRODUCTS, row["code"], row["name"]),
        name=row["name"],
        atc=atc,
        form=ProductCode(EDQM, row["form"], row["form_name"]),
        ingredients=(ingredient,),
        content=Amount(Decimal(row["content"]), row["content_unit"]),
        package=ProductCode(EDQM, row["package"], row["package_name"]),
        holder=row["holder"],
    )
