"""What a pharmacy of ours does on a prescription from abroad, kept before it is done.

Each change replaces the row in the version that it was made from: of two who change the
same one, the second changes nothing. A prescription is live in one row at a time, and
the database itself sees to it.

Spec: sheet 06 §7.3 (states of country B) / ARCHITECTURE "a second lock is on the
prescription".
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine, Select, select

from ncp.ports import Clock
from ncp.store import schema
from ncp.store.deletion import Deletion
from ncp.store.insertion import Insertion
from ncp.store.readers import reading
from ncp.store.rows import Row, Values
from ncp.store.sealing import KeyRing, Place
from trust.identifiers import CountryCode, PatientId

_TABLE: Final = schema.foreign_dispensations
INSERT: Final = Insertion(_TABLE)
DELETE_VERSION: Final = Deletion(_TABLE, "handle", "version")


class DispensationState(StrEnum):
    """How far a dispensation has come; what is not known is never taken for known.

    ``SENDING`` and ``DISCARDING`` are written before a byte leaves: found after a
    crash, they mean unknown.
    """

    PREPARED = "prepared"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DISPENSED = "dispensed"
    REFUSED = "refused"
    DISCARDING = "discarding"
    DISCARD_UNKNOWN = "discard-unknown"
    DISCARDED = "discarded"

    @property
    def is_live(self) -> bool:
        """Whether the prescription is, or may be, dispensed by it."""
        return self not in _NOT_LIVE

    @property
    def is_open(self) -> bool:
        """Whether it is not known what the other country has done."""
        return self in _OPEN


_NOT_LIVE: Final = frozenset(
    {
        DispensationState.PREPARED,
        DispensationState.REFUSED,
        DispensationState.DISCARDED,
    }
)
_OPEN: Final = frozenset(
    {
        DispensationState.SENDING,
        DispensationState.UNKNOWN,
        DispensationState.DISCARDING,
        DispensationState.DISCARD_UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class ForeignDispensation:
    """One dispensation on a prescription from abroad, as it stands.

    Attributes
    ----------
    version
        Counts the changes; the first is 1.
    pharmacy
        Who may see and change it.
    order_key
        The key under which the pharmacy's software ordered it; with ``content_hash``
        it tells the same order from another.
    prescription
        The country's own id of it, ``root^extension``.
    claimed_until
        Until when somebody is at it.
    details
        What else is known, in the words of the use case.
    document
        The eDispensation, the same bytes at every attempt.
    """

    handle: str
    version: int
    pharmacy: str
    order_key: str
    content_hash: str
    country: CountryCode
    patient: PatientId = field(repr=False)
    prescription: str = field(repr=False)
    state: DispensationState
    claimed_until: datetime | None
    prepared_at: datetime
    changed_at: datetime
    details: bytes = field(repr=False)
    document: bytes = field(repr=False)
    delete_after: datetime


def dispensation_values(keys: KeyRing, kept: ForeignDispensation) -> Values:
    """Return the row of a dispensation."""
    place = _place(kept.handle)
    live = prescription_names(keys, kept.country, kept.prescription)[-1]
    identity = f"{kept.patient.cx}\n{kept.prescription}\n{kept.order_key}".encode()
    return {
        "handle": kept.handle,
        "version": kept.version,
        "pharmacy": kept.pharmacy,
        "order_digest": order_digest(kept.order_key),
        "content_hash": kept.content_hash,
        "country": kept.country,
        "patient_pseudonym": keys.pseudonym(kept.patient),
        "live_prescription": live if kept.state.is_live else None,
        "state": kept.state.value,
        "claimed_until": kept.claimed_until,
        "prepared_at": kept.prepared_at,
        "changed_at": kept.changed_at,
        "key_id": keys.current_id,
        "patient": keys.seal(place, "patient", identity),
        "details": keys.seal(place, "details", kept.details),
        "document": keys.seal(place, "document", kept.document),
        "delete_after": kept.delete_after,
    }


def read_dispensation(keys: KeyRing, row: Row) -> ForeignDispensation:
    """Return the dispensation of a row."""
    place = _place(row["handle"])

    def unseal(column: str) -> bytes:
        return keys.unseal(place, column, row["key_id"], row[column])

    patient, prescription, order_key = unseal("patient").decode().split("\n", 2)
    return ForeignDispensation(
        handle=row["handle"],
        version=row["version"],
        pharmacy=row["pharmacy"],
        order_key=order_key,
        content_hash=row["content_hash"],
        country=CountryCode(row["country"]),
        patient=PatientId.from_cx(patient),
        prescription=prescription,
        state=DispensationState(row["state"]),
        claimed_until=row["claimed_until"],
        prepared_at=row["prepared_at"],
        changed_at=row["changed_at"],
        details=unseal("details"),
        document=unseal("document"),
        delete_after=row["delete_after"],
    )


def order_digest(order_key: str) -> str:
    """Return by what the order of a pharmacy is found again."""
    return hashlib.sha256(order_key.encode()).hexdigest()


def prescription_names(
    keys: KeyRing, country: CountryCode, prescription: str
) -> list[str]:
    """Return the names of a prescription under every key, the current one last."""
    return keys.names_of(f"{country}\x1f{prescription}")


def _place(handle: str) -> Place:
    return Place(_TABLE.name, handle)


class ForeignDispensationReader:
    """Reads what our pharmacies do on prescriptions from abroad."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock

    def load(self, handle: str) -> ForeignDispensation | None:
        """Return a dispensation as it stands."""
        return self._one(self._kept().where(_TABLE.c.handle == handle))

    def ordered(self, pharmacy: str, order_key: str) -> ForeignDispensation | None:
        """Return what a pharmacy ordered under a key."""
        return self._one(
            self._kept()
            .where(_TABLE.c.pharmacy == pharmacy)
            .where(_TABLE.c.order_digest == order_digest(order_key))
        )

    def live(self, country: CountryCode, prescription: str) -> str | None:
        """Return the handle of what dispenses, or may dispense, a prescription."""
        names = prescription_names(self._keys, country, prescription)
        query = select(_TABLE.c.handle).where(_TABLE.c.live_prescription.in_(names))
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).scalar_one_or_none()

    def of_patient(
        self, country: CountryCode, patient: PatientId
    ) -> Sequence[ForeignDispensation]:
        """Return all for a patient, of every pharmacy, the newest change first."""
        pseudonyms = self._keys.pseudonyms(patient)
        return self._all(
            self._kept()
            .where(_TABLE.c.country == country)
            .where(_TABLE.c.patient_pseudonym.in_(pseudonyms))
        )

    def of_pharmacy(self, pharmacy: str, since: datetime) -> list[ForeignDispensation]:
        """Return what a pharmacy did or changed since then, the newest first."""
        return self._all(
            self._kept()
            .where(_TABLE.c.pharmacy == pharmacy)
            .where(_TABLE.c.changed_at >= since)
        )

    def _kept(self) -> Select[tuple[object, ...]]:
        return select(_TABLE).where(_TABLE.c.delete_after > self._clock.now())

    def _one(self, query: Select[tuple[object, ...]]) -> ForeignDispensation | None:
        with reading(self._engine) as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return None if row is None else read_dispensation(self._keys, row)

    def _all(self, query: Select[tuple[object, ...]]) -> list[ForeignDispensation]:
        newest_first = query.order_by(_TABLE.c.changed_at.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(newest_first).mappings().all()
        return [read_dispensation(self._keys, row) for row in rows]
