"""Each kind of rule finds what it is there for, at the place, and names no value."""

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from tests.transformations.rules.samples import (
    AllHeld,
    Holding,
    judged,
    new_rules,
    one,
    summary,
)
from transformations.rules import Severity, validate_cda, waves
from transformations.rules.place import Place
from transformations.rules.trees import rules
from transformations.rules.vocabulary import CLOSED, OIDS

ALLERGY = "//c:observation[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.17']"
SURGERIES = "//c:section[c:code/@code='47519-4']"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def test_a_summary_that_the_gateway_makes_is_valid():
    assert judged(summary()).findings == ()


@pytest.mark.spec("eHDSI EH.1.3")
def test_a_missing_mandatory_element_is_found_at_its_parent():
    root = summary()
    birth = one(root, "//c:patient/c:birthTime")
    birth.getparent().remove(birth)
    (finding,) = judged(root).errors
    assert finding.rule == "EH.1.3/recordTarget/patientRole/patient/birthTime#missing"
    assert finding.location == (
        "/ClinicalDocument[1]/recordTarget[1]/patientRole[1]/patient[1]"
    )
    assert finding.severity is Severity.ERROR
    assert finding.remedy


def test_a_null_flavor_does_not_fill_a_mandatory_place():
    root = summary()
    birth = one(root, "//c:patient/c:birthTime")
    birth.attrib.clear()
    birth.set("nullFlavor", "UNK")
    assert "EH.1.3/recordTarget/patientRole/patient/birthTime#missing" in new_rules(
        root
    )


def test_a_second_of_what_may_be_once_is_found():
    root = summary()
    section = one(root, f"{SURGERIES}/..")
    section.addnext(etree.fromstring(etree.tostring(section)))
    assert any(rule.endswith("#too-many") for rule in new_rules(root))


def test_a_fixed_code_must_be_that_code():
    root = summary()
    one(root, f"{SURGERIES}/c:code").set("code", "11450-4")
    assert "EH.2.11/code#missing" in new_rules(root)


def test_a_fixed_attribute_must_have_its_value():
    root = summary()
    one(root, ALLERGY).set("moodCode", "INT")
    assert "EH.3.17#@moodCode" in new_rules(root)


def test_the_type_of_a_value_is_resolved_by_namespace():
    root = summary()
    value = one(root, "//c:observation/c:value[@*[local-name()='type']='CE']")
    value.set(XSI_TYPE, "CD")
    assert any(rule.endswith("value#type") for rule in new_rules(root))


def test_a_code_outside_its_closed_value_set_is_found_without_a_catalogue():
    root = summary()
    one(root, "//c:administrativeGenderCode").set("code", "X")
    report = validate_cda(root, None)
    assert any("patient" in finding.rule for finding in report.errors)


def test_a_code_outside_an_open_value_set_is_found_by_the_catalogue():
    root = summary()
    disorders = OIDS["eHDSIAdverseEventType"].replace(".", "_")
    report = validate_cda(root, Holding(**{f"o_{disorders}": set()}))
    assert {finding.rule for finding in report.errors} == {"EH.3.17/code#missing"}


def test_what_could_not_be_judged_is_said_once_and_is_no_error():
    report = validate_cda(summary(), None)
    assert report.is_valid
    (finding,) = report.findings
    assert finding.rule == "document#value-sets-not-judged"
    assert finding.severity is Severity.INFORMATION
    assert "eHDSIAdverseEventType" in finding.message


def test_the_choice_of_person_or_device_is_kept():
    root = summary()
    author = one(root, "/c:ClinicalDocument/c:author/c:assignedAuthor")
    for child in author.xpath("*[starts-with(local-name(), 'assigned')]"):
        author.remove(child)
    assert "EH.1.3/author/assignedAuthor#choice" in new_rules(root)


@pytest.mark.spec("eHDSI EH.1.3")
def test_a_choice_by_a_child_compares_its_code_as_the_childs_own_line_does():
    root = summary()
    language = one(root, "//c:languageCommunication/c:languageCode")
    language.addnext(etree.fromstring(etree.tostring(language)))
    (rule,) = new_rules(root)
    assert rule.endswith("/languageCommunication/languageCode#too-many")


def test_a_reference_to_nowhere_is_a_warning():
    root = summary()
    one(root, "//c:entry//c:reference").set("value", "#nowhere")
    findings = judged(root).findings
    assert [finding.rule for finding in findings] == ["narrative#dangling"]
    assert findings[0].severity is Severity.WARNING


def test_an_internal_reference_must_repeat_what_it_means():
    root = summary()
    procedure = one(root, "//c:procedure")
    procedure.append(
        etree.fromstring(
            '<entryRelationship xmlns="urn:hl7-org:v3" typeCode="RSON">'
            '<act classCode="ACT" moodCode="EVN">'
            '<templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.3.14"/>'
            '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.4.1"/>'
            '<id root="1.2.3" extension="nobody"/><code nullFlavor="NA"/>'
            "</act></entryRelationship>"
        )
    )
    assert "EH.3.26/entryRelationship/act#reference" in new_rules(root)


def test_a_document_of_no_known_kind_is_no_valid_document():
    root = etree.fromstring('<ClinicalDocument xmlns="urn:hl7-org:v3"/>')
    assert [f.rule for f in validate_cda(root).errors] == ["document#template"]
    other = etree.fromstring("<other/>")
    assert [f.rule for f in validate_cda(other).errors] == ["document#template"]


def test_findings_carry_no_value_of_the_document():
    root = summary()
    secrets = ["Zyxwvut", "1890-secret"]
    for element in root.iter(etree.Element):
        for name in ("value", "extension", "code", "displayName"):
            if element.get(name):
                element.set(name, secrets[1])
        if element.text and element.text.strip():
            element.text = secrets[0]
    report = validate_cda(root, AllHeld())
    text = json.dumps([finding.to_json() for finding in report.findings])
    assert len(report.errors) > 20
    assert not any(secret in text for secret in secrets)


def test_what_a_wave_did_not_ask_yet_is_a_warning():
    root = summary()
    author = one(root, "//c:confidentialityCode")
    author.set("code", "no-such")
    spoilt = validate_cda(root, None, waves()[8])
    older = validate_cda(root, None, waves()[7])
    assert [f.rule for f in spoilt.errors] == ["EH.1.3/confidentialityCode#missing"]
    assert older.is_valid
    assert any("asked from wave 8" in finding.message for finding in older.findings)


def all_lines():
    for family in rules().families.values():
        for lines in family.values():
            yield from (line for _, line in lines)


def test_every_rule_has_an_id_of_its_own():
    seen = set()
    stack = list({id(line): line for line in all_lines()}.values())
    while stack:
        each = stack.pop()
        assert each.rule not in seen
        seen.add(each.rule)
        stack.extend(one for _, group in each.groups for one in group)
    assert len(seen) > 1500


def test_closed_value_sets_have_a_system_and_codes():
    assert len(CLOSED) > 25
    for each in CLOSED.values():
        assert each.system
        assert all(code.strip() == code for code in each.codes)
        assert each.holds(next(iter(each.codes)), "")
        assert not each.holds(next(iter(each.codes)), "1.2.3")


def test_the_trees_are_short_enough_to_be_reviewed():
    folder = Path(__file__).parents[3] / "transformations/rules/wave8"
    for tree in folder.glob("*.tree"):
        text = tree.read_text("utf-8")
        assert len(text.splitlines()) < 800
        assert "art-decor" not in text.lower()


def test_the_work_for_one_element_does_not_grow_with_their_number(monkeypatch):
    looks = 0
    plain = Place.local_name.fget

    def counted(place):
        nonlocal looks
        looks += 1
        return plain(place)

    monkeypatch.setattr(Place, "local_name", property(counted))

    def work(number):
        nonlocal looks
        root = summary()
        role = one(root, "//c:patientRole")
        for position in range(number):
            for name in ("id", "telecom", "addr"):
                element = etree.SubElement(role, f"{{urn:hl7-org:v3}}{name}")
                element.set("nullFlavor" if position % 2 else "use", "H")
        looks = 0
        judged(root)
        return looks

    # Four times as many: sixteen times the work where each looks at all others.
    assert work(400) < 6 * work(100)


def test_no_document_is_answered_with_endless_findings():
    root = summary()
    role = one(root, "//c:patientRole")
    for _ in range(6000):
        etree.SubElement(role, "{urn:hl7-org:v3}id").set("root", "none")
    report = judged(root)
    assert len(report.findings) <= 5001
    assert "document#findings-omitted" in {one.rule for one in report.findings}


def test_every_later_rule_of_a_wave_is_one_of_the_rules():
    ids = {line.rule for line in all_lines()}
    stack = list(all_lines())
    while stack:
        line = stack.pop()
        ids.add(line.rule)
        stack.extend(below for _, group in line.groups for below in group)
    kinds = ("#missing", "#too-many", "#unit", "#type")
    for pattern in waves()[7].later:
        assert any(re.fullmatch(pattern, i + k) for i in ids for k in kinds), pattern
