"""Runs the migrations; imported only where one has to run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ncp.errors import ConfigurationError
from ncp.store.engine import for_writing
from ncp.store.errors import StoreUnavailable


def run_migrations(engine: Engine) -> None:
    """Run every migration that has not run, in one transaction.

    Two processes may do so at once: the second waits and finds nothing to do.

    Raises
    ------
    ConfigurationError
        A newer release made this database.
    StoreUnavailable
        The database cannot be changed.
    """
    config = _config()
    try:
        with for_writing(engine.connect()) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigurationError(
            "the database was made by a newer release of the gateway",
            "run that release, or restore the backup taken before the update",
        ) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreUnavailable(
            "the database could not be migrated",
            "check that it runs and that its account may create tables",
        ) from error


def _config() -> Config:
    config = Config()
    # Alembic reads % in its options as the start of a reference.
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config
