"""The log over messages and audit events: places, tree, heads, leases.

Rows of before the log get their place when the sequencer first runs; they carry no MAC.
Moments are microseconds since 1970 UTC; hashes are hexadecimal.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOGGED = ("messages", "audit_events")


def upgrade() -> None:
    for table in LOGGED:
        op.add_column(table, sa.Column("log_index", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("row_mac", sa.String(length=64), nullable=True))
        op.create_index(f"ix_{table}_log_index", table, ["log_index"], unique=True)
        op.create_index(
            f"ix_{table}_unlogged",
            table,
            ["sequence"],
            sqlite_where=sa.text("log_index IS NULL"),
            postgresql_where=sa.text("log_index IS NULL"),
        )
    op.create_table(
        "log_entries",
        sa.Column("log_index", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name="pk_log_entries"),
        sa.UniqueConstraint("source", "sequence", name="uq_log_entries_source"),
    )
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("log_id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_state"),
    )
    op.create_table(
        "tree_heads",
        sa.Column("size", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("signed_head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_tree_heads"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
