"""Collects what belongs to one message and commits it as one.

Spec: ARCHITECTURE "The way of a request" (audit, evidence, outcome in one commit).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from ncp.audit import Auditable
from ncp.errors import InternalError, Refusal
from ncp.ports import Clock, FreshIds
from ncp.store import foreign_dispensations, rows, schema
from ncp.store.assertion_uses import claiming
from ncp.store.deletion import Deletion
from ncp.store.driver_words import Plain
from ncp.store.foreign_dispensations import ForeignDispensation
from ncp.store.insertion import Insertion
from ncp.store.log_rows import LoggedInsertion
from ncp.store.outbox.letters import Destination, Letter
from ncp.store.outbox.rows import INSERT_LETTER, letter_values
from ncp.store.records import (
    Direction,
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    SentSubmission,
    Treatment,
)
from ncp.store.restraints import (
    DELETE_ITEM,
    INSERT_COUNT,
    INSERT_HOLD,
    Count,
    Hold,
    count_values,
    hold_values,
)
from ncp.store.row_ids import RowIds
from ncp.store.sealing import KeyRing
from ncp.store.statements import Statement, Statements
from trust.assertions import AssertionUse
from trust.identifiers import CountryCode

_INSERT_MESSAGE = LoggedInsertion(schema.messages)
_INSERT_EVENT = LoggedInsertion(schema.audit_events)
_INSERT_SIGHTING = Insertion(schema.sightings)
_INSERT_ISSUED = Insertion(schema.issued_documents)
_INSERT_TREATMENT = Insertion(schema.treatments)
_INSERT_ENTRY = Insertion(schema.listed_entries)
_DELETE_ISSUED = Deletion(schema.issued_documents, "document_id", "patient_pseudonym")
_INSERT_SUBMISSION = Insertion(schema.sent_submissions)
_DELETE_SUBMISSION = Deletion(schema.sent_submissions, "handle")
_DELETE_ENTRY = Deletion(schema.listed_entries, "handle")
_DELETE_TREATMENT = Deletion(schema.treatments, "handle")


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows are kept that carry no end of their own.

    Sightings outlive the assertions (4 hours) of the messages they are about; how long
    the audit trail is kept is for national law to say.
    """

    messages: timedelta = timedelta(days=366)
    audit: timedelta = timedelta(days=3653)
    sightings: timedelta = timedelta(days=1)
    deeds: timedelta = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class WorkContext:
    """What a unit of work needs from its store.

    ``node`` is whose letters keep their order among each other; ``repositories`` are
    told of every audit event that they want.
    """

    keys: KeyRing
    ids: FreshIds
    clock: Clock
    retention: Retention
    node: str
    repositories: tuple[Destination, ...]
    write: Callable[[Statements], None]


class StoreUnitOfWork:
    """A unit of work; sealing happens in the caller's thread, writing in the writer's.

    Everything in it bears the same ``exchange_id``.
    """

    def __init__(self, context: WorkContext) -> None:
        self._context = context
        self._statements: list[Statement] = []
        self._is_over = False
        self._row_ids = RowIds(context.clock, context.ids)
        self.exchange_id = self._row_ids.next()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget whatever was not committed."""
        self._is_over = True
        self._statements.clear()

    def message(self, record: MessageRecord) -> None:
        """Record the exchange."""
        row_id, kept = self._row_ids.next(), self._context.retention.messages
        values = rows.message_values(self._context.keys, row_id, record)
        self._add_logged(_INSERT_MESSAGE, values, kept)

    def audit(self, event: Auditable) -> None:
        """Record an audit event."""
        event_id, kept = self._row_ids.next(), self._context.retention.audit
        values = rows.audit_values(self._context.keys, event_id, event)
        self._add_logged(_INSERT_EVENT, values, kept)
        for destination in self._context.repositories:
            if destination.wants(event):
                # The record has the rest; it outlives every attempt.
                self.post(Letter(event_id, "audit", b""), destination)

    def sighting(self, peer: CountryCode, message_id: str, body_hash: str) -> None:
        """Claim an inbound MessageID; the commit fails where somebody was faster."""
        now = self._context.clock.now()
        values = {
            "row_id": self._row_ids.next(),
            "peer": peer,
            "direction": Direction.INBOUND.value,
            "message_digest": rows.message_digest(message_id),
            "body_hash": body_hash,
            "first_seen": now,
            "delete_after": now + self._context.retention.sightings,
        }
        self._add(_INSERT_SIGHTING, values)

    def presented(self, uses: Sequence[AssertionUse]) -> None:
        """Claim assertions; the commit fails where somebody was faster."""
        now = self._context.clock.now()
        self._require_open()
        self._statements.extend(claiming(uses, now))

    def issued_document(self, document: IssuedDocument) -> None:
        """Remember a document id that is given out; a later listing replaces it."""
        keys = self._context.keys
        for pseudonym in keys.pseudonyms(document.patient):
            self._delete(_DELETE_ISSUED, document.document_id, pseudonym)
        values = rows.issued_values(keys, self._row_ids.next(), document)
        self._add(_INSERT_ISSUED, values)

    def treatment(self, treatment: Treatment) -> None:
        """Remember a treatment; the same handle replaces it."""
        self._delete(_DELETE_TREATMENT, treatment.handle)
        values = rows.treatment_values(self._context.keys, treatment)
        self._add(_INSERT_TREATMENT, values)

    def listed_entry(self, entry: ListedEntry) -> None:
        """Remember an entry of a peer's list."""
        self._add(_INSERT_ENTRY, rows.entry_values(self._context.keys, entry))

    def submission(self, sent: SentSubmission) -> None:
        """Remember a submission; the same handle replaces it."""
        self._delete(_DELETE_SUBMISSION, sent.handle)
        values = rows.submission_values(self._context.keys, sent)
        self._add(_INSERT_SUBMISSION, values)

    def received_entry(self, entry: ListedEntry) -> None:
        """Remember an entry together with its document, in place of the entry alone."""
        self._delete(_DELETE_ENTRY, entry.handle)
        self.listed_entry(entry)

    def foreign_dispensation(self, kept: ForeignDispensation) -> None:
        """Remember a dispensation in place of the version before.

        Where that is not the newest any more, or its prescription is live elsewhere,
        the commit fails (:class:`ncp.store.StoreConflict`).
        """
        before = kept.version - 1
        self._delete(foreign_dispensations.DELETE_VERSION, kept.handle, before)
        values = foreign_dispensations.dispensation_values(self._context.keys, kept)
        self._add(foreign_dispensations.INSERT, values)

    def post(self, letter: Letter, to: Destination) -> None:
        """Put a letter into the outbox; call it once for each destination."""
        context = self._context
        now = context.clock.now()
        values = letter_values(context.keys, letter, to, context.node, now)
        self._add(INSERT_LETTER, values)

    def count(self, counted: Sequence[Count]) -> None:
        """Count what happened, for the rules against abuse."""
        self._require_open()
        now, keys = self._context.clock.now(), self._context.keys
        values = [
            count_values(keys, self._row_ids.next(), each, now) for each in counted
        ]
        added = [INSERT_COUNT.row(each) for each in values]
        self._statements.append((INSERT_COUNT, added))

    def uncount(self, thing: str, item: str) -> None:
        """Forget an item that was counted with a thing."""
        keys = self._context.keys
        of_item = keys.name_of(item)
        for name in keys.names_of(thing):
            self._delete(DELETE_ITEM, name, of_item)

    def hold(self, hold: Hold) -> None:
        """Remember that a rule was broken, with the exchange that did."""
        values = hold_values(self._context.keys, hold, self.exchange_id)
        self._add(INSERT_HOLD, values)

    def commit(self) -> None:
        """Write all of it and return when it is durable."""
        self._require_open()
        self._is_over = True
        self._context.write(Statements(tuple(self._statements)))

    def _add_logged(
        self, insertion: LoggedInsertion, values: rows.Values, kept: timedelta
    ) -> None:
        self._require_open()
        now = self._context.clock.now()
        values["exchange_id"] = self.exchange_id
        values["recorded_at"] = now
        values["delete_after"] = now + kept
        row = insertion.sealed_row(values, self._context.keys.row_mac)
        self._statements.append((insertion, [row]))

    def _add(self, insertion: Insertion, values: Mapping[str, object]) -> None:
        self._require_open()
        self._statements.append((insertion, [insertion.row(values)]))

    def _delete(self, deletion: Deletion, *known: Plain) -> None:
        self._require_open()
        self._statements.append((deletion, [known]))

    def _require_open(self) -> None:
        if self._is_over:
            raise InternalError(
                Refusal.INTERNAL, "a unit of work was used after its end"
            )
