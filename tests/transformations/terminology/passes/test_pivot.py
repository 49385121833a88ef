"""Country A's pass: a code of the value set stands there, the old one beside it."""

import pytest
from lxml import etree

from tests.transformations.terminology.passes.documents import (
    EDQM,
    ICD_10,
    NATIONAL,
    SNOMED_CT,
    UCUM,
    catalogue,
    entry,
    medication,
    only,
    problem,
    summary,
    written,
)
from transformations.terminology.passes import CodeFate, TermRule, Unmapped, pivot


@pytest.fixture
def terms(tmp_path):
    return catalogue(tmp_path)


def rules(account):
    return [finding.rule for finding in account.findings]


EMDN = "1.3.6.1.4.1.12559.11.10.1.3.1.44.6"
ROUTE = "//c:routeCode"


@pytest.mark.spec("eHDSI TM 3.7")
def test_a_national_code_becomes_the_pivot_code_and_stays_beside(terms):
    root = summary(
        medication(
            f'<routeCode code="PO" codeSystem="{NATIONAL}" codeSystemName="Our list" '
            'codeSystemVersion="7" displayName="Duerch de Mond"/>'
        )
    )
    account = pivot(root, terms)
    attributes, children, _ = written(only(root, ROUTE))
    assert attributes == {
        "code": "20053000",
        "codeSystem": EDQM,
        "codeSystemName": "EDQM Standard Terms",
        "codeSystemVersion": "2024-01-09",
        "displayName": "Oral use",
    }
    assert children == [
        (
            {
                "code": "PO",
                "codeSystem": NATIONAL,
                "codeSystemName": "Our list",
                "codeSystemVersion": "7",
                "displayName": "Duerch de Mond",
            },
            [],
            "",
        )
    ]
    assert account.counts()["transcoded"] == 1
    assert not account.findings


def test_a_code_beside_that_is_of_the_value_set_is_put_in_front(terms):
    root = summary(
        problem(
            f'<value code="195967001" codeSystem="{SNOMED_CT}" displayName="x">'
            f'<translation code="J45" codeSystem="{ICD_10}" displayName="Asthma"/>'
            "</value>"
        )
    )
    pivot(root, terms)
    value = only(root, "//c:value")
    assert (value.get("code"), value.get("displayName")) == ("J45", "Asthma")
    codes = {one.get("code") for one in value.iter("{*}translation")}
    assert codes == {"195967001", "J45"}


def test_an_other_is_coded_where_its_translation_has_a_mapping(terms):
    root = summary(
        problem(
            '<value nullFlavor="OTH"><originalText>Asthme</originalText>'
            f'<translation code="195967001" codeSystem="{SNOMED_CT}" displayName="x"/>'
            "</value>"
        )
    )
    account = pivot(root, terms)
    value = only(root, "//c:value")
    assert (value.get("code"), value.get("nullFlavor")) == ("J45", None)
    assert only(root, "//c:value/c:translation").get("code") == "195967001"
    assert only(root, "//c:value/c:originalText").text == "Asthme"
    assert account.counts()["transcoded"] == 1


def test_an_unmapped_code_goes_as_other_with_the_code_beside_it(terms):
    root = summary(
        problem(f'<value code="99" codeSystem="{NATIONAL}" displayName="Eppes"/>')
    )
    account = pivot(root, terms)
    assert written(only(root, "//c:value")) == (
        {"nullFlavor": "OTH"},
        [({"code": "99", "codeSystem": NATIONAL, "displayName": "Eppes"}, [], "")],
        "",
    )
    assert rules(account) == [TermRule.NOT_TRANSCODED]
    assert account.findings[0].where.endswith("/entry/observation/value")
    assert not account.errors
    assert account.counts()["missing"] == 1


def test_by_the_other_policy_an_unmapped_code_refuses_the_document(terms):
    root = summary(
        problem(f'<value code="99" codeSystem="{NATIONAL}" displayName="Eppes"/>')
    )
    account = pivot(root, terms, Unmapped.REFUSE)
    assert [finding.rule for finding in account.errors] == [
        TermRule.REQUIRED_NOT_TRANSCODED
    ]
    assert only(root, "//c:value").get("code") == "99"


@pytest.mark.parametrize("policy", Unmapped)
def test_a_required_code_is_refused_by_every_policy(terms, policy):
    root = summary(code="57833-6")
    author = etree.SubElement(root, "{urn:hl7-org:v3}author")
    function = etree.SubElement(author, "{urn:hl7-org:v3}functionCode")
    function.set("code", "DOC")
    function.set("codeSystem", NATIONAL)
    (error,) = pivot(root, terms, policy).errors
    assert error.rule is TermRule.REQUIRED_NOT_TRANSCODED
    assert function.get("code") == "DOC"


def test_a_timing_event_that_is_none_is_refused_because_nothing_can_stand_beside(terms):
    event = f'<event code="MORGEN" codeSystem="{NATIONAL}"/>'
    root = summary(medication(f"<effectiveTime>{event}</effectiveTime>"))
    account = pivot(root, terms)
    assert account.errors[0].where.endswith("/effectiveTime/event")


@pytest.mark.spec("eHDSI TM 4511")
def test_a_required_element_that_is_not_there_is_an_error(terms):
    account = pivot(
        summary(entry("substanceAdministration", 2, ""), code="57833-6"), terms
    )
    missing = [one for one in account.errors if one.rule is TermRule.REQUIRED_MISSING]
    assert [one.where.rsplit("/", 2)[-2:] for one in missing] == [
        ["author", "functionCode"],
        ["manufacturedMaterial", "formCode"],
    ]


def test_a_value_set_that_the_catalogue_lacks_is_told_and_never_claimed(terms):
    root = summary(
        entry(
            "supply",
            5,
            "<participant><participantRole><playingDevice>"
            f'<code code="Z12" codeSystem="{EMDN}" displayName="x"/>'
            "</playingDevice></participantRole></participant>",
        )
    )
    account = pivot(root, terms)
    assert rules(account) == [TermRule.VALUE_SET_ABSENT]
    assert only(root, "//c:playingDevice/c:code").get("code") == "Z12"


def test_the_same_system_by_an_older_oid_is_written_as_the_catalogue_writes_it(terms):
    old = "2.16.840.1.113883.6.3"
    root = summary(problem(f'<value code="J45" codeSystem="{old}" displayName="x"/>'))
    pivot(root, terms)
    value = only(root, "//c:value")
    assert (value.get("codeSystem"), value.get("displayName")) == (ICD_10, "Asthma")
    assert only(root, "//c:value/c:translation").get("codeSystem") == old


def test_the_display_is_english_and_the_words_of_the_source_stay(terms):
    root = summary(
        problem(f'<value code="J45" codeSystem="{ICD_10}" displayName="Asthme"/>')
    )
    account = pivot(root, terms)
    assert only(root, "//c:value").get("displayName") == "Asthma"
    assert only(root, "//c:value/c:translation").get("displayName") == "Asthme"
    assert account.languages()["en"] >= 1


def test_a_retired_code_is_told(terms):
    root = summary(
        problem(f'<value code="J46" codeSystem="{ICD_10}" displayName="x"/>')
    )
    assert rules(pivot(root, terms)) == [TermRule.NOT_CURRENT]


def test_what_the_model_fixes_is_left_alone(terms):
    act = entry(
        "act",
        15,
        '<code code="CONC" codeSystem="2.16.840.1.113883.5.6" displayName="Concern"/>',
    )
    root = summary(act)
    before = written(only(root, "//c:act"))
    account = pivot(root, terms)
    assert written(only(root, "//c:act")) == before
    assert account.places[-1].reason == "structural"


def test_a_section_beyond_the_catalogue_keeps_its_code(terms):
    root = summary()
    section = only(root, "//c:section/c:code")
    section.set("code", "104605-1")
    account = pivot(root, terms)
    assert section.get("code") == "104605-1"
    assert account.findings[0].rule is TermRule.NOT_TRANSCODED
    assert not account.errors


def test_a_national_unit_becomes_one_of_the_catalogue_and_its_words_stay(terms):
    root = summary(
        medication('<doseQuantity><low value="2" unit="comp"/></doseQuantity>')
    )
    account = pivot(root, terms)
    assert written(only(root, "//c:low")) == (
        {"value": "2", "unit": "mg"},
        [({"value": "2"}, [({}, [], "comp")], "")],
        "",
    )
    assert account.units == 1


@pytest.mark.parametrize("unit", ["mg", "1", "{Tablet}"])
def test_a_unit_of_the_catalogue_is_kept(terms, unit):
    dose = f'<doseQuantity value="2" unit="{unit}"/>'
    root = summary(medication(dose))
    assert not pivot(root, terms).findings
    assert only(root, "//c:doseQuantity").get("unit") == unit


@pytest.mark.parametrize("unit", ["spoon", "{Spoonful of sugar}"])
def test_an_unknown_unit_of_a_dose_is_told(terms, unit):
    root = summary(medication(f'<doseQuantity value="2" unit="{unit}"/>'))
    assert rules(pivot(root, terms)) == [TermRule.NOT_TRANSCODED]
    assert only(root, "//c:doseQuantity").get("unit") == unit


@pytest.mark.spec("eHDSI TM 4509, 4510")
@pytest.mark.parametrize(
    ("code", "rule"),
    [("", TermRule.DOCUMENT_CODE_MISSING), ("1-8", TermRule.DOCUMENT_CODE_UNKNOWN)],
)
def test_a_document_of_no_known_kind_does_not_leave(terms, code, rule):
    assert pivot(summary(code=code), terms).errors[0].rule is rule


def test_a_dispensation_is_never_a_picture(terms):
    account = pivot(summary(code="60593-1", body=False), terms)
    assert account.errors[0].rule is TermRule.DOCUMENT_CODE_UNKNOWN


def with_gender(root, code):
    node = root
    for name in (
        "recordTarget",
        "patientRole",
        "patient",
        "administrativeGenderCode",
    ):
        node = etree.SubElement(node, f"{{urn:hl7-org:v3}}{name}")
    node.set("code", code)
    node.set("codeSystem", "2.16.840.1.113883.5.1")
    return root


def test_of_a_picture_the_header_is_judged(terms):
    good = with_gender(summary(body=False), "F")
    assert not pivot(good, terms).errors
    (error,) = pivot(with_gender(summary(body=False), "W"), terms).errors
    assert error.where.endswith("/patient/administrativeGenderCode")


def test_a_code_without_a_system_is_told(terms):
    root = summary(problem('<value code="J45"/>'))
    assert rules(pivot(root, terms)) == [TermRule.ATTRIBUTES_MISSING]


def test_pivoting_twice_changes_nothing_more(terms):
    root = summary(
        medication(f'<routeCode code="PO" codeSystem="{NATIONAL}" displayName="x"/>'),
        problem(f'<value code="99" codeSystem="{NATIONAL}" displayName="y"/>'),
        medication('<doseQuantity value="2" unit="comp"/>'),
    )
    pivot(root, terms)
    once = written(root)
    account = pivot(root, terms)
    assert written(root) == once
    assert account.counts()["transcoded"] == 0


def test_every_fate_is_of_the_closed_list(terms):
    root = summary(problem(f'<value code="99" codeSystem="{UCUM}" displayName="y"/>'))
    fates = {place.fate for place in pivot(root, terms).places}
    assert fates <= set(CodeFate)
