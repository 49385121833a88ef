"""A section written as a table, from the outside."""

from __future__ import annotations

import copy

from tests.transformations.mapping.toy import ASTHMA, PROBLEMS, bundle_with, strict
from transformations.cda import PREFIXES, CdaNode, class_of, root_node
from transformations.cda.structure import ChildRule
from transformations.mapping import Context, Fate, Ledger
from trust.xml import write_xml


def section_of(*resources: dict) -> tuple[CdaNode, Context, Ledger]:
    document = bundle_with(*resources)
    cx = strict(document)
    section = root_node("Section")
    for reference in document.composition.resource["section"][0]["entry"]:
        PROBLEMS.write_entry(reference, section, cx)
    return section, cx, Ledger(document.bundle, "Bundle", cx.bookings, {}, {})


def test_a_fact_is_written_with_its_frame_in_the_order_of_the_schema():
    section, _, _ = section_of(ASTHMA)
    observation = next(
        section.first("entry")
        .first("act")
        .first("entryRelationship")
        .elements("observation")
    )
    names = [child.tag.rpartition("}")[2] for child in observation.elements()]
    assert names == [
        "templateId",
        "id",
        "text",
        "statusCode",
        "effectiveTime",
        "value",
        "entryRelationship",
    ]


def test_a_fact_said_is_pointed_at_by_its_code():
    section, cx, _ = section_of(ASTHMA)
    xml = write_xml(section, PREFIXES).decode()
    assert '<originalText><reference value="#header-1-1"/></originalText>' in xml
    assert cx.narrative.anchor == "header-1"


def test_every_leaf_of_the_resource_has_a_fate():
    _, _, ledger = section_of(ASTHMA)
    lost = [path for path in ledger.unmapped() if ".resource.resourceType" not in path]
    assert not [path for path in lost if "entry[2].resource" in path]
    assert ledger.counts()[Fate.MAPPED] == 6


def test_a_resource_about_another_patient_is_refused_whole():
    other = copy.deepcopy(ASTHMA)
    other["subject"] = {"reference": "Patient/somebody-else"}
    section, cx, ledger = section_of(other)
    assert not section.children
    assert "subject-of-another-patient" in {finding.rule for finding in cx.findings}
    fates = {
        entry.mark.fate
        for entry in ledger.entries()
        if entry.path.startswith("Bundle.entry[2].resource")
    }
    assert fates == {Fate.LOST}


def test_nothing_is_written_where_no_fact_passes():
    section, _, _ = section_of(
        {"resourceType": "Condition", "id": "e", "subject": {"reference": "Patient/p"}}
    )
    assert not section.children


def test_the_same_input_gives_the_same_bytes():
    first, second = (write_xml(section_of(ASTHMA)[0], PREFIXES) for _ in range(2))
    assert first == second


def test_a_child_rule_knows_its_class():
    rule = ChildRule("{x}y", "Act", 0, repeats=False)
    assert CdaNode(rule).kind is class_of("Act")
