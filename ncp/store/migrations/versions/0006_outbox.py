"""What is to be told to others: registers, repositories, the national access log.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("sequence", key, nullable=False, autoincrement=True),
        sa.Column("letter_id", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.String(length=24), nullable=False),
        sa.Column("node", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("gives_up_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("destination", "letter_id", name="uq_outbox_destination"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_delete_after", "outbox", ["delete_after"])
    op.create_index(
        "ix_outbox_standing", "outbox", ["destination", "state", "node", "sequence"]
    )
