"""The account: every leaf once, whatever happened."""

from __future__ import annotations

from transformations.findings import Severity
from transformations.mapping.ledger import NO_ROW, Fate, Ledger, Site

SOURCE = {"a": {"b": [1, "two", 3], "c": True}, "d": "x"}


def account(bookings) -> Ledger:
    return Ledger(SOURCE, "Bundle", bookings, {"format": "FHIR"}, {"format": "CDA"})


def test_a_leaf_nobody_read_is_lost_without_a_row():
    entries = list(account({}).entries())
    assert [entry.path for entry in entries] == [
        "Bundle.a.b[0]",
        "Bundle.a.b[1]",
        "Bundle.a.b[2]",
        "Bundle.a.c",
        "Bundle.d",
    ]
    assert {entry.mark for entry in entries} == {NO_ROW}


def reasons(source, bookings):
    ledger = Ledger(source, "Bundle", bookings, {}, {})
    return {entry.path: entry.mark.reason for entry in ledger.entries()}, ledger


def test_what_nobody_read_of_a_known_kind_says_what_it_is():
    source = {
        "extension": [{"url": "u", "valueCode": "x"}],
        "_birthDate": {"extension": [{"url": "u"}]},
        "contained": [{"resourceType": "Basic"}],
        "modifierExtension": [{"url": "u"}],
    }
    found, ledger = reasons(source, {})
    assert found == {
        "Bundle.extension[0].url": "an extension that no row knows",
        "Bundle.extension[0].valueCode": "an extension that no row knows",
        "Bundle._birthDate.extension[0].url": "an extension that no row knows",
        "Bundle.contained[0].resourceType": "nothing that is carried refers to it",
        "Bundle.modifierExtension[0].url": (
            "a modifier extension, which may turn the meaning round"
        ),
    }
    assert ledger.severities == {Severity.WARNING: 4, Severity.CRITICAL: 1}
    assert not ledger.unmapped()


def test_what_a_row_left_of_a_known_extension_is_without_a_row():
    source = {"extension": [{"url": "u", "valueCode": "x"}, {"url": "v"}]}
    site = Site("toy", "target")
    known = {id(source["extension"][0]): {"url": site.derived}}
    _, ledger = reasons(source, known)
    assert ledger.unmapped() == ["Bundle.extension[0].valueCode"]


def test_a_null_holds_a_place_and_an_id_of_an_element_a_link():
    _, ledger = reasons({"given": ["A", None], "code": {"id": "k"}}, {})
    fates = {entry.path: entry.mark.fate for entry in ledger.entries()}
    assert fates["Bundle.given[1]"] is Fate.STRUCTURAL
    assert fates["Bundle.code.id"] is Fate.STRUCTURAL
    assert ledger.counts()[Fate.STRUCTURAL] == 2


def test_the_nearest_booking_wins():
    site = Site("toy", "target")
    ledger = account(
        {id(SOURCE): {"a": site.structural}, id(SOURCE["a"]): {"c": site.mapped}}
    )
    fates = {entry.path: entry.mark.fate for entry in ledger.entries()}
    assert fates["Bundle.a.b[1]"] is Fate.STRUCTURAL
    assert fates["Bundle.a.c"] is Fate.MAPPED
    assert ledger.unmapped() == ["Bundle.d"]


def test_the_counts_are_those_of_the_entries():
    site = Site("toy", "target")
    ledger = account({id(SOURCE["a"]): {"c": site.mapped}})
    assert ledger.counts()[Fate.MAPPED] == 1
    assert sum(ledger.counts().values()) == ledger.leaves == 5


def test_the_json_form_names_path_value_fate_target_reason_severity():
    site = Site("toy", "ClinicalDocument/title")
    form = account({id(SOURCE): {"d": site.mapped}}).to_json()
    assert form["leaves"] == 5
    assert form["source"] == {"format": "FHIR"}
    assert form["entries"][-1] == {
        "path": "Bundle.d",
        "value": "x",
        "fate": "mapped",
        "target": "ClinicalDocument/title",
        "reason": "",
        "severity": "information",
    }


def test_the_account_does_not_show_values_when_printed():
    assert "two" not in repr(list(account({}).entries()))
