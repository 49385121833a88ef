"""The national products: found by what a prescription from abroad says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_medication import medication_of, product_of
from ncp.national.fhir_products import FhirProducts, ProductResource
from ncp.national.products import (
    LUXEMBOURG_PRODUCTS,
    Amount,
    ProductSearch,
    plain_strength,
)
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_products import SampleProducts, read_products
from ncp.national.server_base import ServerBase
from transformations.sections.codes import EDQM

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
EVERY = read_products()


@pytest.fixture(scope="module")
def over_fhir() -> Iterator[FhirProducts]:
    server = start(create_app(read_folder(OURS)))
    yield FhirProducts(FhirClient(ServerBase.parse(server.url)))
    server.stop()


@pytest.fixture(params=["embedded", "fhir"])
def catalogue(request, over_fhir):
    """Every test runs on the embedded list and over the sample country's server."""
    return over_fhir if request.param == "fhir" else SampleProducts.embedded()


def names(found) -> list[str]:
    return [each.name for each in found]


def test_the_list_has_products_of_many_kinds_under_codes_of_their_own():
    assert len({each.code.code for each in EVERY}) == len(EVERY) >= 25
    assert {each.code.system for each in EVERY} == {LUXEMBOURG_PRODUCTS}
    assert all(each.atc and each.form and each.content for each in EVERY)
    assert all(each.form.system == EDQM for each in EVERY)


def test_products_are_found_by_substance_form_and_strength(catalogue):
    found = catalogue.find(
        ProductSearch(atc="J01CA04", form="10221000", strength="500mg")
    )
    assert names(found) == [
        "Amoxi Moselle 500 mg 20",
        "Amoxicilline Alzette 500 mg 16",
        "Amoxicilline Alzette 500 mg 32",
    ]


def test_products_are_found_by_a_part_of_their_name(catalogue):
    assert names(catalogue.find(ProductSearch(name="GLARGINE"))) == [
        "Insuline glargine Our 100 unités/mL 5 x 3 mL"
    ]
    assert names(catalogue.find(ProductSearch(name="sûre 500"))) == [
        "Paracétamol Sûre 500 mg 20",
        "Paracétamol Sûre 500 mg 30",
    ]


def test_a_product_is_read_by_its_code_to_the_digit(catalogue):
    found = catalogue.read("9000105")
    assert found == next(each for each in EVERY if each.code.code == "9000105")
    assert found.strength == "250 mg/5 mL"
    assert found.content == Amount(Decimal(100), "mL")


@pytest.mark.parametrize("code", ["", "404", "J01CA04"])
def test_a_code_that_names_no_product_finds_none(catalogue, code):
    assert catalogue.read(code) is None


def test_the_catalogue_is_not_given_out_as_a_whole(catalogue):
    assert list(catalogue.find(ProductSearch())) == []


@pytest.mark.parametrize("product", EVERY, ids=lambda each: each.code.code)
def test_a_product_comes_back_from_fhir_as_it_went(product):
    assert product_of(medication_of(product)) == product


def test_the_identifier_of_a_medication_is_the_code_of_the_list():
    medication = medication_of(EVERY[0])
    assert medication["identifier"][0]["value"] == EVERY[0].code.code
    assert medication["code"]["coding"][0]["system"] == f"urn:oid:{LUXEMBOURG_PRODUCTS}"


def test_a_medication_of_another_list_or_withdrawn_is_no_product():
    medication = medication_of(EVERY[0])
    assert product_of(medication, "1.2.3") is None
    assert product_of({**medication, "status": "inactive"}) is None


def test_a_server_that_answers_more_than_was_asked_is_not_believed():
    class Careless:
        def search(self, *_asked, **_named):
            return [medication_of(each) for each in EVERY]

    found = FhirProducts(Careless()).find(ProductSearch(atc="C09AA05"))
    assert names(found) == ["Ramipril Moselle 5 mg 28", "Ramipril Moselle 5 mg 98"]


def test_a_server_that_does_not_answer_is_no_empty_catalogue():
    products = FhirProducts(FhirClient(ServerBase.parse("http://127.0.0.1:9/fhir")))
    with pytest.raises(NationalError):
        products.find(ProductSearch(atc="C09AA05"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("50 µg", "50 ug"),
        ("50 μg", "50mcg"),
        ("0,5 mg", "0.5 mg"),
        ("100 [iU]/1 mL", "100 IU/1 ml"),
    ],
)
def test_the_same_strength_is_written_in_different_ways(one, other):
    assert plain_strength(one) == plain_strength(other)


def test_nothing_is_converted():
    assert plain_strength("1 g") != plain_strength("1000 mg")


def test_a_search_compares_codes_whole():
    product = replace(EVERY[0], atc=None)
    assert not ProductSearch(atc="J01CA04").fits(product)
    assert not ProductSearch(atc="J01CA0").fits(EVERY[0])


# As knowledge ------------------------------------------------------------------------


class Asked:
    """A server that answers with what it was given, and keeps what it was asked."""

    def __init__(self, *found) -> None:
        self.found = found
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []

    def search(self, resource_type, parameters):
        self.asked.append((resource_type, parameters))
        return self.found


def knowledge_of(product) -> dict:
    """Say of a product as MedicationKnowledge what a Medication says of it."""
    medication = medication_of(product)
    package = medication["amount"]["denominator"]
    coding = {"system": package["system"], "code": package["code"]}
    return {
        "resourceType": "MedicationKnowledge",
        "status": "active",
        "code": medication["code"],
        "doseForm": medication["form"],
        "ingredient": medication["ingredient"],
        "manufacturer": medication["manufacturer"],
        "packaging": {
            "type": {"coding": [{**coding, "display": package["unit"]}]},
            "quantity": medication["amount"]["numerator"],
        },
        "medicineClassification": [
            {"classification": [medication["extension"][0]["valueCodeableConcept"]]}
        ],
    }


@pytest.mark.spec("FHIR R4 MedicationKnowledge")
@pytest.mark.parametrize("product", EVERY[:6], ids=lambda each: each.code.code)
def test_a_product_is_the_same_as_knowledge(product):
    server = Asked(knowledge_of(product))
    products = FhirProducts(server, resource=ProductResource.KNOWLEDGE)
    assert products.read(product.code.code) == product


def test_knowledge_is_searched_by_its_own_parameters():
    server = Asked()
    products = FhirProducts(server, resource=ProductResource.KNOWLEDGE)
    products.find(ProductSearch(atc="J01CA04", form="10221000", name="amoxi"))
    assert server.asked == [
        (
            "MedicationKnowledge",
            [
                ("classification", "http://www.whocc.no/atc|J01CA04"),
                ("doseform", "http://standardterms.edqm.eu|10221000"),
                ("code:text", "amoxi"),
            ],
        )
    ]


def test_a_code_that_a_list_holds_twice_names_nothing_for_certain():
    twice = Asked(medication_of(EVERY[0]), medication_of(EVERY[0]))
    with pytest.raises(NationalError) as refused:
        FhirProducts(twice).read(EVERY[0].code.code)
    assert "holds a code twice" in refused.value.remedy
