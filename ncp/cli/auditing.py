"""``ncp audit list``: the recorded events as lines, without patient data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import AuditTrailEntry, DataKey, Store


def audit_lines(settings_file: Path) -> Iterator[str]:
    """Give one line per event, oldest first."""
    settings = load_settings(settings_file)
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, SystemClock()) as store:
        for entry in store.audit_trail():
            yield audit_line(entry)


def audit_line(entry: AuditTrailEntry) -> str:
    """Write one event: number, moment, what, of which kind, how it ended."""
    parts = [
        f"{entry.sequence:6}",
        f"{entry.occurred_at:%Y-%m-%d %H:%M:%S}Z",
        entry.event,
        entry.document_kind or "-",
        f"outcome {entry.outcome}",
    ]
    return "  ".join(parts)
