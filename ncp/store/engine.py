"""Opens the database the way that makes a commit mean what it says.

SQLite: write-ahead log, full synchronisation, transactions begun by us (the driver's
own bookkeeping would begin them late and leave some statements outside).

Spec: SQLite PRAGMA synchronous, journal_mode; SQLite "Transactions" (BEGIN IMMEDIATE).
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from ncp.errors import ConfigurationError
from ncp.store.errors import StoreUnavailable

_IS_WRITER = "ncp_is_writer"
_REMEDY = "set store.url to sqlite:///<file> or postgresql+psycopg://<host>/<database>"
_BUSY_TIMEOUT_S = 5.0
# A commit of another process takes milliseconds; SQLite itself sleeps ever longer.
_LOOK_AGAIN_S = 0.0005
_SYNCHRONOUS_FULL = 2
# A machine that is gone answers nothing: without a limit, each request waits for it as
# long as the system sends again, a quarter of an hour. What store.url says goes before.
_LIMITS_OF_LIBPQ = {"connect_timeout": "5", "tcp_user_timeout": "15000"}


def open_engine(url: str) -> Engine:
    """Open the database and prove that it can be reached.

    Raises
    ------
    ConfigurationError
        The URL is of no known form, or what it names cannot be durable.
    StoreUnavailable
        The database cannot be opened.
    """
    address = _read_url(url)
    if address.get_backend_name() == "sqlite":
        engine = _open_sqlite(address)
    else:
        engine = _open_postgresql(address)
    _prove(engine)
    return engine


def for_writing(connection: Connection) -> Connection:
    """Make a connection one whose transactions take the write lock when they begin.

    On SQLite it looks for that lock by itself until it is given back, and has no other
    to wait for.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA busy_timeout = 0")
        connection.info[_IS_WRITER] = True
    return connection.execution_options(**{_IS_WRITER: True})


def _read_url(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        # The URL may hold a password: it is never repeated.
        raise ConfigurationError("store.url is not a database URL", _REMEDY) from None
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError("store.url names a database we do not know", _REMEDY)
    return address


def _open_postgresql(address: URL) -> Engine:
    return create_engine(
        address.set(query={**_LIMITS_OF_LIBPQ, **address.query}),
        hide_parameters=True,
        pool_pre_ping=True,
    )


def _open_sqlite(address: URL) -> Engine:
    if not address.database or ":memory:" in address.database:
        raise ConfigurationError(
            "store.url names a database in memory, which keeps nothing", _REMEDY
        )
    _create_private(Path(address.database))
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_size=8,
        max_overflow=56,
        connect_args={"timeout": _BUSY_TIMEOUT_S},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "checkin", _as_every_other)
    return engine


def _create_private(path: Path) -> None:
    """Create the file for its owner alone; SQLite gives its log files the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigurationError(
            f"the database file {path} cannot be opened: {error.strerror}",
            "make its folder, writable by the gateway's account and by no other",
        ) from error


def _prepare_sqlite(
    connection: sqlite3.Connection, _entry: ConnectionPoolEntry
) -> None:
    connection.isolation_level = None
    journal = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous = FULL")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if journal != "wal" or synchronous != _SYNCHRONOUS_FULL:
        raise ConfigurationError(
            "the database file cannot keep a synchronous write-ahead log",
            "put it on a local disk; network file systems do not do",
        )
    connection.execute("PRAGMA foreign_keys = ON")
    # What a savepoint may have to take back went to a file of its own for each commit.
    connection.execute("PRAGMA temp_store = MEMORY")


def _as_every_other(
    connection: sqlite3.Connection | None, entry: ConnectionPoolEntry
) -> None:
    """Have a connection that wrote wait as readers do, unless it was thrown away."""
    if entry.info.pop(_IS_WRITER, False) and connection is not None:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_S * 1000:.0f}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_IS_WRITER, False):
        begin_writing(connection.connection.driver_connection)
    else:
        connection.exec_driver_sql("BEGIN")


def begin_writing(driver: object) -> None:
    """Begin a transaction on the driver's side of a connection :func:`for_writing`.

    SQLite: with the write lock, soon after another process lets go of it; nothing else
    in a transaction has to be waited for then. PostgreSQL's driver begins with the
    first statement.
    """
    if isinstance(driver, sqlite3.Connection):
        _begin_soon(driver)


def _begin_soon(driver: sqlite3.Connection) -> None:
    end = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            # The lower byte is the code; what is above it tells more.
            is_held = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_held or time.monotonic() > end:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def _prove(engine: Engine) -> None:
    try:
        with engine.connect():
            pass
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise StoreUnavailable(
            "the database cannot be opened",
            "check that store.url names a database of ours and that it is running",
        ) from error
