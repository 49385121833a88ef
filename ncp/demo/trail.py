"""Read a gateway's audit trail back, as its operator would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ncp.audit import AuditOutcome
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import AuditTrailEntry, DataKey, Store


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event, for people."""

    moment: str
    text: str


def read_trail(settings_file: Path, kept: Path) -> list[TrailLine]:
    """Return the events in order, and write each in its DICOM form into ``kept``."""
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = []
    for entry in _entries(settings_file):
        (kept / f"{entry.sequence:04}-{entry.event}.xml").write_bytes(entry.dicom)
        lines.append(_line(entry))
    return lines


def _entries(settings_file: Path) -> list[AuditTrailEntry]:
    settings = load_settings(settings_file)
    key = DataKey.load(settings.keys.data_key_file)
    store = Store.open(settings.store.url, key, SystemClock())
    try:
        return list(store.audit_trail())
    finally:
        store.close()


def _line(entry: AuditTrailEntry) -> TrailLine:
    succeeded = entry.outcome == AuditOutcome.SUCCESS
    outcome = "success" if succeeded else f"no result (outcome {entry.outcome})"
    parts = [entry.event, entry.document_kind, outcome]
    return TrailLine(
        entry.occurred_at.strftime("%H:%M:%S.%f")[:-3],
        ", ".join(part for part in parts if part),
    )
