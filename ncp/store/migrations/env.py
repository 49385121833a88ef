"""Runs the migrations on the connection that ``ncp.store.migrations`` hands over."""

from __future__ import annotations

from alembic import context

# The transaction is the caller's: SQLite takes schema changes back like any other.
context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
