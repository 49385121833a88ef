"""Reads what a running gateway has on record, from another process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ncp.demo.countries import Ground
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import AuditTrailEntry, DataKey, MessageRecord, Store, StoredMessage

T = TypeVar("T")


class Memory:
    """The database of one country, opened beside its gateway."""

    def __init__(self, ground: Ground) -> None:
        settings = load_settings(ground.settings)
        key = DataKey.load(settings.keys.data_key_file)
        self._store = Store.open(settings.store.url, key, SystemClock())

    def messages(self) -> list[MessageRecord]:
        return [stored.record for stored in self._store.messages()]

    def message(self, message_id: str) -> MessageRecord:
        [found] = [each for each in self.messages() if each.message_id == message_id]
        return found

    def newest(self) -> MessageRecord:
        return self.messages()[-1]

    def trail(self) -> list[AuditTrailEntry]:
        return list(self._store.audit_trail())

    def messages_after(self, sequence: int) -> list[StoredMessage]:
        return list(self._store.messages(sequence))

    def trail_after(self, sequence: int) -> list[AuditTrailEntry]:
        return list(self._store.audit_trail(sequence))

    def close(self) -> None:
        self._store.close()


def eventually(find: Callable[[], T | None], timeout_s: float = 10.0) -> T:
    """Wait for something that another process does in its own time."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = find()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
