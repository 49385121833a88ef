"""Who guessed of late and was wrong, by a name nobody else can make.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_attempts",
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("attempted_at", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_failed_attempts"),
    )
    op.create_index(
        "ix_failed_attempts_delete_after", "failed_attempts", ["delete_after"]
    )
    op.create_index("ix_failed_attempts_name", "failed_attempts", ["name"])
