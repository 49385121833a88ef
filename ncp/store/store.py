"""The store: opened once, shared by all threads of a process.

Spec: ARCHITECTURE "ncp/store" and "Decisions already taken".
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from cryptography import x509
from sqlalchemy import (
    Connection,
    Engine,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.evidence.head_stamps import StampCheck
from ncp.evidence.tree_head import SignedTreeHead
from ncp.ports import Clock, FreshIds, RandomIds
from ncp.store import lease as leases
from ncp.store import migrations, schema
from ncp.store.assertion_uses import AssertionClaims
from ncp.store.data_key import DataKey
from ncp.store.deeds import DeedBook
from ncp.store.engine import open_engine
from ncp.store.errors import StoreConflict, StoreUnavailable
from ncp.store.foreign_dispensations import ForeignDispensationReader
from ncp.store.gap import RecordingGap
from ncp.store.log_report import LogReport
from ncp.store.log_verification import verify_log
from ncp.store.outbox import Destination, Outbox
from ncp.store.purging import purge_table
from ncp.store.readers import (
    IssuedDocumentReader,
    ListedEntryReader,
    SentSubmissionReader,
    TreatmentReader,
    reading,
)
from ncp.store.record_log import RecordLog
from ncp.store.record_reader import RecordReader
from ncp.store.records import (
    Sighting,
    StoreHealth,
)
from ncp.store.restraints import RestraintBook
from ncp.store.sealing import KeyRing
from ncp.store.sightings import Sightings
from ncp.store.statements import Statements
from ncp.store.time_stamps import TimeStamps
from ncp.store.token_issues import IssueLimit, TokenIssues
from ncp.store.unit_of_work import (
    Retention,
    StoreUnitOfWork,
    WorkContext,
)
from ncp.store.writer import Job, T, Writer
from trust.assertions import AssertionUse
from trust.identifiers import CountryCode

_INSERT_PROBE = insert(schema.probe)
_DELETE_PROBE = delete(schema.probe)


class Store(RecordReader):
    """Everything the gateway remembers.

    Open it with :meth:`open`; call :meth:`migrate` before the first use; close it.
    """

    def __init__(
        self,
        engine: Engine,
        keys: KeyRing,
        clock: Clock,
        ids: FreshIds,
        retention: Retention,
        node: str,
        repositories: Sequence[Destination],
    ) -> None:
        super().__init__(engine, keys)
        self._clock = clock
        self._writer = Writer(engine)
        self._work_context = WorkContext(
            keys,
            ids,
            clock,
            retention,
            node,
            tuple(repositories),
            self._write_statements,
        )
        self.gap = RecordingGap()
        self.outbox = Outbox(engine, self._writer, keys, clock, ids)
        self.log = RecordLog(engine, self._writer, clock, ids)
        self.time_stamps = TimeStamps(engine, self._writer)
        self._sightings = Sightings(engine, self.unit_of_work)
        self._claims = AssertionClaims(engine, self._writer, clock)
        self.deeds = DeedBook(engine, self._writer, keys, clock, retention.deeds)
        self._token_issues = TokenIssues(self._writer, keys, clock, ids)
        self.restraints = RestraintBook(engine, self._write, keys, clock, ids)
        self.issued_documents = IssuedDocumentReader(engine, keys, clock)
        self.treatments = TreatmentReader(engine, keys, clock)
        self.listed_entries = ListedEntryReader(engine, keys, clock)
        self.sent_submissions = SentSubmissionReader(engine, keys, clock)
        self.foreign_dispensations = ForeignDispensationReader(engine, keys, clock)

    @classmethod
    def open(
        cls,
        url: str,
        data_key: DataKey,
        clock: Clock,
        *,
        retired_keys: Sequence[DataKey] = (),
        ids: FreshIds | None = None,
        retention: Retention | None = None,
        node: str | None = None,
        repositories: Sequence[Destination] = (),
    ) -> Self:
        """Open the database at ``url`` and start its writer.

        Parameters
        ----------
        node
            The machine, or whatever else keeps its own order in what it tells others;
            left out, the host's name.
        repositories
            Who is to be told of audit events; each destination says of which.

        Raises
        ------
        ConfigurationError
            The URL or the place it names does not do.
        StoreUnavailable
            The database cannot be opened.
        """
        return cls(
            open_engine(url),
            KeyRing(data_key, retired_keys),
            clock,
            ids or RandomIds(),
            retention or Retention(),
            node or socket.gethostname(),
            repositories,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits, stop the writer, let go of the database."""
        self._writer.close()
        self._engine.dispose()

    def migrate(self) -> None:
        """Bring the database to the schema of this release."""
        migrations.upgrade(self._engine)

    def is_migrated(self) -> bool:
        """Return whether the database has the schema of this release."""
        with reading(self._engine) as connection:
            return migrations.is_current(connection)

    def check_keys(self) -> None:
        """Check that the first and the last event on record can be read.

        Raises
        ------
        ConfigurationError
            Their key is not configured: what stands here could not be found, and what
            is written now would not be found together with it.
        """
        table = schema.audit_events
        with reading(self._engine) as connection:
            for order in (table.c.sequence.asc(), table.c.sequence.desc()):
                key_at_end = select(table.c.key_id).order_by(order).limit(1)
                if (key_id := connection.scalar(key_at_end)) is not None:
                    self._keys.key_of(table.name, key_id)

    # --- writing -----------------------------------------------------------------

    def unit_of_work(self) -> StoreUnitOfWork:
        """Begin a unit of work; leaving it without a commit writes nothing."""
        return StoreUnitOfWork(self._work_context)

    def sighting(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Claim an inbound MessageID and say whether it was seen before.

        Of identical requests at the same instant exactly one is ``NEW``, whichever
        thread or process they came to. The claim is durable when this returns.
        """
        return self._sightings.claim(peer, message_id, body_hash)

    def seen(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Say whether an inbound MessageID was seen before, and claim nothing."""
        return self._sightings.seen(peer, message_id, body_hash)

    def presenters(
        self, uses: Sequence[AssertionUse]
    ) -> tuple[CountryCode | None, ...]:
        """Say who presented each assertion first, if anybody did; claim nothing."""
        return self._claims.presenters(uses)

    def first_presenters(self, uses: Sequence[AssertionUse]) -> tuple[CountryCode, ...]:
        """Claim assertions for who presents them; say who presented each first."""
        return self._claims.first_presenters(uses)

    def claim_issue(self, professional_id: str, limit: IssueLimit) -> datetime | None:
        """Count one more assertion for a professional, or say when there is room."""
        return self._token_issues.claim(professional_id, limit)

    def takes_turn(self, work: str, lasts: timedelta) -> bool:
        """Take or keep the lease of a background work; False while another has it.

        It is not given back: whoever had the turn keeps it for so long.
        """
        now = self._clock.now()
        job = partial(
            leases.take, name=work, holder=self.log.holder, now=now, lasts=lasts
        )
        try:
            return self._write(job) is not None
        except StoreUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                return False  # two processes took the very first lease at once
            raise

    def purge(self, now: datetime) -> Mapping[str, int]:
        """Delete every row whose time is over; return how many went from each table.

        Records go only when they have their place in the log, and letters of the outbox
        only when they are dead: first whatever has waited too long is declared so.
        """
        self.log.sequence()
        self.outbox.bury_expired(now)
        return {
            table.name: purge_table(self._write, table, now)
            for table in schema.PERISHABLE
        }

    def _write_statements(self, statements: Statements) -> None:
        try:
            self._write(statements)
        except StoreConflict:
            raise
        except StoreUnavailable:
            self.gap.begin(self._clock.now())
            raise

    def _write(self, job: Job[T]) -> T:
        try:
            return self._writer.submit(job)
        except IntegrityError as error:
            raise StoreConflict(
                "the record contradicts what was recorded before", "look, and try again"
            ) from error
        except SQLAlchemyError as error:
            raise _unwritten() from error

    # --- judging -----------------------------------------------------------------

    def verify(
        self,
        seals: Sequence[x509.Certificate],
        kept_heads: Sequence[SignedTreeHead] = (),
        stamps: StampCheck | None = None,
    ) -> LogReport:
        """Find whatever was done to the records behind the gateway's back.

        Parameters
        ----------
        seals
            The certificates by which the newest head may be signed.
        kept_heads
            Heads that were kept elsewhere.
        stamps
            By what time stamps on heads are judged; left out, they are counted only.
        """
        now = self._clock.now()
        return verify_log(self._engine, self._keys, now, seals, kept_heads, stamps)

    def health(self) -> StoreHealth:
        """Say whether the store records; after a failure, by trying to write."""
        if self._writer.has_crashed:
            return StoreHealth(False, "the writer of the store has died")
        if not self._writer.is_ailing:
            return StoreHealth(True, "the store records")
        try:
            self._write(partial(_probe, self._clock.now()))
        except StoreUnavailable as error:
            return StoreHealth(False, error.public_message)
        return StoreHealth(True, "the store records again")


def _probe(now: datetime, connection: Connection) -> None:
    connection.execute(_DELETE_PROBE)
    connection.execute(_INSERT_PROBE, {"id": 1, "moment": now})


def _unwritten() -> StoreUnavailable:
    return StoreUnavailable(
        "the record could not be written",
        "check the database; its schema must be that of this release",
    )
