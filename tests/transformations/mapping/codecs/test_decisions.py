"""What a codec does where the two sides differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.transformations.mapping.codecs.harness import (
    context,
    empty,
    fates,
    there_and_back,
    write,
)
from transformations.hl7v3.countries import country_code
from transformations.mapping import (
    ADDRESS,
    CD,
    CE,
    IDENTIFIER,
    NAME,
    ORGANIZATION_ADDRESS,
    PERIOD,
    PQ,
    RATIO,
    CodedCodec,
    CodeMeaning,
    Fate,
    StatusCodec,
)
from transformations.mapping.codecs.quantities import QuantityCodec

SCT = "http://snomed.info/sct"
ICD = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"


@pytest.mark.spec("eHDSI CDA datatypes: CD with nullFlavor OTH")
def test_a_code_outside_the_bound_systems_becomes_a_translation():
    bound = CodedCodec("CD", systems=(ICD,))
    concept = {"coding": [{"system": SCT, "code": "1", "display": "One"}]}
    node, cx, holder = write(bound, concept)
    assert node is not None
    assert node.attributes == {"nullFlavor": "OTH"}
    assert node.first("translation").attributes["code"] == "1"
    assert set(fates(cx, holder).values()) == {Fate.MAPPED}
    assert there_and_back(bound, concept) == concept


def test_the_first_bound_system_gives_the_code():
    bound = CodedCodec("CD", systems=(ICD,))
    node, _, _ = write(
        bound,
        {
            "coding": [
                {"system": SCT, "code": "1", "display": "One"},
                {"system": "http://hl7.org/fhir/sid/icd-10", "code": "J45"},
            ]
        },
    )
    assert node is not None
    assert (node.attributes["code"], node.attributes["codeSystem"]) == ("J45", ICD)


def test_a_coding_whose_system_has_no_oid_is_lost_and_the_text_stays():
    node, cx, holder = write(
        CD, {"coding": [{"system": "http://local/x", "code": "1"}], "text": "Cough"}
    )
    assert node is not None
    assert node.attributes == {"nullFlavor": "OTH"}
    assert node.first("originalText").children == ["Cough"]
    assert fates(cx, holder)[".x.coding[0].code"] is Fate.LOST


def test_a_code_given_twice_is_written_once():
    coding = {"system": SCT, "code": "1", "display": "One"}
    node, cx, holder = write(CD, {"coding": [coding, dict(coding)]})
    assert node is not None
    assert not list(node.elements("translation"))
    assert fates(cx, holder)[".x.coding[1].code"] is Fate.LOST


def test_an_absent_concept_keeps_its_reason():
    node, _, _ = write(
        CE,
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                    "valueCode": "masked",
                }
            ]
        },
    )
    assert node is not None
    assert node.attributes == {"nullFlavor": "MSK"}


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_a_limit_is_written_as_an_interval(sign):
    codec = QuantityCodec("IVL_PQ")
    value = {
        "value": Decimal("3.0"),
        "comparator": sign,
        "code": "mg",
        "system": "http://unitsofmeasure.org",
    }
    back = there_and_back(codec, value)
    assert (back["comparator"], str(back["value"])) == (sign, "3.0")


def test_a_limit_is_never_written_as_the_plain_number():
    node, cx, holder = write(PQ, {"value": 3, "comparator": "<"})
    assert node is None
    assert set(fates(cx, holder).values()) == {Fate.LOST}


def test_a_unit_that_is_not_ucum_is_kept_beside_the_number():
    value = {"value": 2, "unit": "tablets"}
    node, _, _ = write(PQ, value)
    assert node is not None
    assert node.attributes == {"value": "2", "unit": "1"}
    assert there_and_back(PQ, value) == value
    assert PQ.phrase(node) == "2 tablets"


@pytest.mark.parametrize(("unit", "value"), [("mg", "5000"), ("mg", "5"), ("1", "9")])
def test_a_translation_into_another_amount_leaves_number_and_unit_together(unit, value):
    node = empty("PQ")
    node.attributes.update(value="5", unit=unit)
    node.add("translation", value=value, code="g", codeSystem="2.999.1")
    holder: dict[str, Any] = {}
    assert PQ.to_fhir(node, holder, "x", context())
    assert (holder["x"]["value"], holder["x"]["code"]) == (5, unit)


def test_an_identifier_without_system_is_lost():
    node, cx, holder = write(IDENTIFIER, {"value": "7"})
    assert node is None
    assert fates(cx, holder) == {".x.value": Fate.LOST}


def test_a_name_that_is_only_text_stands_in_the_family_part():
    node, _, _ = write(NAME, {"text": "Marie Curie"})
    assert node is not None
    assert node.first("family").children == ["Marie Curie"]
    assert node.first("given").attributes == {"nullFlavor": "UNK"}


def test_the_display_text_of_a_name_repeats_its_parts():
    name = {"family": "Curie", "given": ["Marie"], "text": "Marie Curie"}
    _, cx, holder = write(NAME, name)
    assert fates(cx, holder)[".x.text"] is Fate.STRUCTURAL


@pytest.mark.parametrize(
    ("name", "code"),
    [("Slovakia", "SK"), ("EL", "GR"), ("lux", "LU"), ("DE", "DE"), ("Narnia", None)],
)
def test_a_country_is_written_by_its_code(name, code):
    assert country_code(name) == code


def test_a_country_we_do_not_know_is_written_as_it_is_and_reported():
    node, cx, _ = write(ADDRESS, {"city": "X", "country": "Narnia"})
    assert node is not None
    assert node.first("country").children == ["Narnia"]
    assert [finding.rule for finding in cx.findings] == ["country-unknown"]


def test_the_address_of_an_organization_always_has_a_country():
    node, _, _ = write(ORGANIZATION_ADDRESS, {"city": "X"})
    assert node is not None
    assert node.first("country").attributes == {"nullFlavor": "UNK"}


@pytest.mark.spec("eHDSI CDA datatypes: IVL_TS with low other than high")
def test_an_interval_of_one_day_is_a_point():
    node, _, _ = write(PERIOD, {"start": "2020-01-02", "end": "2020-01-02"})
    assert node is not None
    assert node.attributes == {"value": "20200102"}
    assert not node.children


def test_a_closed_vocabulary_goes_by_its_table_and_nothing_else():
    status = StatusCodec({"active": CodeMeaning("1", "Active", "2.16")})
    assert there_and_back(status, "active") == "active"
    node, cx, holder = write(status, "invented")
    assert node is None
    assert fates(cx, holder) == {".x": Fate.LOST}


def test_an_unknown_code_of_cda_stays_unread():
    status = StatusCodec({"active": CodeMeaning("1", "Active", "2.16")})
    node = empty("CE")
    node.attributes.update(code="1", codeSystem="2.17")
    cx = context()
    assert not status.to_fhir(node, {}, "x", cx)
    assert not cx.bookings


@pytest.mark.spec("CDA_Pharma.xsd: cs")
def test_a_code_with_blanks_is_lost_because_cda_cannot_hold_it():
    node, cx, holder = write(CD, {"coding": [{"system": SCT, "code": "a b"}]})
    assert node is None
    assert set(fates(cx, holder).values()) == {Fate.LOST}


def limited(**limits):
    plain = {"value": 5, "system": "http://unitsofmeasure.org", "code": "mg"}
    return {
        name: {**plain, **({"comparator": limits[name]} if name in limits else {})}
        for name in ("numerator", "denominator")
    }


@pytest.mark.parametrize(
    "ratio",
    [
        limited(denominator="<"),
        limited(numerator=">="),
        {"numerator": {"value": 5}, "denominator": {"unit": "tablet"}},
        {"denominator": {"value": 5}},
    ],
)
def test_half_of_a_ratio_is_never_written(ratio):
    """500 mg in less than 5 mL is not 500 mg in 1."""
    node, cx, holder = write(RATIO, ratio)
    assert node is None
    assert set(fates(cx, holder).values()) == {Fate.LOST}


def test_a_ratio_without_denominator_is_to_one():
    node, cx, holder = write(RATIO, {"numerator": {"value": 5, "unit": "mg"}})
    assert node is not None
    assert node.first("denominator").attributes["value"] == "1"
    assert Fate.LOST not in fates(cx, holder).values()


def test_a_quantity_with_a_system_and_no_unit_is_accounted_for():
    value = {"value": 5, "system": "http://unitsofmeasure.org"}
    _, cx, holder = write(PQ, value)
    assert fates(cx, holder) == {
        ".x.value": Fate.MAPPED,
        ".x.system": Fate.STRUCTURAL,
    }


def test_a_quantity_with_a_system_and_a_unit_without_code_is_accounted_for():
    value = {"value": 5, "unit": "tablet", "system": "http://unitsofmeasure.org"}
    node, cx, holder = write(PQ, value)
    assert node is not None
    assert node.first("translation").first("originalText").children == ["tablet"]
    assert fates(cx, holder) == {
        ".x.value": Fate.MAPPED,
        ".x.unit": Fate.MAPPED,
        ".x.system": Fate.STRUCTURAL,
    }


def test_both_sides_of_a_ratio_may_name_a_system_and_no_code():
    tablets = {"value": 5, "unit": "tablet", "system": "http://unitsofmeasure.org"}
    _, cx, holder = write(RATIO, {"numerator": tablets, "denominator": {**tablets}})
    assert fates(cx, holder)[".x.numerator.system"] is Fate.STRUCTURAL
    assert fates(cx, holder)[".x.denominator.system"] is Fate.STRUCTURAL
