"""What country A reads of a dispensation decides, so it is read strictly or refused."""

from decimal import Decimal

import pytest

from tests.capabilities import require_data
from tests.transformations.edispensation.received import (
    RECEIVED,
    changed,
    twice,
    without,
)
from transformations.edispensation import (
    FactsRefused,
    Lack,
    read_dispensation_facts,
)

pytestmark = pytest.mark.spec("eHDSI eDispensation EH.1.2")
SUPPLY = "//c:entry/c:supply"
EPSOS = b"urn:epsos-org:ep:medication"


def lack_of(data: bytes) -> Lack:
    with pytest.raises(FactsRefused) as refused:
        read_dispensation_facts(data)
    assert "rx-1" not in str(refused.value)
    return refused.value.lack


def test_the_facts_are_those_of_the_document():
    facts = read_dispensation_facts(RECEIVED)
    assert facts.document_id == "2.999.620.1^d-1"
    assert facts.prescription_id == "1.3.182.99.5^rx-1"
    assert facts.item_id == "1.3.182.99.5^rx-1-1"
    assert facts.prescription_ids == {"1.3.182.99.5^rx-1", "1.3.182.99.5^rx-1-1"}
    assert facts.supply_id == "2.999.620.5^i-1"
    assert facts.patients == {"1.3.182.4.4^1893120105732"}
    assert facts.packages == 2
    assert facts.handed_over == "2026-03-04T10:00:00+00:00"
    assert facts.made == "2026-03-04T10:11:12+00:00"
    assert facts.language == "pt-PT"


def test_the_product_is_told_with_its_packages_from_the_inside():
    product = read_dispensation_facts(RECEIVED).dispensed
    assert product.name == "Amoxicilina Exemplo"
    assert (product.code.system, product.code.code) == ("2.999.620.6", "5440987")
    assert (product.package.system, product.package.code) == ("2.999.620.7", "4711")
    assert product.atc.code == "J01CA04"
    assert product.strength == "500 mg"
    assert product.content == ((Decimal(8), "1"), (Decimal(3), "1"))


def test_the_dispenser_is_the_performer_with_the_function_of_the_author():
    dispenser = read_dispensation_facts(RECEIVED).dispenser
    assert dispenser.ids == ("2.999.620.2^p-7",)
    assert dispenser.name == "Rui Dias"
    assert dispenser.function.code == "2262"
    assert dispenser.organization_ids == ("2.999.620.3^f-3",)
    assert dispenser.organization == "Farmácia Central"
    assert dispenser.country == "PT"


def test_who_wrote_the_document_stands_for_a_performer_who_is_not_named():
    data = without(f"{SUPPLY}/c:performer")
    assert read_dispensation_facts(data).dispenser.name == "Rui Dias"
    assert lack_of(without(f"{SUPPLY}/c:performer", "//c:author")) is Lack.DISPENSER


def test_only_an_act_of_the_supply_says_that_a_substitution_was_made():
    assert read_dispensation_facts(RECEIVED).is_substituted
    # The flag of the prescription, which the document repeats, stays.
    data = without(f"{SUPPLY}/c:entryRelationship[@typeCode='COMP']")
    assert not read_dispensation_facts(data).is_substituted


def test_without_a_time_of_its_own_it_was_handed_over_when_it_was_written():
    data = without(f"{SUPPLY}/c:performer/c:time")
    assert read_dispensation_facts(data).handed_over == "2026-03-04T10:11:12+00:00"


def test_a_document_of_an_early_wave_is_read_too():
    data = without(f"{SUPPLY}/c:entryRelationship").replace(b"urn:hl7-org:pharm", EPSOS)
    facts = read_dispensation_facts(data)
    assert facts.dispensed.atc.code == "J01CA04"
    assert facts.item_id is None
    assert facts.prescribed is None
    assert facts.prescription_ids == {"1.3.182.99.5^rx-1"}


@pytest.mark.parametrize(
    ("value", "packages"), [("1", 1), ("02", 2), ("3.0", 3), ("999999", 999999)]
)
def test_a_whole_number_of_packages_is_taken(value, packages):
    data = changed(f"{SUPPLY}/c:quantity", value=value)
    assert read_dispensation_facts(data).packages == packages


@pytest.mark.parametrize(
    "value",
    ["0", "-1", "1.1", "0.00", "", "two", "1e1", "1 000", "1000000", "NaN", "\u0661"],
)
def test_any_other_quantity_is_refused(value):
    assert lack_of(changed(f"{SUPPLY}/c:quantity", value=value)) is Lack.QUANTITY


def test_a_quantity_of_anything_but_packages_is_refused():
    assert lack_of(changed(f"{SUPPLY}/c:quantity", unit="mL")) is Lack.UNIT
    data = changed(f"{SUPPLY}/c:quantity", unit=None)
    assert read_dispensation_facts(data).packages == 2


@pytest.mark.parametrize("value", ["0", "-12", "none"])
def test_a_package_that_holds_nothing_is_refused(value):
    path = "//pharm:quantity[@value='8']"
    assert lack_of(changed(path, value=value)) is Lack.PACKAGE_CONTENT


@pytest.mark.parametrize(
    ("data", "lack"),
    [
        (b"", Lack.NOT_CDA),
        (b"<a/>", Lack.NOT_CDA),
        (b"<!DOCTYPE a><a/>", Lack.NOT_CDA),
        (changed("/*/c:code", code="57833-6"), Lack.NOT_A_DISPENSATION),
        (without("/*/c:id"), Lack.DOCUMENT_ID),
        (without("//c:patientRole/c:id"), Lack.PATIENT),
        (without("//c:inFulfillmentOf"), Lack.PRESCRIPTION),
        (changed("//c:order/c:id", nullFlavor="UNK"), Lack.PRESCRIPTION),
        (twice("//c:inFulfillmentOf", extension="b"), Lack.SEVERAL_PRESCRIPTIONS),
        (without("//c:entry"), Lack.SUPPLY),
        (twice("//c:entry", extension="b"), Lack.SEVERAL_SUPPLIES),
        (without(f"{SUPPLY}/c:product"), Lack.PRODUCT),
        (without(f"{SUPPLY}/c:quantity"), Lack.QUANTITY),
        (without("/*/c:effectiveTime"), Lack.TIME),
        (changed("/*/c:effectiveTime", value="today"), Lack.TIME),
        (
            RECEIVED.replace(b"structuredBody", b"nonXMLBody"),
            Lack.NOT_CODED,
        ),
    ],
)
def test_what_decides_and_is_missing_is_refused_by_its_name(data, lack):
    assert lack_of(data) is lack


def test_the_same_order_named_twice_is_one_prescription():
    data = twice("//c:inFulfillmentOf")
    assert read_dispensation_facts(data).prescription_id == "1.3.182.99.5^rx-1"


def test_dispensations_that_other_countries_sent_are_read():
    folder = require_data("cda-dev")
    read = [
        read_dispensation_facts(path.read_bytes())
        for path in sorted(folder.glob("ed-*.xml"))
    ]
    assert len(read) >= 3
    assert all(one.prescription_id == one.item_id for one in read)


def test_nothing_about_the_patient_stands_in_a_repr():
    told = repr(read_dispensation_facts(RECEIVED))
    assert "1893120105732" not in told
    assert "Dias" not in told
