"""Packages read from CDA: how much a piece holds, and how many the one that is sold."""

import pytest
from lxml import etree

from tests.transformations.eprescription.prescriptions import named, transform
from tests.transformations.eprescription.reading import ReadPrescription

PHARM = "urn:hl7-org:pharm"
_EDQM = "0.4.0.127.0.16.1.1.2.1"


def content(value, unit, form, inside="", number=""):
    """Write one level of packages around what is inside of its package."""
    code = f'<code code="{number}" codeSystem="1.3.182.5.48"/>' if number else ""
    return (
        f'<asContent xmlns="{PHARM}" classCode="CONT"><quantity value="{value}" '
        f'unit="{unit}"/><containerPackagedProduct classCode="CONT" '
        f'determinerCode="KIND">{code}<formCode code="{form}" codeSystem="{_EDQM}" '
        f'displayName="x"/>{inside}</containerPackagedProduct></asContent>'
    )


def read(packages):
    root = etree.fromstring(transform(named("once-daily")).document)
    (old,) = root.iterfind(".//{*}manufacturedMaterial/{*}asContent")
    old.getparent().replace(old, etree.fromstring(packages))
    return ReadPrescription(etree.tostring(root))


def size_of(product):
    (size,) = (
        one["valueQuantity"]
        for one in product["extension"]
        if one["url"].endswith("sizeofitem")
    )
    return size


def amount_of(product):
    amount = product["amount"]
    return amount["numerator"]["value"], amount["denominator"]["code"]


def test_one_package_is_the_amount():
    product = read(content(30, "1", "30009000", number="77")).product
    assert amount_of(product) == (30, "30009000")
    assert product["identifier"][0]["value"] == "77"


def test_a_package_in_a_package_is_a_size_and_a_number():
    product = read(content(3, "mL", "30051000", content(5, "1", "30009000"))).product
    assert size_of(product)["value"] == 3
    assert amount_of(product) == (5, "30009000")


@pytest.mark.spec("eHDSI EH.3.30: up to three levels of pharm:asContent")
def test_of_three_packages_the_outermost_is_sold_with_all_its_pieces():
    sold = content(2, "1", "30015500", number="99")
    found = read(content(3, "mL", "30051000", content(5, "1", "30009000", sold)))
    assert size_of(found.product)["value"] == 3
    assert amount_of(found.product) == (10, "30015500")
    assert found.product["identifier"][0]["value"] == "99"
    assert not found.unread("/entry")


@pytest.mark.parametrize(("value", "unit"), [("2.5", "1"), ("2", "mL"), ("0", "1")])
def test_numbers_that_count_no_packages_are_never_multiplied(value, unit):
    sold = content(2, "1", "30015500")
    found = read(content(3, "mL", "30051000", content(value, unit, "30009000", sold)))
    assert "amount" not in found.product
    lost = [one for one in found.entries if one.mark.severity == "critical"]
    assert any(one.value == value for one in lost)
