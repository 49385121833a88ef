"""A search of ITI-81 means one query, or is refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.audit import TermKind
from ncp.audit_retrieval import UnfitSearch, read_search
from ncp.store import AuditQuery

DAY = [("date", "ge2026-03-01"), ("date", "lt2026-03-02")]
FIRST, SECOND = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.spec("IHE ITI TF-2 3.81.4.1.2")
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([], {}),
        (
            [("patient.identifier", "urn:oid:1.3.182.4.4|1957")],
            {"terms": ((TermKind.PATIENT, "1957^^^&1.3.182.4.4&ISO"),)},
        ),
        (
            [("agent.identifier", "<dr@urn:idp:DK:countryB>")],
            {"terms": ((TermKind.PERSON, "<dr@urn:idp:DK:countryB>"),)},
        ),
        (
            [("entity.identifier", "urn:ietf:rfc:3986|2.25.7")],
            {"terms": ((TermKind.DOCUMENT, "2.25.7"),)},
        ),
        ([("subtype", "urn:ihe:event-type-code|ITI-39")], {"event": "ITI-39"}),
        ([("outcome", "8,12")], {"outcomes": (8, 12)}),
        ([("_after", "17")], {"after": 17}),
    ],
)
def test_each_parameter_is_one_condition(parameters, expected):
    assert read_search(DAY + parameters) == AuditQuery(
        **({"since": FIRST, "until": SECOND} | expected)
    )


@pytest.mark.parametrize("value", ["2026-03-01", "eq2026-03-01"])
def test_a_day_alone_is_both_bounds(value):
    query = read_search([("date", value)])
    assert (query.since, query.until) == (FIRST, SECOND)


def test_a_bound_that_is_in_or_out_is_told_apart():
    after = read_search([("date", "gt2026-02-28"), ("date", "le2026-03-01")])
    assert (after.since, after.until) == (FIRST, SECOND)


@pytest.mark.spec("IHE ITI TF-2 3.81.4.1.2.1")
@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [("date", "ge2026-03-01")],
        [*DAY, ("colour", "CANARY")],
        [*DAY, ("outcome", "7")],
        [*DAY, ("type", "CANARY")],
        [*DAY, ("subtype", "urn:ihe:event-type-code|ITI-93")],
        [*DAY, ("subtype", "")],
        [*DAY, ("patient.identifier", "CANARY")],
        [("date", "yesterday")],
        [*DAY, ("_after", "-1")],
        [*DAY, ("_after", "9" * 40)],
    ],
)
def test_what_is_not_of_its_form_is_refused_without_its_value(parameters):
    with pytest.raises(UnfitSearch) as refused:
        read_search(parameters)
    assert "CANARY" not in refused.value.sentence


def test_who_names_no_event_is_told_the_names_there_are():
    with pytest.raises(UnfitSearch, match=r"EHDSI-193, .*ITI-39, .*audit-log-used"):
        read_search([*DAY, ("type", "http://dicom.nema.org/resources/ontology/DCM|1")])


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=4))
def test_nothing_but_a_refusal_comes_of_nonsense(parameters):
    try:
        read_search(parameters)
    except UnfitSearch:
        return
    assert any(name == "date" for name, _ in parameters)
