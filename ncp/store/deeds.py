"""The rows of deeds: each change compares what was read, and is on disk at the end.

A deed is worked on by whoever claimed it. A claim ends by itself; what its holder still
wants to write then is refused, because the row is no longer as it was read.

Spec: ARCHITECTURE "Dispensation", "nothing that matters only in memory".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.ports import Clock
from ncp.store import lease as leases
from ncp.store import schema
from ncp.store.deed_records import (
    HOLDING_STATES,
    UNSETTLED_STATES,
    Change,
    Deed,
    DeedMoved,
    DeedState,
    PrescriptionHeld,
)
from ncp.store.errors import StoreUnavailable
from ncp.store.readers import reading
from ncp.store.rows import Row, Values
from ncp.store.sealing import KeyRing, Place
from ncp.store.writer import Job, T, Writer
from trust.identifiers import CountryCode

_TABLE = schema.dispensing_deeds
_INSERT = insert(_TABLE)
# Built once: putting a statement together costs as much as running it.
_OF_DOCUMENT = (
    select(_TABLE)
    .where(_TABLE.c.peer == bindparam("of_peer"))
    .where(_TABLE.c.operation == bindparam("of_operation"))
    .where(_TABLE.c.document_digest == bindparam("of_document"))
)
_OF_ID = select(_TABLE).where(_TABLE.c.deed_id == bindparam("of_deed"))
_HOLDERS = (
    select(_TABLE)
    .where(_TABLE.c.prescription_name.in_(bindparam("of_names", expanding=True)))
    .where(_TABLE.c.operation == "dispense")
    .where(_TABLE.c.state.in_(HOLDING_STATES))
)
_PAGE = 500
_UNSETTLED = (
    select(_TABLE)
    .where(_TABLE.c.state.in_(UNSETTLED_STATES))
    .where(or_(_TABLE.c.claim.is_(None), _TABLE.c.claimed_until <= bindparam("now")))
    .where(
        or_(_TABLE.c.next_attempt.is_(None), _TABLE.c.next_attempt <= bindparam("now"))
    )
    .order_by(_TABLE.c.received_at)
    .limit(_PAGE)
)
_IN_STATE = (
    update(_TABLE)
    .where(_TABLE.c.deed_id == bindparam("of_deed"))
    .where(_TABLE.c.state == bindparam("of_state"))
)
_CLAIM = _IN_STATE.where(
    or_(_TABLE.c.claim.is_(None), _TABLE.c.claimed_until <= bindparam("now"))
)
_CHANGE = _IN_STATE.where(func.coalesce(_TABLE.c.claim, "") == bindparam("of_claim"))
_LEASE = "dispensing"


class DeedBook:
    """The deeds of one store."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        keys: KeyRing,
        clock: Clock,
        kept: timedelta,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._keys = keys
        self._clock = clock
        self._kept = kept

    # --- writing -----------------------------------------------------------------

    def receive(self, deed: Deed) -> Deed:
        """Keep a new deed; return it, or the one that is known of this document."""
        known = self.find(deed.peer, deed.operation, deed.document_unique_id)
        if known is not None:
            return known
        values = self._values(deed)
        try:
            self._write(partial(_insert, values))
        except IntegrityError:
            known = self.find(deed.peer, deed.operation, deed.document_unique_id)
            if known is None:
                raise _unwritten() from None
            return known
        return deed

    def claim(self, deed: Deed, claim: str, until: datetime) -> Deed:
        """Begin to work on a deed that nobody works on.

        Raises
        ------
        DeedMoved
            Somebody does, or it is no longer as it was read.
        """
        values = {
            "of_deed": deed.id,
            "of_state": deed.state.value,
            "now": self._clock.now(),
            "claim": claim,
            "claimed_until": until,
        }
        self._write(partial(_one, _CLAIM, values))
        return replace(deed, claim=claim, claimed_until=until)

    def change(self, *changes: Change) -> None:
        """Write changes, all or none.

        Raises
        ------
        DeedMoved
            A deed is no longer in the state, or in the claim, in which it was read.
        PrescriptionHeld
            Another dispensation holds the prescription.
        """
        try:
            self._write(partial(self._change, changes))
        except IntegrityError as error:
            raise PrescriptionHeld from error

    def take_turn(self, holder: str, lasts: timedelta) -> bool:
        """Whether this process is the one that reconciles now."""
        take = partial(
            leases.take,
            name=_LEASE,
            holder=holder,
            now=self._clock.now(),
            lasts=lasts,
        )
        try:
            return self._write(take) is not None
        except IntegrityError:
            return False  # another process took it for the first time ever

    def _change(self, changes: Sequence[Change], connection: Connection) -> None:
        for each in changes:
            self._refuse_held(connection, each.after)
            before = each.before
            values = {
                "of_deed": before.id,
                "of_state": before.state.value,
                "of_claim": before.claim or "",
                **self._values(each.after),
            }
            _one(_CHANGE, values, connection)

    def _refuse_held(self, connection: Connection, deed: Deed) -> None:
        """Look for a holder under every key; the index knows only the current one's."""
        if deed.prescription is None or deed.state not in HOLDING_STATES:
            return
        names = self._keys.names_of(deed.prescription)
        held = connection.execute(_HOLDERS, {"of_names": names}).mappings()
        if any(row["deed_id"] != deed.id for row in held):
            raise PrescriptionHeld

    def _write(self, job: Job[T]) -> T:
        try:
            return self._writer.submit(job)
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _unwritten() from error

    # --- reading -----------------------------------------------------------------

    def find(
        self, peer: CountryCode, operation: str, document_unique_id: str
    ) -> Deed | None:
        """Return what is known of a document of a peer."""
        return self._first(
            _OF_DOCUMENT,
            {
                "of_peer": peer,
                "of_operation": operation,
                "of_document": _digest(document_unique_id),
            },
        )

    def load(self, deed_id: str) -> Deed | None:
        """Return a deed by its own id."""
        return self._first(_OF_ID, {"of_deed": deed_id})

    def holder(self, prescription: str) -> Deed | None:
        """Return the dispensation that holds a prescription, if there is one."""
        names = self._keys.names_of(prescription)
        return self._first(_HOLDERS, {"of_names": names})

    def unsettled(self, now: datetime) -> Sequence[Deed]:
        """Return what nobody works on and the register has to be asked about now."""
        with reading(self._engine) as connection:
            found = connection.execute(_UNSETTLED, {"now": now}).mappings().all()
        return [self._read(row) for row in found]

    def all(self, state: DeedState | None = None) -> Iterator[Deed]:
        """Read the deeds, the newest first."""
        query = select(_TABLE).order_by(_TABLE.c.received_at.desc(), _TABLE.c.deed_id)
        if state is not None:
            query = query.where(_TABLE.c.state == state)
        offset = 0
        while True:
            with reading(self._engine) as connection:
                page = connection.execute(query.limit(_PAGE).offset(offset))
                found = page.mappings().all()
            yield from map(self._read, found)
            if len(found) < _PAGE:
                return
            offset += _PAGE

    def _first(self, query: Select[Any], values: Mapping[str, object]) -> Deed | None:
        with reading(self._engine) as connection:
            row = connection.execute(query, values).mappings().first()
        return None if row is None else self._read(row)

    # --- rows --------------------------------------------------------------------

    def _values(self, deed: Deed) -> Values:
        keys, place = self._keys, Place(_TABLE.name, deed.id)
        sealed = {
            "document_unique_id": deed.document_unique_id,
            "prescription": deed.prescription,
            "details": dict(deed.details),
        }
        clear = json.dumps(sealed, ensure_ascii=False, separators=(",", ":")).encode()
        return {
            "deed_id": deed.id,
            "peer": deed.peer,
            "operation": deed.operation,
            "document_digest": _digest(deed.document_unique_id),
            "content_hash": deed.content_hash,
            "state": deed.state.value,
            "refusal": deed.refusal,
            "sentence": deed.sentence,
            "prescription_name": deed.prescription
            and keys.names_of(deed.prescription)[-1],
            "received_at": deed.received_at,
            "changed_at": deed.changed_at,
            "recorded_at": deed.recorded_at,
            "attempts": deed.attempts,
            "next_attempt": deed.next_attempt,
            "claim": deed.claim,
            "claimed_until": deed.claimed_until,
            "key_id": keys.current_id,
            "details": keys.seal(place, "details", clear),
            "content": keys.seal_optional(place, "content", deed.content),
            "delete_after": deed.changed_at + self._kept,
        }

    def _read(self, row: Row) -> Deed:
        keys, place, key = self._keys, Place(_TABLE.name, row["deed_id"]), row["key_id"]
        sealed = json.loads(keys.unseal(place, "details", key, row["details"]))
        return Deed(
            id=row["deed_id"],
            peer=CountryCode(row["peer"]),
            operation=row["operation"],
            document_unique_id=sealed["document_unique_id"],
            content_hash=row["content_hash"],
            state=DeedState(row["state"]),
            received_at=row["received_at"],
            changed_at=row["changed_at"],
            details=sealed["details"],
            content=keys.unseal_optional(place, "content", key, row["content"]),
            prescription=sealed["prescription"],
            refusal=row["refusal"],
            sentence=row["sentence"],
            recorded_at=row["recorded_at"],
            attempts=row["attempts"],
            next_attempt=row["next_attempt"],
            claim=row["claim"],
            claimed_until=row["claimed_until"],
        )


def _insert(values: Values, connection: Connection) -> None:
    connection.execute(_INSERT, values)


def _one(
    statement: Update, values: Mapping[str, object], connection: Connection
) -> None:
    if connection.execute(statement, values).rowcount != 1:
        raise DeedMoved


def _digest(document_unique_id: str) -> str:
    # A unique id of a document has no bound of its own; its digest is what is unique.
    return hashlib.sha256(document_unique_id.encode()).hexdigest()


def _unwritten() -> StoreUnavailable:
    return StoreUnavailable(
        "the deed could not be recorded",
        "check the database; its schema must be that of this release",
    )
