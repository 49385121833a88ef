from __future__ import annotations

import pytest

from ncp.audit import TermKind
from ncp.store import AuditQuery, audit_index, schema
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT, exchange


def record(store, *names: str, patient=PATIENT) -> None:
    for name in names:
        with store.unit_of_work() as work:
            work.audit(exchange(request_message_id=name, patients=(patient,)))
            work.commit()


def found(store, *terms) -> list[int]:
    return [each.sequence for each in store.search_audit(AuditQuery(terms=terms))]


def of_message(name: str):
    return (TermKind.MESSAGE, name)


OF_PATIENT = (TermKind.PATIENT, PATIENT.cx)


@pytest.mark.parametrize("block", [1, 2, audit_index.BLOCK])
def test_an_event_is_found_before_it_has_its_place_and_after(store, monkeypatch, block):
    monkeypatch.setattr(audit_index, "BLOCK", block)
    record(store, "urn:1", "urn:2", "urn:3")
    assert found(store, OF_PATIENT) == [1, 2, 3]
    assert found(store, of_message("urn:2")) == [2]
    store.log.sequence()
    assert found(store, OF_PATIENT) == [1, 2, 3]
    record(store, "urn:2", "urn:4")
    assert found(store, OF_PATIENT) == [1, 2, 3, 4, 5]
    assert found(store, of_message("urn:2")) == [2, 4]
    assert found(store, of_message("urn:2"), OF_PATIENT) == [2, 4]


def test_an_event_is_found_by_all_terms_together_or_not(store):
    record(store, "urn:1")
    record(store, "urn:1", patient=OTHER_PATIENT)
    for _ in range(2):
        assert found(store, OF_PATIENT, of_message("urn:1")) == [1]
        assert found(store, OF_PATIENT, of_message("urn:9")) == []
        store.log.sequence()


def test_part_of_a_name_finds_nothing(store):
    record(store, "urn:12")
    for _ in range(2):
        assert found(store, of_message("urn:1")) == []
        store.log.sequence()


def test_the_index_goes_with_the_events(open_store, clock):
    store = open_store()
    record(store, "urn:1", "urn:2")
    store.log.sequence()
    clock.advance(days=20_000)
    gone = store.purge(clock.now())
    assert gone["audit_index"] >= gone["audit_events"] == 2
    assert found(store, OF_PATIENT) == []
    with store._engine.connect() as connection:
        assert connection.execute(schema.audit_index.select()).all() == []
