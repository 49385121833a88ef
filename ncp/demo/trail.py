"""Read a gateway's audit trail back, as its operator would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from ncp.audit import AuditOutcome, DirectoryAct
from ncp.opened_store import open_store
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import AuditTrailEntry

_FAILURES: Final[Mapping[AuditOutcome, str]] = {
    AuditOutcome.MINOR_FAILURE: "in part (outcome 4)",
    AuditOutcome.SERIOUS_FAILURE: "no result (outcome 8)",
    AuditOutcome.MAJOR_FAILURE: "no result (outcome 12)",
}


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event, for people."""

    moment: str
    text: str


def read_trail(settings_file: Path, kept: Path) -> list[TrailLine]:
    """Return the events in order, and write each in its DICOM form into ``kept``."""
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = _entries(settings_file)
    for entry in entries:
        (kept / f"{entry.sequence:04}-{entry.event}.xml").write_bytes(entry.dicom)
    return list(_lines(entries))


def _lines(entries: Sequence[AuditTrailEntry]) -> Iterator[TrailLine]:
    """Write a line for each event; what is done in a row to directories has one."""
    for is_directory, together in groupby(entries, _is_of_directory):
        row = list(together)
        if is_directory:
            yield _row_line(row)
        else:
            yield from map(_line, row)


def _is_of_directory(entry: AuditTrailEntry) -> bool:
    return entry.event in {DirectoryAct.QUERY, DirectoryAct.PUSH}


def _row_line(row: Sequence[AuditTrailEntry]) -> TrailLine:
    asked = sum(each.event == DirectoryAct.QUERY for each in row)
    absent = sum(each.outcome != AuditOutcome.SUCCESS for each in row)
    parts = [f"{DirectoryAct.QUERY}, the directory asked for {asked} entries"]
    if absent:
        parts.append(f"{absent} not there")
    if asked < len(row):
        parts.append(f"{DirectoryAct.PUSH}, {len(row) - asked} entries published")
    return TrailLine(_moment(row[0]), ", ".join(parts))


def _entries(settings_file: Path) -> list[AuditTrailEntry]:
    settings = load_settings(settings_file)
    with open_store(settings, SystemClock()) as store:
        return list(store.audit_trail())


def _line(entry: AuditTrailEntry) -> TrailLine:
    succeeded = entry.outcome == AuditOutcome.SUCCESS
    outcome = "success" if succeeded else _FAILURES[AuditOutcome(entry.outcome)]
    parts = [entry.event, entry.document_kind, outcome]
    return TrailLine(_moment(entry), ", ".join(part for part in parts if part))


def _moment(entry: AuditTrailEntry) -> str:
    return entry.occurred_at.strftime("%H:%M:%S.%f")[:-3]
