"""Runs the migrations on the connection that ``ncp.store.migrations`` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite takes schema changes back like any other, if the driver is kept out of it.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
