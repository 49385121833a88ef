"""How many assertions the token service issued to whom, of late.

Moments are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token_issues",
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("professional_pseudonym", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("delete_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_token_issues"),
    )
    op.create_index("ix_token_issues_delete_after", "token_issues", ["delete_after"])
    op.create_index(
        "ix_token_issues_professional_pseudonym",
        "token_issues",
        ["professional_pseudonym"],
    )
