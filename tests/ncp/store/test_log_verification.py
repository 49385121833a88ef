"""Whatever is done to the records behind the gateway's back is found."""

from __future__ import annotations

import json
import sqlite3

import pytest

from ncp.store import DataKey, Store, schema
from ncp.store.log_report import Fault
from tests.ncp.store.seals import OTHER_SEAL, SEAL
from tests.ncp.store.test_record_log import record

SEALS = [SEAL.certificate]
RECORDS = ("messages", "audit_events")
# What a row has: nothing of it may be changed unseen.
LOGGED_COLUMNS = {
    name: [column.name for column in schema.metadata.tables[name].columns]
    for name in RECORDS
}


@pytest.fixture
def logged(store):
    """Five exchanges in the log under two heads, and one that waits."""
    record(store, 2)
    store.log.sequence()
    store.log.sign(SEAL)
    record(store, 3)
    store.log.sequence()
    store.log.sign(SEAL)
    record(store)
    assert store.verify(SEALS).is_intact
    return store


@pytest.fixture
def change(database):
    def run(*statements: str) -> None:
        connection = sqlite3.connect(database)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return run


def faults(store) -> set[Fault]:
    report = store.verify(SEALS)
    assert report.is_intact is (not report.faults)
    return {each.fault for each in report.faults}


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in RECORDS for column in LOGGED_COLUMNS[table]],
)
def test_a_change_of_any_column_is_found(logged, database, table, column):
    # The sixth waits: until it has its place in the log, its number means nothing.
    for number in (1, 3) if column == "sequence" else (1, 3, 6):
        copy = database.with_suffix(f".{number}")
        backup(database, copy)
        flip(copy, table, column, number)
        assert verify_copy(logged, copy), (table, column, number)


def backup(database, copy) -> None:
    """Copy a database that is open, its write-ahead log included."""
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()


def flip(database, table: str, column: str, number: int) -> None:
    """Flip the lowest bit of the value, or put one where there was none."""
    connection = sqlite3.connect(database)
    (key,) = connection.execute(
        f"SELECT rowid FROM {table} ORDER BY sequence LIMIT 1 OFFSET {number - 1}"
    ).fetchone()
    (value,) = connection.execute(
        f"SELECT {column} FROM {table} WHERE rowid = ?", (key,)
    ).fetchone()
    changed: object
    if isinstance(value, int):
        # Ten places on, so that no other record stands there.
        changed = value + 10 if column in {"sequence", "log_index"} else value ^ 1
    elif isinstance(value, bytes):
        changed = value[:-1] + bytes([value[-1] ^ 1])
    elif value is None:
        changed = 77 if column == "log_index" else "x"
    else:
        changed = value[:-1] + chr(ord(value[-1]) ^ 1)
    connection.execute(
        f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, key)
    )
    connection.commit()
    connection.close()


def verify_copy(logged, copy) -> set[Fault]:
    with Store.open(f"sqlite:///{copy}", DataKey(b"k" * 32), logged._clock) as store:
        return {each.fault for each in store.verify(SEALS).faults}


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_removal_is_found(logged, change, table, place):
    change(f"DELETE FROM {table} WHERE sequence = {place}")
    assert faults(logged) == {Fault.REMOVED}


@pytest.mark.parametrize("table", RECORDS)
def test_a_swap_is_found(logged, change, table):
    change(
        f"UPDATE {table} SET sequence = -1 WHERE sequence = 2",
        f"UPDATE {table} SET sequence = 2 WHERE sequence = 4",
        f"UPDATE {table} SET sequence = 4 WHERE sequence = -1",
    )
    assert faults(logged) == {Fault.MOVED}


@pytest.mark.parametrize("index", ["NULL", "50", "-3"])
@pytest.mark.parametrize("table", RECORDS)
def test_a_record_that_was_copied_in_is_found(logged, change, table, index):
    names = [c for c in LOGGED_COLUMNS[table] if c not in {"sequence", "log_index"}]
    own = names[0]  # the one that has to be unique
    taken = ", ".join(f"'{'f' * 32}'" if each == own else each for each in names)
    change(
        f"INSERT INTO {table} ({', '.join(names)}, log_index) "
        f"SELECT {taken}, {index} FROM {table} WHERE sequence = 1"
    )
    assert faults(logged) & {Fault.NOT_OURS, Fault.INSERTED}


@pytest.mark.parametrize("index", [0, 4, 9])
def test_an_entry_that_was_taken_out_is_found(logged, change, index):
    change(f"DELETE FROM log_entries WHERE log_index = {index}")
    assert faults(logged) >= {Fault.STATE_WRONG}


@pytest.mark.parametrize(
    "column", ["log_index", "source", "sequence", "delete_after", "content_hash"]
)
def test_an_entry_that_was_changed_is_found(logged, change, column):
    changed = (
        "'x' || substr(" + column + ", 2)"
        if column
        in {
            "source",
            "content_hash",
        }
        else f"{column} + 100"
    )
    change(f"UPDATE log_entries SET {column} = {changed} WHERE log_index = 4")
    assert Fault.STATE_WRONG in faults(logged) or Fault.HEAD_WRONG in faults(logged)


def test_a_log_that_was_cut_short_is_found_by_its_heads(logged, change):
    """Even where records, entries and state were cut to fit each other."""
    change(
        "DELETE FROM log_entries WHERE log_index >= 4",
        "DELETE FROM messages WHERE sequence > 2",
        "DELETE FROM audit_events WHERE sequence > 2",
    )
    assert Fault.ROLLED_BACK in faults(logged)


def test_a_store_that_was_rolled_back_whole_is_found_by_a_head_kept_elsewhere(
    open_store, database, logged
):
    kept = logged.log.newest_head()
    old = database.with_suffix(".old")
    backup(database, old)
    connection = sqlite3.connect(old)
    connection.executescript(
        "DELETE FROM tree_heads WHERE size > 4;"
        "DELETE FROM log_entries WHERE log_index >= 4;"
        "DELETE FROM messages WHERE sequence > 2;"
        "DELETE FROM audit_events WHERE sequence > 2;"
    )
    connection.close()
    store = open_store(url=f"sqlite:///{old}")
    report = store.verify(SEALS, [kept])
    assert Fault.ROLLED_BACK in {each.fault for each in report.faults}


def test_a_head_of_another_log_is_found(logged, open_store, database):
    other = open_store(url=f"sqlite:///{database}.other")
    record(other, 2)
    other.log.sequence()
    stranger = other.log.sign(SEAL)
    report = logged.verify(SEALS, [stranger])
    assert {each.fault for each in report.faults} == {Fault.HEAD_WRONG}


def test_a_log_signed_by_a_seal_that_is_not_ours_is_found(logged):
    report = logged.verify([OTHER_SEAL.certificate])
    assert {each.fault for each in report.faults} == {Fault.HEAD_NOT_OURS}


def changed_digit(was: str) -> str:
    return ("2" if was[0] == "1" else "1") + was[1:]


@pytest.mark.parametrize("name", ["root", "size", "moment", "log_id"])
def test_a_head_that_was_changed_is_found(logged, change, database, name):
    connection = sqlite3.connect(database)
    (text,) = connection.execute(
        "SELECT signed_head FROM tree_heads WHERE size = 4"
    ).fetchone()
    value = json.loads(text)
    was = value["head"][name]
    value["head"][name] = 5 if name == "size" else changed_digit(was)
    connection.execute(
        "UPDATE tree_heads SET signed_head = ? WHERE size = 4", (json.dumps(value),)
    )
    connection.commit()
    connection.close()
    assert Fault.HEAD_NOT_OURS in faults(logged)


@pytest.mark.parametrize("broken", ["", "{}", "null", "[1]", "{"])
def test_a_head_that_cannot_be_read_is_found(logged, change, broken):
    change(f"UPDATE tree_heads SET signed_head = '{broken}' WHERE size = 4")
    assert Fault.HEAD_WRONG in faults(logged)


@pytest.mark.parametrize("column", ["size", "roots", "log_id"])
def test_a_state_that_was_changed_is_found(logged, change, column):
    value = "11" if column == "size" else "'0'"
    change(f"UPDATE log_state SET {column} = {value}")
    assert faults(logged) & {Fault.STATE_WRONG, Fault.HEAD_WRONG}


def test_a_record_written_under_a_key_that_is_not_ours_is_found(logged, open_store):
    stranger = open_store(data_key=DataKey(b"s" * 32))
    record(stranger)
    assert faults(logged) == {Fault.NOT_OURS}


def test_the_sentences_name_the_place_and_nothing_of_a_person(logged, change):
    change("DELETE FROM messages WHERE sequence = 2")
    (found,) = logged.verify(SEALS).faults
    assert found.sentence == (
        "messages 2: the record is gone, and its time is not over"
    )
