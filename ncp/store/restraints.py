"""What is counted against abuse, and who is held back; durable, shared by processes.

Of whom something is counted is kept under a name that only this installation's key can
make. Counts are rows that are only added, so that processes never wait for each other;
they go when their window is over. They are committed with the record of the exchange
they are of: what could not be counted was not answered.

Spec: eHDSI CP-059 (unexpected number of requests) / CWE-307.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Self

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    bindparam,
    delete,
    func,
    select,
    update,
)

from ncp.ihe.codes import Transaction
from ncp.ports import Clock, FreshIds
from ncp.store import schema
from ncp.store.insertion import Insertion
from ncp.store.readers import reading
from ncp.store.sealing import KeyRing

_COUNTS: Final = schema.restraint_counts
_HOLDS: Final = schema.restraint_holds
INSERT_COUNT: Final = Insertion(_COUNTS)
INSERT_HOLD: Final = Insertion(_HOLDS)
DELETE_ITEM: Final = delete(_COUNTS).where(
    _COUNTS.c.name == bindparam("of_name"), _COUNTS.c.item == bindparam("of_item")
)
_NTH_NEWEST: Final = (
    select(_COUNTS.c.counted_at)
    .where(_COUNTS.c.name.in_(bindparam("names", expanding=True)))
    .where(_COUNTS.c.counted_at > bindparam("since"))
    .order_by(_COUNTS.c.counted_at.desc())
    .limit(1)
    .offset(bindparam("before"))
)
_NEWEST: Final = func.max(_COUNTS.c.counted_at).label("newest")
_ITEMS: Final = (
    select(_COUNTS.c.item, _NEWEST)
    .where(_COUNTS.c.name.in_(bindparam("names", expanding=True)))
    .where(_COUNTS.c.counted_at > bindparam("since"))
    .group_by(_COUNTS.c.item)
    .order_by(_NEWEST.desc())
    .limit(bindparam("most"))
)
_KNOWN: Final = (
    select(_COUNTS.c.item)
    .where(_COUNTS.c.name.in_(bindparam("names", expanding=True)))
    .where(_COUNTS.c.item.in_(bindparam("items", expanding=True)))
    .where(_COUNTS.c.counted_at > bindparam("since"))
    .distinct()
)
_HELD: Final = select(_HOLDS).where(
    _HOLDS.c.name.in_(bindparam("names", expanding=True)),
    _HOLDS.c.delete_after > bindparam("now"),
)
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
# An operator ends what has no end; the row needs one to be kept by.
ENDLESS: Final = datetime.fromisoformat("9000-01-01T00:00:00+00:00")


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
        self._connection: Connection | None = None

    @contextmanager
    def at_once(self) -> Iterator[Self]:
        """Give the book over one read transaction: several questions cost one.

        Raises
        ------
        StoreUnavailable
            Nobody knows, before or while it is asked.
        """
        with reading(self._engine) as connection:
            bound = copy(self)
            bound._connection = connection  # noqa: SLF001 - it is this class
            yield bound

    def new_reference(self) -> str:
        """Return a reference that no hold has yet."""
        return self._ids.uuid().hex

    def holds(self, things: Sequence[str]) -> Mapping[str, Hold]:
        """Return what was told of these things, the one that lasts longest of each.

        Some are over, and remembered so that they are not told again.

        Where the clock was set back, a hold begins anew: it lasts no longer than it was
        meant to, and is not over before.

        Raises
        ------
        StoreUnavailable
            Nobody knows; nothing may be answered.
        """
        things_of = {
            name: thing for thing in things for name in self._keys.names_of(thing)
        }
        if not things_of:
            return {}
        now = self._clock.now()
        found: dict[str, Hold] = {}
        for row in self._read(_HELD, names=list(things_of), now=now):
            hold = self._rebased(_hold_of(row, things_of[row["name"]]), now)
            known = found.get(hold.thing)
            if known is None or known.until < hold.until:
                found[hold.thing] = hold
        return found

    def nth_newest(self, thing: str, nth: int, since: datetime) -> datetime | None:
        """Return when the nth newest of what was counted was; None where there is none.

        What bears a moment that is still to come, because the clock was set back,
        counts too: nobody is forgotten by setting a clock.
        """
        names = self._keys.names_of(thing)
        for row in self._read(_NTH_NEWEST, names=names, since=since, before=nth - 1):
            moment: datetime = row["counted_at"]
            return moment
        return None

    def items(self, thing: str, most: int, since: datetime) -> Mapping[str, datetime]:
        """Return the newest items of a thing, by their names, newest first."""
        names = self._keys.names_of(thing)
        rows = self._read(_ITEMS, names=names, since=since, most=most)
        return {row["item"]: row["newest"] for row in rows}

    def known(
        self, thing: str, items: Sequence[str], since: datetime
    ) -> frozenset[str]:
        """Return which of these items were counted with a thing."""
        if not items:
            return frozenset()
        item_of = {self.item_name(item): item for item in items}
        names = self._keys.names_of(thing)
        rows = self._read(_KNOWN, names=names, items=list(item_of), since=since)
        return frozenset(item_of[row["item"]] for row in rows)

    def item_name(self, item: str) -> str:
        """Return what an item is called in the rows."""
        return self._keys.name_of(item)

    def all(self) -> list[Hold]:
        """Return what is in force now, alerts too, the newest first."""
        rows = self._read(_IN_FORCE, now=self._clock.now())
        return [replace(_hold_of(row, ""), event=row["event"]) for row in rows]

    def lift(self, reference: str) -> bool:
        """End a hold and forget what led to it; tell whether there was one."""
        return self._write(partial(_lift, reference)) > 0

    def _rebased(self, hold: Hold, now: datetime) -> Hold:
        if hold.since <= now or hold.is_endless:
            return hold
        back = hold.since - now
        moved = replace(
            hold, since=now, until=hold.until - back, told_until=hold.told_until - back
        )
        self._write(partial(_move, moved))
        return moved

    def _read(self, query: Select[Any], **asked: object) -> Sequence[RowMapping]:
        if self._connection is not None:
            return self._connection.execute(query, asked).mappings().all()
        with reading(self._engine) as connection:
            return connection.execute(query, asked).mappings().all()


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


def _hold_of(row: RowMapping, thing: str) -> Hold:
    return Hold(
        thing=thing,
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
    )


def _move(hold: Hold, connection: Connection) -> int:
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
