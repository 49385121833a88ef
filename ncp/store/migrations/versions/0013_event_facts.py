"""Events are kept as facts, with what they are found by in their rows.

The terms of before get a block of their own in the index. Moments are microseconds since
1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("facts", sa.LargeBinary()))
    op.add_column("audit_events", sa.Column("terms", sa.Text()))
    _let_dicom_be_absent()
    op.create_table(
        "audit_index",
        sa.Column("block", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("term", sa.String(length=64), nullable=False),
        sa.Column(
            "event_sequence", sa.BigInteger(), nullable=False, autoincrement=False
        ),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "block", "term", "event_sequence", name="pk_audit_index"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_index_delete_after", "audit_index", ["delete_after"])
    op.execute(
        "INSERT INTO audit_index (block, term, event_sequence, delete_after) "
        "SELECT -1, t.term, e.sequence, t.delete_after FROM audit_terms t "
        "JOIN audit_events e ON e.event_id = t.event_id"
    )
    op.drop_table("audit_terms")


def _let_dicom_be_absent() -> None:
    """Take the constraint from the column; SQLite knows only columns made anew."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("audit_events", "dicom", nullable=True)
        return
    op.execute("ALTER TABLE audit_events RENAME COLUMN dicom TO kept")
    op.execute("ALTER TABLE audit_events ADD COLUMN dicom BLOB")
    op.execute("UPDATE audit_events SET dicom = kept")
    op.execute("ALTER TABLE audit_events DROP COLUMN kept")
