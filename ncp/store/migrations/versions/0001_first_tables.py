"""The first tables: messages, audit events, sightings, documents, treatments.

Moments are microseconds since 1970 UTC; sealed columns are binary.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("exchange_id", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=True),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(length=64), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("dicom", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_events"),
        sa.UniqueConstraint("event_id", name="uq_audit_events_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_events_delete_after", "audit_events", ["delete_after"])
    op.create_index("ix_audit_events_exchange_id", "audit_events", ["exchange_id"])
    op.create_index("ix_audit_events_occurred_at", "audit_events", ["occurred_at"])
    op.create_table(
        "issued_documents",
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=128), nullable=False),
        sa.Column("patient_pseudonym", sa.String(length=64), nullable=False),
        sa.Column("document_kind", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_issued_documents"),
        sa.UniqueConstraint(
            "document_id", "patient_pseudonym", name="uq_issued_documents_document_id"
        ),
    )
    op.create_index(
        "ix_issued_documents_delete_after", "issued_documents", ["delete_after"]
    )
    op.create_table(
        "listed_entries",
        sa.Column("handle", sa.String(length=128), nullable=False),
        sa.Column("treatment_handle", sa.String(length=128), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_listed_entries"),
    )
    op.create_index(
        "ix_listed_entries_delete_after", "listed_entries", ["delete_after"]
    )
    op.create_index(
        "ix_listed_entries_treatment_handle", "listed_entries", ["treatment_handle"]
    )
    op.create_table(
        "messages",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("exchange_id", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("peer", sa.String(length=2), nullable=True),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("transaction_code", sa.String(length=16), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("sighting", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("condition", sa.String(length=64), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("decisions", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_messages"),
        sa.UniqueConstraint("row_id", name="uq_messages_row_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_delete_after", "messages", ["delete_after"])
    op.create_index("ix_messages_exchange_id", "messages", ["exchange_id"])
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_probe"),
    )
    op.create_table(
        "sightings",
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("peer", sa.String(length=2), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("message_digest", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_sightings"),
        sa.UniqueConstraint(
            "peer", "direction", "message_digest", name="uq_sightings_peer"
        ),
    )
    op.create_index("ix_sightings_delete_after", "sightings", ["delete_after"])
    op.create_table(
        "treatments",
        sa.Column("handle", sa.String(length=128), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("purpose_of_use", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=False),
        sa.Column("professional_id", sa.LargeBinary(), nullable=False),
        sa.Column("hcp_assertion", sa.LargeBinary(), nullable=False),
        sa.Column("trc_assertion", sa.LargeBinary(), nullable=True),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_treatments"),
    )
    op.create_index("ix_treatments_delete_after", "treatments", ["delete_after"])
