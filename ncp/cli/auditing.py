"""``ncp audit list``: the recorded events as lines, without patient data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ncp.opened_store import open_store
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import AuditTrailEntry, MessageRecord


def audit_lines(settings_file: Path, *, with_decisions: bool = False) -> Iterator[str]:
    """Give one line per event, oldest first; below it its decisions, if asked."""
    settings = load_settings(settings_file)
    with open_store(settings, SystemClock()) as store:
        for entry in store.audit_trail():
            yield audit_line(entry)
            message = store.message_of(entry.exchange_id) if with_decisions else None
            if message is not None:
                yield from decision_lines(message.record)


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


def decision_lines(record: MessageRecord) -> Iterator[str]:
    """Write how a message was judged: what ended it, then each decision with why."""
    margin = " " * 8
    if record.condition is not None:
        yield f"{margin}{record.outcome}: {record.condition}"
    for decision in record.decisions:
        verdict = "yes" if decision.is_accepted else "NO "
        yield f"{margin}{verdict}  {decision.subject}: {decision.sentence}"
        for title, statements in (
            ("found", decision.evidence),
            ("policy", decision.policy),
        ):
            for statement in statements:
                yield f"{margin}       {title}: {statement}"
