"""What other countries had done to prescriptions of ours, and how far it has come.

Moments are microseconds since 1970 UTC; hashes and names are hexadecimal.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNSETTLED = "state IN ('recording', 'unknown')"
HOLDING = (
    "operation = 'dispense'"
    " AND state IN ('recording', 'unknown', 'recorded', 'discarding')"
)


def upgrade() -> None:
    op.create_table(
        "dispensing_deeds",
        sa.Column("deed_id", sa.String(length=32), nullable=False),
        sa.Column("peer", sa.String(length=2), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("refusal", sa.String(length=64), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("prescription_name", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("deed_id", name="pk_dispensing_deeds"),
        sa.UniqueConstraint(
            "peer", "operation", "document_digest", name="uq_dispensing_deeds_peer"
        ),
    )
    op.create_index(
        "ix_dispensing_deeds_delete_after", "dispensing_deeds", ["delete_after"]
    )
    _create_partial("uq_dispensing_deeds_prescription", "prescription_name", HOLDING)
    _create_partial("ix_dispensing_deeds_unsettled", "next_attempt", UNSETTLED)


def _create_partial(name: str, column: str, condition: str) -> None:
    op.create_index(
        name,
        "dispensing_deeds",
        [column],
        unique=name.startswith("uq_"),
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
