"""Counts against abuse stand together by whom they are of, and nowhere else.

Each is written while a peer waits: every further index is a page more in its commit.
Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_restraint_counts_delete_after", "restraint_counts")
    op.drop_index("ix_restraint_counts_name", "restraint_counts")
    op.rename_table("restraint_counts", "old_counts")
    if op.get_bind().dialect.name == "postgresql":
        # There the name of a key is one for all tables.
        op.drop_constraint("pk_restraint_counts", "old_counts")
    op.create_table(
        "restraint_counts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "name", "item", "counted_at", "row_id", name="pk_restraint_counts"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_restraint_counts_delete_after", "restraint_counts", ["delete_after"]
    )
    op.execute(
        "INSERT INTO restraint_counts (name, item, counted_at, row_id, delete_after) "
        "SELECT name, item, counted_at, row_id, delete_after FROM old_counts"
    )
    op.drop_table("old_counts")
