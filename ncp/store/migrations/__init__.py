"""Brings the database to the schema of this release.

The scripts travel inside the package, so that an installed gateway can migrate. The
machinery that runs them is loaded only when one has to run: a start that finds the
schema in place should not wait for it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ncp.store.readers import reading

_VERSIONS = Path(__file__).parent / "versions"
_VERSION_TABLE = "alembic_version"


def upgrade(engine: Engine) -> None:
    """Run every migration that has not run, in one transaction.

    Raises
    ------
    ConfigurationError
        A newer release made this database.
    StoreUnavailable
        The database cannot be read or changed.
    """
    with reading(engine) as connection:
        if is_current(connection):
            return
    from ncp.store.migrations.running import run_migrations  # noqa: PLC0415

    run_migrations(engine)


def is_current(connection: Connection) -> bool:
    """Return whether the database has the schema of this release."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return False
    query = text(f"SELECT version_num FROM {_VERSION_TABLE}")  # noqa: S608 - a constant
    return list(connection.execute(query).scalars()) == [head()]


def head() -> str:
    """Return the newest revision; files are named by it, in order: ``0001_...``."""
    return max(path.name for path in _VERSIONS.glob("[0-9]*.py")).partition("_")[0]
