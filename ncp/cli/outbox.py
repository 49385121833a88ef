"""``ncp outbox``: what others have not been told yet, what is dead, and reviving it.

No payload is told: it is a patient's.

Spec: sheet 06 §7.4 (dead letters with their reason, replayed by hand).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.cli.log_proving import Told
from ncp.cli.recording_store import recording_store
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import Destination, Store, record_alone


@contextmanager
def _store(file: Path) -> Iterator[Store]:
    with recording_store(load_settings(file), SystemClock()) as store:
        yield store


def _revival(
    source: str, destination: str, letters: Sequence[str]
) -> AdministrationEvent:
    """Make the event of a revival; it is on record before a letter stirs."""
    which = ", ".join(letters) or "all that are dead"
    return AdministrationEvent(
        act=AdministrationAct.RESTRICTED_FUNCTION,
        moment=SystemClock().now(),
        outcome=AuditOutcome.SUCCESS,
        audit_source=source,
        application="ncp outbox",
        changed=f"urn:ncp:outbox:{destination}",
        description=f"letters are to be tried again: {which}",
        operator=getpass.getuser(),
    )


def backlog(file: Path) -> Told:
    """Say for each destination what waits and what is dead; good where nothing is."""
    with _store(file) as store:
        found = [store.outbox.backlog(each) for each in store.outbox.destinations()]
    lines = [
        f"{each.destination:<24}  {each.waiting:>7} waiting  {each.dead:>7} dead"
        + (f"  oldest {each.oldest:%Y-%m-%d %H:%M}Z" if each.oldest else "")
        for each in found
    ]
    is_good = not any(each.dead for each in found)
    return Told("\n".join(lines) or "Nothing waits.", is_good)


def dead(file: Path, destination: str) -> Told:
    """List the dead letters to a destination, and why they did not arrive."""
    with _store(file) as store:
        lines = [
            f"{each.letter.id}  {each.letter.kind}  "
            f"written {each.written_at:%Y-%m-%d %H:%M}Z, tried {each.attempts} times"
            f"\n  {each.reason}"
            for each in store.outbox.dead_letters(destination)
        ]
    return Told("\n".join(lines) or "There is none.", not lines)


def revive(file: Path, destination: str, letters: Sequence[str]) -> Told:
    """Have dead letters tried again, each in its old place; none named: all of them."""
    to = Destination(destination)
    source = load_settings(file).gateway.audit_source
    with _store(file) as store:
        record_alone(store, _revival(source, destination, letters))
        wanted = list(letters) or [
            each.letter.id for each in store.outbox.dead_letters(destination)
        ]
        missing = [each for each in wanted if not store.outbox.revive(to, each)]
    told = [f"{len(wanted) - len(missing)} wait again."]
    told += [f"{each} is no dead letter to {destination}." for each in missing]
    return Told("\n".join(told), not missing)
