"""What may be handed over on a prescription: each rule with what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ncp.country_b.dispensing.case import Case
from ncp.country_b.dispensing.checks import check
from ncp.country_b.dispensing.comparing import is_substituted
from ncp.country_b.dispensing.values import DispenseWish, DispensingPolicy, Severity
from ncp.national.prescriptions import ProductCode
from ncp.national.products import ActiveIngredient, Amount
from ncp.national.sample_products import SampleProducts
from tests.ncp.country_b.dispensing.scene import (
    CAPSULES,
    OTHER,
    PHARMACIST,
    SAME,
    SMALLER,
    STRONGER,
)
from tests.transformations.eprescription.received_prescription import RECEIVED
from transformations.eprescription.facts import Substitution, read_prescription_facts

pytestmark = pytest.mark.spec("sheet 09 5.3 P8")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS = replace(read_prescription_facts(RECEIVED), remarks="")
PRODUCTS = SampleProducts.embedded()


def case(product: str = SMALLER, packages: int = 2, **changes) -> Case:
    wish = {
        each: changes.pop(each) for each in ("handed_over", "remark") if each in changes
    }
    made = Case(
        facts=FACTS,
        names_patient=True,
        professional=PHARMACIST,
        wish=DispenseWish("t", "d", product, packages, **wish),
        product=PRODUCTS.read(product),
        elsewhere=False,
        now=NOW,
        policy=DispensingPolicy(),
    )
    return replace(made, **changes)


def told(judged: Case) -> dict[str, str]:
    return {each.rule: each.severity.value for each in check(judged)}


def facts(**changes):
    return replace(FACTS, **changes)


def product(**changes):
    return replace(FACTS.product, **changes)


def test_a_generic_of_the_same_amount_is_a_substitution_to_confirm():
    assert told(case()) == {"substituted": "confirm"}
    assert told(case(SAME, 1)) == {"substituted": "confirm"}


def test_the_very_product_has_nothing_to_confirm():
    own = FACTS.product.code
    same = replace(
        PRODUCTS.read(SMALLER), code=ProductCode(own.system, own.code, own.display)
    )
    assert told(case(product=SMALLER) and replace(case(), product=same)) == {}


def test_the_same_name_form_and_strength_is_the_same_product():
    same = replace(PRODUCTS.read(SMALLER), name="amoxicilina  EXEMPLO")
    assert not is_substituted(FACTS, same)
    stronger = replace(PRODUCTS.read(STRONGER), name="Amoxicilina Exemplo")
    assert is_substituted(FACTS, stronger)


@pytest.mark.parametrize(
    ("substitution", "severity"),
    [
        (Substitution.NONE, "stop"),
        (Substitution.GENERIC, None),
        (Substitution.THERAPEUTIC, None),
        (Substitution.ALLOWED, None),
    ],
)
def test_only_the_prescriber_forbids_a_substitution(substitution, severity):
    found = told(case(facts=facts(substitution=substitution)))
    assert found.get("substitution-forbidden") == severity


@pytest.mark.parametrize(
    ("substitution", "severity"),
    [
        (Substitution.ALLOWED, "stop"),
        (Substitution.GENERIC, "stop"),
        (Substitution.THERAPEUTIC, "confirm"),
    ],
)
def test_another_substance_needs_the_prescribers_word(substitution, severity):
    found = told(case(OTHER, facts=facts(substitution=substitution)))
    assert found["substance-differs"] == severity


def test_substances_that_cannot_be_compared_are_left_to_the_pharmacist():
    found = told(case(facts=facts(product=product(atc=None))))
    assert found["substance-not-compared"] == "confirm"


def test_another_form_is_confirmed():
    assert told(case(CAPSULES))["form-differs"] == "confirm"
    unknown = facts(product=product(form=None))
    assert "form-differs" not in told(case(CAPSULES, facts=unknown))


def test_another_strength_is_confirmed():
    assert told(case(STRONGER, 1))["strength-differs"] == "confirm"
    unknown = facts(product=product(strength=""), ingredients=())
    assert told(case(facts=unknown))["strength-not-compared"] == "confirm"


def test_strengths_are_compared_as_countries_write_them():
    for words in ("500mg", "500 MG", " 500  mg "):
        worded = facts(product=product(strength=words), ingredients=())
        assert "strength-differs" not in told(case(facts=worded)), words


def test_never_more_than_was_prescribed():
    assert told(case(SAME, 2))["more-than-prescribed"] == "stop"
    assert "more-than-prescribed" not in told(case(SAME, 1))


def test_less_than_was_prescribed_is_confirmed_because_it_closes_the_prescription():
    found = check(case(packages=1))
    (finding,) = (each for each in found if each.rule == "total-differs")
    assert finding.severity is Severity.CONFIRM
    assert "32 in all, handed over is 16: less" in finding.sentence
    assert "closes the prescription" in finding.sentence


def test_inner_packages_are_multiplied_out():
    nested = product(content=((Decimal(8), "1"), (Decimal(2), "1")))
    assert "total-differs" not in told(case(facts=facts(product=nested)))
    litres = product(content=((Decimal(100), "mL"), (Decimal(2), "mL")))
    assert told(case(facts=facts(product=litres)))["total-not-compared"] == "confirm"


def test_pieces_of_any_name_are_pieces_and_millilitres_are_not():
    named = product(content=((Decimal(16), "{Tablet}"),))
    assert "total-not-compared" not in told(case(facts=facts(product=named)))
    liquid = product(content=((Decimal(16), "mL"),))
    assert told(case(facts=facts(product=liquid)))["total-not-compared"] == "confirm"


def test_a_prescription_without_packages_says_so_and_compares_nothing():
    found = told(case(facts=facts(packages=None), packages=1))
    assert found["packages-not-stated"] == "note"
    assert not found.keys() & {"total-differs", "more-than-prescribed"}


@pytest.mark.parametrize("packages", [0, -1, 1000])
def test_a_number_of_packages_that_is_none_stops(packages):
    assert told(case(packages=packages))["packages-not-counted"] == "stop"


@pytest.mark.parametrize(
    ("hours", "is_likely"), [(0, True), (-23, True), (-25, False), (1, False)]
)
def test_a_product_was_handed_over_lately(hours, is_likely):
    moment = NOW + timedelta(hours=hours)
    assert ("moment-unlikely" not in told(case(handed_over=moment))) is is_likely


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"facts": facts(is_active=False)}, "prescription-not-active"),
        ({"names_patient": False}, "patient-differs"),
        ({"product": None}, "product-unknown"),
        ({"elsewhere": True}, "dispensed-before"),
        (
            {"professional": replace(PHARMACIST, permissions=())},
            "role-may-not-dispense",
        ),
        ({"remark": "x" * 501}, "remark-too-long"),
    ],
)
def test_what_stops_a_dispensation(changes, rule):
    found = check(
        replace(case(), **changes) if "remark" not in changes else case(**changes)
    )
    stopping = [each for each in found if each.severity is Severity.STOP]
    assert [each.rule for each in stopping] == [rule]
    assert stopping[0].remedy
    assert found[0] == stopping[0]


def test_what_the_prescriber_tells_the_pharmacist_is_told():
    found = {each.rule: each for each in check(case(facts=facts(remarks="rotular")))}
    assert found["pharmacist-instructed"].severity is Severity.NOTE
    assert "rotular" in found["pharmacist-instructed"].sentence


def test_a_strength_per_volume_is_compared_with_its_volume():
    syrup = ActiveIngredient(
        "amoxicillin", None, Amount(Decimal(250), "mg"), Amount(Decimal(5), "mL")
    )
    ours = replace(PRODUCTS.read(SMALLER), ingredients=(syrup,))
    ingredient = replace(FACTS.ingredients[0], strength="250 mg / 5 mL")
    same = facts(ingredients=(ingredient,))
    assert "strength-differs" not in told(replace(case(facts=same), product=ours))
    half = facts(ingredients=(replace(ingredient, strength="125 mg / 5 mL"),))
    assert "strength-differs" in told(replace(case(facts=half), product=ours))
