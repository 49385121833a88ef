"""What is counted against abuse, and who is held back; durable, shared by processes.

Of whom something is counted is kept under a name that only this installation's key can
make. Counts are rows that are only added, so that processes never wait for each other;
they go when their window is over. They are committed with the record of the exchange
they are of: what could not be counted was not answered.

Spec: eHDSI CP-059 (unexpected number of requests) / CWE-307.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    bindparam,
    delete,
    func,
    select,
    update,
)

from ncp.ihe.codes import Transaction
from ncp.ports import Clock, FreshIds
from ncp.store import schema
from ncp.store.deletion import Deletion
from ncp.store.insertion import Insertion
from ncp.store.readers import read_plainly, reading
from ncp.store.restraint_questions import (
    ENDLESS,
    OF_HOLDS,
    Answers,
    Found,
    HoldSpan,
    Part,
    Question,
    part_of_holds,
    statements,
)
from ncp.store.schema import instant
from ncp.store.sealing import KeyRing

_COUNTS: Final = schema.restraint_counts
_HOLDS: Final = schema.restraint_holds
INSERT_COUNT: Final = Insertion(_COUNTS)
INSERT_HOLD: Final = Insertion(_HOLDS)
DELETE_ITEM: Final = Deletion(_COUNTS, "name", "item")
_EVENTS: Final = schema.audit_events
_EVENT: Final = (
    select(func.min(_EVENTS.c.sequence))
    .where(_EVENTS.c.exchange_id == _HOLDS.c.exchange_id)
    .where(_EVENTS.c.event.in_([each.value for each in Transaction]))
    .scalar_subquery()
    .label("event")
)
_IN_FORCE: Final = (
    select(_HOLDS, _EVENT)
    .where(_HOLDS.c.until > bindparam("now"))
    .order_by(_HOLDS.c.since.desc(), _HOLDS.c.reference)
)


@dataclass(frozen=True, slots=True)
class Count:
    """One thing that happened; of some the ``item`` it happened with, counted once."""

    thing: str
    kept: timedelta
    item: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A rule that was broken, and what becomes of who did.

    Attributes
    ----------
    until
        When it is over.
    told_until
        Until when the same is not told again; never before ``until``.
    thing
        What was counted; empty where it was read back, and only its name is known.
    reference
        By what an operator names it.
    event
        The number, in the audit trail, of the exchange that broke the rule: it has who
        it was. None where nobody looked.
    """

    thing: str
    reference: str
    rule: str
    side: str
    per: str
    action: str
    country: str
    since: datetime
    until: datetime
    told_until: datetime
    counted: int
    event: int | None = None

    @property
    def is_endless(self) -> bool:
        """Whether only an operator ends it."""
        return self.until >= ENDLESS


class RestraintBook:
    """Reads counts and holds; an operator lifts holds here."""

    def __init__(
        self,
        engine: Engine,
        write: Callable[[Callable[[Connection], int]], int],
        keys: KeyRing,
        clock: Clock,
        ids: FreshIds,
    ) -> None:
        self._engine = engine
        self._write = write
        self._keys = keys
        self._clock = clock
        self._ids = ids

    def new_reference(self) -> str:
        """Return a reference that no hold has yet."""
        return self._ids.uuid().hex

    def ask(self, things: Sequence[str], questions: Sequence[Question] = ()) -> Answers:
        """Return what was told of these things, and what is asked beside.

        Where the clock was set back, a hold begins anew: it lasts no longer than it was
        meant to, and is not over before.

        Raises
        ------
        StoreUnavailable
            Nobody knows; nothing may be answered.
        """
        now, keys = self._clock.now(), self._keys
        things_of = {name: thing for thing in things for name in keys.names_of(thing)}
        parts = [each.part(at, keys) for at, each in enumerate(questions)]
        if things_of:
            parts.append(part_of_holds(list(things_of), now))
        found: dict[int, list[Found]] = {
            at: [] for at in (OF_HOLDS, *range(len(parts)))
        }
        for row in self._rows(parts):
            found[row[0]].append(row)
        spans = [_span_of(row, things_of[row[1]]) for row in found[OF_HOLDS]]
        answers = {each: found[at] for at, each in enumerate(questions)}
        return Answers(self._longest(spans, now), answers, keys)

    def holds(self, things: Sequence[str]) -> Mapping[str, HoldSpan]:
        """Return what was told of these things, and nothing else."""
        return self.ask(things).holds

    def all(self) -> list[Hold]:
        """Return what is in force now, alerts too, the newest first."""
        with reading(self._engine) as connection:
            found = connection.execute(_IN_FORCE, {"now": self._clock.now()})
            return [_hold_of(row) for row in found.mappings()]

    def lift(self, reference: str) -> bool:
        """End a hold and forget what led to it; tell whether there was one."""
        return self._write(partial(_lift, reference)) > 0

    def _rows(self, parts: Sequence[Part]) -> list[Found]:
        if not parts:
            return []
        return read_plainly(self._engine, statements(parts))

    def _longest(self, spans: Iterable[HoldSpan], now: datetime) -> dict[str, HoldSpan]:
        longest: dict[str, HoldSpan] = {}
        for each in spans:
            span = self._rebased(each, now)
            known = longest.get(span.thing)
            if known is None or known.until < span.until:
                longest[span.thing] = span
        return longest

    def _rebased(self, span: HoldSpan, now: datetime) -> HoldSpan:
        if span.since <= now or span.is_endless:
            return span
        back = span.since - now
        moved = replace(
            span, since=now, until=span.until - back, told_until=span.told_until - back
        )
        self._write(partial(_move, moved))
        return moved


def count_values(
    keys: KeyRing, row_id: str, counted: Count, now: datetime
) -> dict[str, object]:
    """Return the row of one thing that happened."""
    return {
        "row_id": row_id,
        "name": keys.name_of(counted.thing),
        "item": keys.name_of(counted.item) if counted.item else "",
        "counted_at": now,
        "delete_after": now + counted.kept,
    }


def hold_values(keys: KeyRing, hold: Hold, exchange_id: str) -> dict[str, object]:
    """Return the row of a rule that was broken."""
    return {
        "reference": hold.reference,
        "name": keys.name_of(hold.thing),
        "rule": hold.rule,
        "side": hold.side,
        "per": hold.per,
        "action": hold.action,
        "country": hold.country,
        "since": hold.since,
        "until": hold.until,
        "counted": hold.counted,
        "exchange_id": exchange_id,
        "delete_after": hold.told_until,
    }


def _span_of(row: Found, thing: str) -> HoldSpan:
    _, _, reference, since, until, told_until = row
    return HoldSpan(
        thing, reference, instant(since), instant(until), instant(told_until)
    )


def _hold_of(row: RowMapping) -> Hold:
    return Hold(
        thing="",
        reference=row["reference"],
        rule=row["rule"],
        side=row["side"],
        per=row["per"],
        action=row["action"],
        country=row["country"],
        since=row["since"],
        until=row["until"],
        told_until=row["delete_after"],
        counted=row["counted"],
        event=row["event"],
    )


def _move(hold: HoldSpan, connection: Connection) -> int:
    moved = update(_HOLDS).where(_HOLDS.c.reference == hold.reference)
    values = {
        "since": hold.since,
        "until": hold.until,
        "delete_after": hold.told_until,
    }
    return connection.execute(moved.values(values)).rowcount


def _lift(reference: str, connection: Connection) -> int:
    is_it = _HOLDS.c.reference == reference
    name = connection.execute(select(_HOLDS.c.name).where(is_it)).scalar_one_or_none()
    if name is None:
        return 0
    connection.execute(delete(_COUNTS).where(_COUNTS.c.name == name))
    # Two processes may have noticed it at once: both rows go.
    return connection.execute(delete(_HOLDS).where(_HOLDS.c.name == name)).rowcount
