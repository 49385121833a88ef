"""What is counted against abuse, and who is held back; guesses are counted there too.

Counts of guesses live for a quarter of an hour: those of before are not taken over.
Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restraint_counts",
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_restraint_counts"),
    )
    op.create_index(
        "ix_restraint_counts_delete_after", "restraint_counts", ["delete_after"]
    )
    op.create_index(
        "ix_restraint_counts_name", "restraint_counts", ["name", "counted_at"]
    )
    op.create_table(
        "restraint_holds",
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column("per", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.String(length=32), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_restraint_holds"),
    )
    op.create_index(
        "ix_restraint_holds_delete_after", "restraint_holds", ["delete_after"]
    )
    op.create_index("ix_restraint_holds_name", "restraint_holds", ["name"])
    op.drop_table("failed_attempts")
