"""What our pharmacies do on prescriptions from abroad.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "foreign_dispensations"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pharmacy", sa.String(length=200), nullable=False),
        sa.Column("order_digest", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("patient_pseudonym", sa.String(length=64), nullable=False),
        sa.Column("live_prescription", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("prepared_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("live_prescription", name=f"uq_{TABLE}_live_prescription"),
        sa.UniqueConstraint("pharmacy", "order_digest", name=f"uq_{TABLE}_pharmacy"),
    )
    for column in ("patient_pseudonym", "changed_at", "delete_after"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
