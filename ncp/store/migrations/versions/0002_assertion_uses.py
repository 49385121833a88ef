"""Which peer presented an assertion first.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assertion_uses",
        sa.Column("assertion_digest", sa.String(length=64), nullable=False),
        sa.Column("peer", sa.String(length=2), nullable=False),
        sa.Column("first_presented", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("assertion_digest", name="pk_assertion_uses"),
    )
    op.create_index(
        "ix_assertion_uses_delete_after", "assertion_uses", ["delete_after"]
    )
