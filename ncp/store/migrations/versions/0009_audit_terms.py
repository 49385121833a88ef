"""By what audit events are found; events of before stay in the trail, unfound.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_terms",
        sa.Column("sequence", key, nullable=False, autoincrement=True),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("term", sa.String(length=64), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_terms"),
        sa.UniqueConstraint("term", "event_id", name="uq_audit_terms_term"),
    )
    op.create_index("ix_audit_terms_delete_after", "audit_terms", ["delete_after"])
