"""How much is prescribed: whole packages, no digit changed, and nothing rounded."""

from decimal import Decimal

import pytest
import simplejson
from lxml import etree

from tests.corpus.prescriptions.parts import (
    BOX,
    EDQM,
    bundle_of,
    medication,
    pack,
    quantity,
    request,
    supply,
)
from tests.transformations.eprescription.prescriptions import (
    ACT,
    MATERIAL,
    found,
    header_of,
    named,
    one,
    rules_found,
    schema,
    transform,
)
from transformations.eprescription import eprescription_to_cda, items
from transformations.fhir import read_fhir_bundle
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

PACKAGES = f"{ACT}/c:entryRelationship/c:supply/c:quantity/@value"
VIALS = quantity(21, "Vial", "15060000", EDQM)


def made_of(order, medicine=None, **options):
    bundle = bundle_of("collection", [order, medicine or medication()])
    source = read_fhir_bundle(simplejson.dumps(bundle, use_decimal=True).encode())
    item = items(source)[0]
    return eprescription_to_cda(source, item, header_of(), is_strict=True, **options)


def ordered(amount, **more):
    return request(dispenseRequest={"quantity": amount, **more})


@pytest.mark.parametrize(
    ("amount", "packages"),
    [
        (quantity(2, "package", "1"), "2"),
        (quantity(3, "Box", "30009000", EDQM), "3"),
        (quantity(90, "tablet", "1"), "3"),
        (quantity(Decimal("60.0"), "tablet", "1"), "2"),
        (quantity(50, "tablet", "1"), None),
        (quantity(Decimal("0.5"), "package", "1"), None),
        (quantity(0, "package", "1"), None),
        (quantity(-1, "package", "1"), None),
        (quantity(90, "mL"), None),
        ({**quantity(2, "package", "1"), "comparator": "<"}, None),
    ],
)
def test_a_quantity_is_whole_packages_or_none(amount, packages):
    made = made_of(ordered(amount))
    assert found(made, PACKAGES) == ([] if packages is None else [packages])
    assert ("packages-not-whole" in rules_found(made)) is (packages is None)


def test_a_bare_overall_number_counts_packages_where_one_is_known():
    bare = {"value": 2}
    order = request(dispenseRequest=supply(None))
    order["dispenseRequest"] = {
        "extension": [
            {**supply(1)["extension"][0], "valueQuantity": bare},
        ]
    }
    assert found(made_of(order), PACKAGES) == ["2"]
    assert not found(made_of(ordered(bare)), PACKAGES)


def test_large_and_tiny_contents_keep_their_digits():
    medicine = medication(amount=pack(Decimal("0.0025"), BOX, "mL", "mL"))
    content = f"{MATERIAL}/p:asContent/p:quantity"
    written = one(made_of(request(), medicine), content)
    assert written.attrib == {"value": "0.0025", "unit": "mL"}


def test_repeats_stay_at_home_with_a_warning():
    made = made_of(ordered(quantity(2, "package", "1"), numberOfRepeatsAllowed=3))
    assert found(made, PACKAGES) == ["2"]
    assert "repeats-not-carried" in rules_found(made, "warning")
    assert "Repeats allowed: 3" in " ".join(
        "".join(each.itertext()) for each in found(made, "//c:section/c:text")
    )


@pytest.mark.spec("HL7 Europe MPD: an amount without a package")
def test_an_amount_without_a_package_is_refused_unless_it_is_released():
    order, medicine = ordered(VIALS), medication(amount=None)
    refused = made_of(order, medicine)
    assert rules_found(refused) == {"packages-not-whole", "package-content-unknown"}
    released = made_of(order, medicine, releases_amounts=True)
    assert not rules_found(released)
    assert "amount-as-one-package" in rules_found(released, "warning")
    content = one(released, f"{MATERIAL}/p:asContent/p:quantity")
    assert content.attrib == {"value": "21", "unit": "{Vial}"}
    assert found(released, PACKAGES) == ["1"]
    root = etree.fromstring(released.document)
    assert schema().validate(root), schema().error_log
    report = validate_cda(parse_xml(released.document, DOCUMENT_LIMITS))
    assert not [each for each in report.findings if each.severity.value == "error"]


def test_an_amount_that_a_known_package_does_not_divide_is_never_released():
    made = made_of(ordered(quantity(50, "tablet", "1")), releases_amounts=True)
    assert "packages-not-whole" in rules_found(made)


@pytest.mark.spec("eHDSI EH.3.30: pharm:asContent from the innermost outwards")
def test_packages_stand_from_the_innermost_outwards():
    made = transform(named("powder-with-devices"))
    inner = one(made, f"{MATERIAL}/p:asContent")
    outer = inner.find(".//{*}asContent")
    values = [each.find("{*}quantity").attrib for each in (inner, outer)]
    assert values == [{"value": "3", "unit": "mL"}, {"value": "2", "unit": "{vial}"}]
    package = outer.find("{*}containerPackagedProduct")
    assert package.find("{*}formCode").get("code") == "30009000"


def test_a_part_has_a_package_and_substances_of_its_own():
    made = transform(named("combination-pack"))
    parts = found(made, f"{MATERIAL}/p:part/p:partProduct")
    assert [part.find("{*}asContent/{*}quantity").get("unit") for part in parts] == [
        "g",
        "{pessary}",
    ]
    assert all(part.find("{*}ingredient") is not None for part in parts)
    assert found(made, f"{MATERIAL}/p:asContent/p:quantity/@value") == ["1"]
