"""Rows get into two indexes with their place in the log, not while somebody waits.

Only rows that have a place are looked for by it, and only they are deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LOGGED = ("messages", "audit_events")


def upgrade() -> None:
    has_place = sa.text("log_index IS NOT NULL")
    for table in LOGGED:
        for column in ("log_index", "delete_after"):
            name = f"ix_{table}_{column}"
            op.drop_index(name, table)
            op.create_index(
                name,
                table,
                [column],
                unique=column == "log_index",
                sqlite_where=has_place,
                postgresql_where=has_place,
            )
