"""A trail of before events were kept as facts is read, found and verified."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from ncp.audit import TermKind, to_dicom
from ncp.store import AuditQuery, rows
from ncp.store.engine import for_writing, open_engine
from ncp.store.log_rows import CONTENT_COLUMNS, content_hash
from ncp.store.migrations.running import _config
from ncp.store.schema import microseconds
from ncp.store.sealing import KeyRing, Place
from tests.clocks import START
from tests.ncp.audit.samples import PATIENT, exchange
from tests.ncp.store.seals import SEAL

EVENT = exchange(request_message_id="urn:before")
EVENT_ID = "e" * 32


@pytest.fixture
def engine_of_before(url) -> Engine:
    """The database of the release before."""
    engine = open_engine(url)
    config = _config()
    with for_writing(engine.connect()) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
    yield engine
    engine.dispose()


def row_of_before(keys: KeyRing) -> dict[str, object]:
    """Make the row of an event as the release before wrote it."""
    end = microseconds(START) + 10**15
    row: dict[str, object] = {
        "event_id": EVENT_ID,
        "exchange_id": "a" * 32,
        "recorded_at": microseconds(START),
        "occurred_at": microseconds(START),
        "event": "ITI-39",
        "side": "A",
        "outcome": 0,
        "document_kind": None,
        "key_id": keys.current_id,
        "dicom": keys.seal(Place("audit_events", EVENT_ID), "dicom", to_dicom(EVENT)),
        "delete_after": end,
    }
    said = [row.get(name) for name in CONTENT_COLUMNS["audit_events"]]
    row["row_mac"] = keys.row_mac(content_hash("audit_events", said))
    return row


def insert(connection: Connection, table: str, row: Mapping[str, object]) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)


def test_what_was_recorded_before_is_read_found_and_verified(
    engine_of_before, open_store, data_key
):
    keys = KeyRing(data_key)
    row = row_of_before(keys)
    names = [
        keys.name_of(rows._as_text(each))
        for each in ((TermKind.PATIENT, PATIENT.cx), (TermKind.MESSAGE, "urn:before"))
    ]
    with engine_of_before.begin() as connection:
        insert(connection, "audit_events", row)
        for name in names:
            term = {"event_id": EVENT_ID, "term": name}
            insert(
                connection,
                "audit_terms",
                term | {"delete_after": row["delete_after"]},
            )

    store = open_store()
    for _ in range(2):
        for terms in (
            ((TermKind.PATIENT, PATIENT.cx),),
            ((TermKind.MESSAGE, "urn:before"), (TermKind.PATIENT, PATIENT.cx)),
        ):
            [entry] = store.search_audit(AuditQuery(terms=terms))
            assert entry.dicom == to_dicom(EVENT)
        store.log.sequence()
    store.log.sign(SEAL)
    report = store.verify([SEAL.certificate])
    assert report.is_intact
    assert (report.size, report.waiting) == (1, 0)
