"""A copy of the database as docs/how-to/back-up-and-restore.md has it made."""

from __future__ import annotations

import re
import sqlite3
import threading
from pathlib import Path

from ncp.evidence.tree_head import SignedTreeHead
from ncp.ports import SystemClock
from ncp.store import DataKey, Store
from ncp.store.log_report import Fault
from tests.ncp.store.seals import SEAL
from tests.ncp.store.test_record_log import record

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "back-up-and-restore.md"
KEY = DataKey(b"k" * 32)


def opened(path: Path) -> Store:
    return Store.open(f"sqlite:///{path}", KEY, SystemClock())


def copied_as_told(source: Path, copy: Path) -> None:
    [statement] = re.findall(r'"(VACUUM INTO .*)"', PAGE.read_text(encoding="utf-8"))
    statement = re.sub(r"'.*'", f"'{copy}'", statement)
    connection = sqlite3.connect(source)
    connection.execute(statement)
    connection.close()


def signed(store: Store) -> SignedTreeHead:
    store.log.sequence()
    head = store.log.sign(SEAL)
    assert head is not None
    return head


def test_a_copy_that_is_made_while_records_are_written_is_intact(tmp_path: Path):
    source, copy = tmp_path / "records.sqlite", tmp_path / "copy.sqlite"
    with opened(source) as store:
        store.migrate()
        record(store, 3)
        head = signed(store)
        is_over = threading.Event()

        def go_on() -> None:
            while not is_over.is_set():
                record(store)
                store.log.sequence()

        writing = threading.Thread(target=go_on)
        writing.start()
        try:
            copied_as_told(source, copy)
        finally:
            is_over.set()
            writing.join()
        record(store)
        later = signed(store)
    with opened(copy) as restored:
        report = restored.verify([SEAL.certificate], [head])
        assert report.is_intact, report.faults
        assert report.size >= 6
        behind = restored.verify([SEAL.certificate], [later])
        assert [each.fault for each in behind.faults] == [Fault.ROLLED_BACK]
