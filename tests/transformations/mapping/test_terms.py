"""What the words of a table promise."""

from __future__ import annotations

import pytest

from tests.transformations.mapping.toy import ASTHMA, CONDITION, bundle_with, strict
from transformations.cda import CdaNode, root_node
from transformations.cda.namespaces import XSI_TYPE
from transformations.fhir import FhirDocument
from transformations.mapping import (
    CD,
    ST,
    TS,
    Alt,
    Const,
    Context,
    Demand,
    EachExt,
    Fate,
    Fill,
    Follow,
    Group,
    Ignore,
    Ledger,
    MappingDefect,
    Pair,
    Row,
    Severity,
    Table,
    TableError,
)

CONDITIONS = "Condition"


def run(*terms, resource=ASTHMA, kind=CONDITIONS, node="Observation"):
    document = bundle_with(resource)
    cx = strict(document)
    target = root_node(node)
    table = Table("toy", kind, node, *terms)
    passed = table.write(document.entries[2].resource, target, cx)
    return passed, target, cx, document


def fates(cx: Context, document: FhirDocument) -> dict[str, Fate]:
    prefix = "Bundle.entry[2].resource."
    ledger = Ledger(document.bundle, "Bundle", cx.bookings, {}, {})
    return {
        entry.path.removeprefix(prefix): entry.mark.fate
        for entry in ledger.entries()
        if entry.path.startswith(prefix)
    }


@pytest.mark.parametrize(
    ("fhir", "cda"),
    [
        ("onsetDatetime", "effectiveTime/low"),
        ("onsetDateTime", "efectiveTime/low"),
        ("onsetDateTime", "effectiveTime/lowest"),
        ("identifier", "id"),
        ("code[]", "value"),
        ("code", "value{xsi:type}"),
        ("code..text", "text"),
        (".", "value"),
        ("onsetDateTime", "value"),
    ],
)
def test_a_typing_error_in_a_path_is_found_when_the_table_is_made(fhir, cda):
    codec = TS if "code" not in fhir and "value" not in cda else CD
    with pytest.raises(TableError):
        Table("toy", CONDITIONS, "Observation", Row(fhir, cda, codec))


def test_a_codec_is_only_given_types_it_reads():
    with pytest.raises(TableError, match="does not read"):
        Table("toy", CONDITIONS, "Observation", Row("code", "effectiveTime/low", TS))


def test_a_value_whose_schema_type_is_a_base_says_its_type():
    _, node, _, _ = run(Row("code", "value", CD))
    assert node.first("value").attributes[XSI_TYPE] == "CD"


def test_a_group_without_a_fact_leaves_no_shell():
    terms = Group("value{xsi:type=CD}", Const(".", code="x"))
    passed, node, _, _ = run(terms)
    assert not passed
    assert not node.children


def test_a_group_that_is_always_written_is():
    _, node, _, _ = run(Group("text", always=True))
    assert node.first("text") is not None


def test_an_alternative_that_fails_leaves_nothing_behind():
    def half(fhir, node: CdaNode, cx: Context) -> bool:
        cx.take(fhir, "onsetDateTime")
        node.add("statusCode", code="x")
        cx.find(Severity.WARNING, "half", "half")
        return False

    passed, node, cx, document = run(
        Alt(Pair("half", half), Row("onsetDateTime", "effectiveTime/low", TS))
    )
    assert passed
    assert node.first("statusCode") is None
    assert not cx.findings
    assert fates(cx, document)["onsetDateTime"] is Fate.MAPPED


def test_only_the_first_alternative_that_passes_is_taken():
    _, node, _, _ = run(
        Alt(
            Row("onsetString", "derivationExpr", ST),
            Row("onsetDateTime", "effectiveTime/low", TS),
            Row("onsetDateTime", "effectiveTime/high", TS),
        )
    )
    assert [child.tag[16:] for child in node.first("effectiveTime").elements()] == [
        "low"
    ]


def test_a_leaf_read_by_two_rows_is_a_defect():
    with pytest.raises(MappingDefect, match="read by two rows"):
        run(
            Row("onsetDateTime", "effectiveTime/low", TS),
            Row("onsetDateTime", "effectiveTime/high", TS),
        )


def test_a_defect_says_the_place_and_never_the_value():
    with pytest.raises(MappingDefect) as caught:
        run(
            Row("onsetDateTime", "effectiveTime/low", TS),
            Row("onsetDateTime", "effectiveTime/high", TS),
        )
    assert "toy: onsetDateTime at " in str(caught.value)
    assert ASTHMA["onsetDateTime"] not in str(caught.value)


def test_what_finds_no_room_is_lost_with_the_reason():
    two = {
        **ASTHMA,
        "identifier": [{"system": "urn:oid:1.2", "value": v} for v in "ab"],
    }
    from transformations.mapping import IDENTIFIER

    _, node, cx, document = run(
        Row("identifier[]", "id", IDENTIFIER, once=True), resource=two
    )
    assert len(list(node.elements("id"))) == 1
    assert fates(cx, document)["identifier[1].value"] is Fate.LOST


def test_the_reason_of_absence_beside_a_primitive_is_carried():
    reason = {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown",
    }
    absent = {key: value for key, value in ASTHMA.items() if key != "onsetDateTime"}
    absent["_onsetDateTime"] = {"extension": [reason]}
    _, node, cx, document = run(
        Row("onsetDateTime", "effectiveTime/low", TS), resource=absent
    )
    assert node.first("effectiveTime").first("low").attributes == {"nullFlavor": "UNK"}
    assert fates(cx, document)["_onsetDateTime.extension[0].valueCode"] is Fate.MAPPED


def test_extensions_of_one_url_are_repetitions():
    url = "http://example.org/abated"
    resource = {**ASTHMA, "extension": [{"url": url, "valueDateTime": "2001"}]}
    _, node, _, _ = run(
        EachExt(url, "effectiveTime", Row("valueDateTime", "high", TS)),
        resource=resource,
    )
    assert node.first("effectiveTime").first("high").attributes == {"value": "2001"}


def test_a_resource_of_an_unlisted_type_is_critical_and_never_skipped():
    followed = Follow("subject", {"Group": (Const("statusCode", code="x"),)})
    _, _, cx, document = run(followed)
    assert [finding.severity for finding in cx.findings] == [Severity.CRITICAL]
    ledger = Ledger(document.bundle, "Bundle", cx.bookings, {}, {})
    lost = [e for e in ledger.entries() if e.path == "Bundle.entry[1].resource.id"]
    assert lost[0].mark.fate is Fate.LOST


def test_a_reference_that_names_nothing_is_reported():
    resource = {**ASTHMA, "encounter": {"reference": "Encounter/none"}}
    _, _, cx, document = run(Follow("encounter", {}), resource=resource)
    assert [finding.rule for finding in cx.findings] == ["reference-unresolved"]
    assert fates(cx, document)["encounter.reference"] is Fate.LOST


def test_a_loss_on_purpose_carries_its_reason():
    resource = {**ASTHMA, "encounter": {"reference": "Encounter/e"}}
    _, _, cx, document = run(Ignore("encounter", "not in a summary"), resource=resource)
    assert fates(cx, document)["encounter.reference"] is Fate.LOST


def test_what_is_demanded_and_missing_is_found():
    _, _, cx, _ = run(Demand("severity", "severity-missing", "no severity"))
    assert [(f.rule, f.severity) for f in cx.findings] == [
        ("severity-missing", Severity.CRITICAL)
    ]


def test_what_nothing_wrote_is_filled():
    _, node, _, _ = run(Fill("effectiveTime", "UNK"))
    assert node.first("effectiveTime").attributes == {"nullFlavor": "UNK"}


def test_what_was_written_is_read_back_by_the_same_terms():
    group = CONDITION[1]
    document = bundle_with(ASTHMA)
    section = root_node("Section")
    table = Table("toy", CONDITIONS, "Section", *CONDITION)
    table.write(document.entries[2].resource, section, strict(document))
    read: dict = {}
    assert Table("toy", CONDITIONS, "Section", group).read(
        section, read, strict(document)
    )
    assert read["clinicalStatus"] == ASTHMA["clinicalStatus"]
    assert read["onsetDateTime"] == ASTHMA["onsetDateTime"]
    assert read["code"]["coding"] == ASTHMA["code"]["coding"]
