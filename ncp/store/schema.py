"""The tables, in SQLAlchemy Core, for SQLite and PostgreSQL alike.

Columns of type ``LargeBinary`` are sealed (``ncp.store.sealing``); ``key_id`` names the
key of their row and ``delete_after`` the moment at which the row has to go. The
migrations make these tables; a test compares the two.

Spec: ARCHITECTURE "Personal data at rest" and "Duplicates are normal".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
)

from ncp.store.deed_records import HOLDING_STATES, UNSETTLED_STATES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment as microseconds since 1970 UTC: exact and ordered in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        del dialect
        return None if value is None else instant(value)


def microseconds(moment: datetime) -> int:
    """Return a moment as :class:`Instant` keeps it."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(kept: int) -> datetime:
    """Return the moment that :class:`Instant` keeps so."""
    return _EPOCH + timedelta(microseconds=kept)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _sequence() -> Column[int]:
    """Return a key that only grows and is never used again."""
    # SQLite counts only in a column that is INTEGER to the letter.
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("sequence", kind, primary_key=True, autoincrement=True)


def _is_logged() -> tuple[Column[int], Column[str]]:
    """Return where a row stands in the log, and what shows that we wrote it."""
    return Column("log_index", BigInteger), Column("row_mac", String(64))


def _delete_after(*, index: bool = True) -> Column[datetime]:
    return Column("delete_after", Instant, nullable=False, index=index)


messages = Table(
    "messages",
    metadata,
    _sequence(),
    Column("row_id", String(32), nullable=False, unique=True),
    Column("exchange_id", String(32), nullable=False, index=True),
    Column("recorded_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("peer", String(2)),
    Column("direction", String(8), nullable=False),
    Column("transaction_code", String(16)),
    Column("message_id", Text),
    Column("body_hash", String(64)),
    Column("sighting", String(16), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("condition", String(64)),
    Column("sentence", Text),
    # In the clear: others are shown the very bytes that were logged.
    Column("evidence", Text),
    Column("key_id", String(16), nullable=False),
    Column("decisions", LargeBinary, nullable=False),
    _delete_after(index=False),
    *_is_logged(),
    sqlite_autoincrement=True,
)

audit_events = Table(
    "audit_events",
    metadata,
    _sequence(),
    Column("event_id", String(32), nullable=False, unique=True),
    Column("exchange_id", String(32), nullable=False, index=True),
    Column("recorded_at", Instant, nullable=False),
    Column("occurred_at", Instant, nullable=False, index=True),
    Column("event", String(32), nullable=False),
    Column("side", String(1)),
    Column("outcome", Integer, nullable=False),
    Column("document_kind", String(64)),
    Column("key_id", String(16), nullable=False),
    # What was recorded before the facts were, in the form that was kept then.
    Column("dicom", LargeBinary),
    Column("facts", LargeBinary),
    # The names of persons and things it is found by, which only our key can make.
    Column("terms", Text),
    _delete_after(index=False),
    *_is_logged(),
    sqlite_autoincrement=True,
)

# The terms of events that have their place in the log. Beginning with the block of the
# log that an event stands in, what is added stands together however long the log is.
audit_index = Table(
    "audit_index",
    metadata,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("term", String(64), primary_key=True),
    Column("event_sequence", BigInteger, primary_key=True, autoincrement=False),
    _delete_after(),
    sqlite_with_rowid=False,
)

# A MessageID has no bound of its own, so its digest is what is unique.
sightings = Table(
    "sightings",
    metadata,
    Column("row_id", String(32), primary_key=True),
    Column("peer", String(2), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("message_digest", String(64), nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("first_seen", Instant, nullable=False),
    _delete_after(),
    UniqueConstraint("peer", "direction", "message_digest"),
)

# Issuer and id of an assertion have no bound either; their digest names it.
assertion_uses = Table(
    "assertion_uses",
    metadata,
    Column("assertion_digest", String(64), primary_key=True),
    Column("peer", String(2), nullable=False),
    Column("first_presented", Instant, nullable=False),
    _delete_after(),
)

# Who asked is a keyed digest: enough to count by, not to know whom.
token_issues = Table(
    "token_issues",
    metadata,
    Column("row_id", String(32), primary_key=True),
    Column("professional_pseudonym", String(64), nullable=False, index=True),
    Column("issued_at", Instant, nullable=False),
    _delete_after(),
)

# Of whom something is counted is a keyed digest too; so is what was counted with it.
# Counts are read and written while a peer waits: those of one name stand together.
restraint_counts = Table(
    "restraint_counts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("counted_at", Instant, primary_key=True, autoincrement=False),
    Column("row_id", String(32), primary_key=True),
    _delete_after(),
    sqlite_with_rowid=False,
)

restraint_holds = Table(
    "restraint_holds",
    metadata,
    Column("reference", String(32), primary_key=True),
    Column("name", String(64), nullable=False, index=True),
    Column("rule", String(64), nullable=False),
    Column("side", String(1), nullable=False),
    Column("per", String(32), nullable=False),
    Column("action", String(16), nullable=False),
    Column("country", String(2), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("exchange_id", String(32), nullable=False),
    _delete_after(),
)

issued_documents = Table(
    "issued_documents",
    metadata,
    Column("row_id", String(32), primary_key=True),
    Column("document_id", String(128), nullable=False),
    Column("patient_pseudonym", String(64), nullable=False),
    Column("document_kind", String(64), nullable=False),
    Column("created", Instant, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("language", String(35)),
    Column("key_id", String(16), nullable=False),
    Column("patient", LargeBinary, nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("content", LargeBinary),
    _delete_after(),
    UniqueConstraint("document_id", "patient_pseudonym"),
)

treatments = Table(
    "treatments",
    metadata,
    Column("handle", String(128), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("purpose_of_use", String(32), nullable=False),
    Column("expires", Instant, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("patient", LargeBinary, nullable=False),
    Column("professional_id", LargeBinary, nullable=False),
    Column("hcp_assertion", LargeBinary, nullable=False),
    Column("trc_assertion", LargeBinary),
    _delete_after(),
)

listed_entries = Table(
    "listed_entries",
    metadata,
    Column("handle", String(128), primary_key=True),
    Column("treatment_handle", String(128), nullable=False, index=True),
    Column("expires", Instant, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    _delete_after(),
)

LOGGED = (messages, audit_events)
"""The tables whose rows stand in the log; the order in which new rows are taken up."""

# Rows that wait for their place in the log are found without looking at all others. The
# two other indexes are of rows that have one: so nobody waits for them to be written.
for _table in LOGGED:
    _is_waiting = _table.c.log_index.is_(None)
    _has_place = _table.c.log_index.is_not(None)
    Index(
        f"ix_{_table.name}_unlogged",
        _table.c.sequence,
        sqlite_where=_is_waiting,
        postgresql_where=_is_waiting,
    )
    Index(
        f"ix_{_table.name}_log_index",
        _table.c.log_index,
        unique=True,
        sqlite_where=_has_place,
        postgresql_where=_has_place,
    )
    Index(
        f"ix_{_table.name}_delete_after",
        _table.c.delete_after,
        sqlite_where=_has_place,
        postgresql_where=_has_place,
    )

# What is left of a record when its time is over: hashes, no data. Never deleted.
log_entries = Table(
    "log_entries",
    metadata,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(32), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("delete_after", Instant, nullable=False),
    Column("content_hash", String(64), nullable=False),
    UniqueConstraint("source", "sequence"),
)

# One row: the name of the log, its size, and what appending needs of its tree.
log_state = Table(
    "log_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("log_id", String(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("roots", Text, nullable=False),
)

tree_heads = Table(
    "tree_heads",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", Instant, nullable=False),
    Column("signed_head", Text, nullable=False),
)

# Time stamps on heads, as tokens of RFC 3161 in base64.
time_stamps = Table(
    "time_stamps",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", Instant, nullable=False),
    Column("token", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", Instant, nullable=False),
)

# What was submitted, until it is known what became of it.
sent_submissions = Table(
    "sent_submissions",
    metadata,
    Column("handle", String(64), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("submission", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    _delete_after(),
)

# What our pharmacies do on prescriptions from abroad. ``live_prescription`` is there
# while a prescription is, or may be, dispensed: the database itself lets one at a time.
foreign_dispensations = Table(
    "foreign_dispensations",
    metadata,
    Column("handle", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("pharmacy", String(200), nullable=False),
    Column("order_digest", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("patient_pseudonym", String(64), nullable=False, index=True),
    Column("live_prescription", String(64), unique=True),
    Column("state", String(24), nullable=False),
    Column("claimed_until", Instant),
    Column("prepared_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    Column("key_id", String(16), nullable=False),
    Column("patient", LargeBinary, nullable=False),
    Column("details", LargeBinary, nullable=False),
    Column("document", LargeBinary, nullable=False),
    _delete_after(),
    UniqueConstraint("pharmacy", "order_digest"),
)

# What is to be told to others, until it is proven that they have it.
outbox = Table(
    "outbox",
    metadata,
    _sequence(),
    Column("letter_id", String(64), nullable=False),
    Column("destination", String(24), nullable=False),
    Column("node", String(128), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(8), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("gives_up_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("key_id", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    _delete_after(),
    UniqueConstraint("destination", "letter_id"),
    sqlite_autoincrement=True,
)

# The first letter of a node, however many wait behind it; and the dead ones apart.
Index(
    "ix_outbox_standing",
    outbox.c.destination,
    outbox.c.state,
    outbox.c.node,
    outbox.c.sequence,
)

# What another country had done to a prescription of ours, and how far it has come. The
# name of the prescription is a keyed digest. A dispensation that stands, or may come to
# stand, holds its prescription: no second one gets into these states.
dispensing_deeds = Table(
    "dispensing_deeds",
    metadata,
    Column("deed_id", String(32), primary_key=True),
    Column("peer", String(2), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("document_digest", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("refusal", String(64)),
    Column("sentence", Text),
    Column("prescription_name", String(64)),
    Column("received_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("recorded_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Instant),
    Column("claim", String(32)),
    Column("claimed_until", Instant),
    Column("key_id", String(16), nullable=False),
    Column("details", LargeBinary, nullable=False),
    Column("content", LargeBinary),
    _delete_after(),
    UniqueConstraint("peer", "operation", "document_digest"),
)

_HOLDS_PRESCRIPTION = and_(
    dispensing_deeds.c.operation == "dispense",
    dispensing_deeds.c.state.in_(HOLDING_STATES),
)
Index(
    "uq_dispensing_deeds_prescription",
    dispensing_deeds.c.prescription_name,
    unique=True,
    sqlite_where=_HOLDS_PRESCRIPTION,
    postgresql_where=_HOLDS_PRESCRIPTION,
)
Index(
    "ix_dispensing_deeds_unsettled",
    dispensing_deeds.c.next_attempt,
    sqlite_where=dispensing_deeds.c.state.in_(UNSETTLED_STATES),
    postgresql_where=dispensing_deeds.c.state.in_(UNSETTLED_STATES),
)

# One row, written to find out whether the database can be written again.
probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("moment", Instant, nullable=False),
)

PERISHABLE = (
    messages,
    audit_events,
    audit_index,
    sightings,
    assertion_uses,
    token_issues,
    restraint_counts,
    restraint_holds,
    issued_documents,
    treatments,
    listed_entries,
    sent_submissions,
    foreign_dispensations,
    outbox,
    dispensing_deeds,
)
"""Every table whose rows have to go at ``delete_after``."""

__all__ = [
    "LOGGED",
    "PERISHABLE",
    "Instant",
    "assertion_uses",
    "audit_events",
    "audit_index",
    "dispensing_deeds",
    "foreign_dispensations",
    "instant",
    "issued_documents",
    "leases",
    "listed_entries",
    "log_entries",
    "log_state",
    "messages",
    "metadata",
    "microseconds",
    "outbox",
    "probe",
    "restraint_counts",
    "restraint_holds",
    "sent_submissions",
    "sightings",
    "time_stamps",
    "token_issues",
    "treatments",
    "tree_heads",
]
