"""Country B's pass: displays in the reader's language, what was there beside them."""

import pytest

from tests.transformations.terminology.passes.documents import (
    EDQM,
    ICD_10,
    NATIONAL,
    UCUM,
    catalogue,
    medication,
    only,
    problem,
    summary,
    written,
)
from transformations.terminology import fallback_chain
from transformations.terminology.passes import TermRule, translate

FRENCH = fallback_chain("fr-LU")
ORAL = (
    f'<routeCode code="20053000" codeSystem="{EDQM}" displayName="Oral use">'
    f'<translation code="PO" codeSystem="{NATIONAL}" displayName="oral anvendelse"/>'
    "</routeCode>"
)


@pytest.fixture
def terms(tmp_path):
    return catalogue(tmp_path)


@pytest.mark.spec("eHDSI TM 3.7")
def test_the_names_become_a_chain_from_the_reader_to_the_source(terms):
    root = summary(medication(ORAL))
    account = translate(root, terms, FRENCH)
    route = {"code": "20053000", "codeSystem": EDQM}
    assert written(only(root, "//c:routeCode")) == (
        {**route, "displayName": "Voie orale"},
        [
            (
                {**route, "displayName": "Oral use"},
                [
                    (
                        {
                            "code": "PO",
                            "codeSystem": NATIONAL,
                            "displayName": "oral anvendelse",
                        },
                        [],
                        "",
                    )
                ],
                "",
            )
        ],
        "",
    )
    assert account.languages()["fr-FR"] == 2  # the route and the document's code


def test_the_language_used_is_told_where_the_one_asked_for_has_no_name(terms):
    root = summary(problem(f'<value code="J45" codeSystem="{ICD_10}"/>'))
    account = translate(root, terms, FRENCH)
    assert only(root, "//c:value").get("displayName") == "Asthma"
    assert account.places[-1].language == "en"


def test_translating_twice_adds_no_second_level(terms):
    root = summary(medication(ORAL))
    translate(root, terms, FRENCH)
    once = written(root)
    translate(root, terms, FRENCH)
    assert written(root) == once


def test_a_code_that_nobody_names_stays_as_it_came_and_is_told(terms):
    value = f'<value code="99" codeSystem="{NATIONAL}" displayName="Eppes"/>'
    root = summary(problem(value))
    before = written(only(root, "//c:value"))
    account = translate(root, terms, FRENCH)
    assert written(only(root, "//c:value")) == before
    assert [one.rule for one in account.findings] == [TermRule.NOT_TRANSLATED]
    assert account.findings[0].where.endswith("/value")


def test_the_name_of_a_unit_stands_beside_the_quantity(terms):
    root = summary(
        medication('<doseQuantity><low value="5" unit="mg"/></doseQuantity>'),
    )
    account = translate(root, terms, FRENCH)
    named = {"value": "5", "code": "mg", "codeSystem": UCUM}
    assert written(only(root, "//c:low")) == (
        {"value": "5", "unit": "mg"},
        [({**named, "displayName": "milligramme"}, [], "")],
        "",
    )
    assert account.units == 1


def test_a_counted_item_is_named_by_the_word_of_its_annotation(terms):
    root = summary(medication('<doseQuantity value="1" unit="{Tablet}"/>'))
    translate(root, terms, FRENCH)
    name = only(root, "//c:doseQuantity/c:translation")
    assert (name.get("code"), name.get("displayName")) == ("15054000", "Comprimé")


def test_an_english_name_of_a_unit_is_not_added(terms):
    root = summary(medication('<doseQuantity value="1" unit="mg"/>'))
    translate(root, terms, fallback_chain("en"))
    assert len(only(root, "//c:doseQuantity")) == 0


def test_a_new_translation_is_of_cda_beneath_an_element_of_the_extension(terms):
    root = summary(
        medication(
            '<consumable><manufacturedProduct xmlns="urn:hl7-org:pharm">'
            "<manufacturedMaterial>"
            f'<formCode code="20053000" codeSystem="{EDQM}" displayName="x"/>'
            "</manufacturedMaterial></manufacturedProduct></consumable>"
        )
    )
    translate(root, terms, FRENCH)
    (form,) = root.iter("{urn:hl7-org:pharm}formCode")
    assert [child.tag for child in form] == ["{urn:hl7-org:v3}translation"]


def test_a_document_of_no_known_kind_is_translated_and_told(terms):
    root = summary(medication(ORAL), code="1-8")
    account = translate(root, terms, FRENCH)
    assert only(root, "//c:routeCode").get("displayName") == "Voie orale"
    assert account.findings[0].rule is TermRule.DOCUMENT_CODE_UNKNOWN


def test_a_null_flavour_is_accounted_for_and_left_alone(terms):
    root = summary(problem('<value nullFlavor="UNK"/>'))
    account = translate(root, terms, FRENCH)
    assert account.counts()["missing"] == 1
    assert written(only(root, "//c:value")) == ({"nullFlavor": "UNK"}, [], "")


def test_the_record_holds_places_and_no_code_of_the_patient(terms):
    root = summary(problem(f'<value code="99" codeSystem="{NATIONAL}"/>'))
    told = str(translate(root, terms, FRENCH).summary())
    assert "99" not in told.replace("1.3.182.99.1", "")
    assert "2504" in told
