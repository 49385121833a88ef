"""One transaction of units of work, by the driver itself.

Everybody in it waits for it, and what the toolkit does around a statement and a commit
costs as much as a few records.

Spec: PEP 249 (connections, cursors).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection

from ncp.store.driver_words import mark_of
from ncp.store.engine import begin_writing
from ncp.store.statements import Statement


class DirectTransaction:
    """A transaction that has begun; it ends with a commit, or is taken back.

    Parameters
    ----------
    connection
        One of which no transaction is open.
    """

    def __init__(self, connection: Connection) -> None:
        self._mark: Final = mark_of(connection.dialect)
        self._driver: Final[Any] = connection.connection.driver_connection
        begin_writing(self._driver)

    def writes(self, statements: Iterable[Statement]) -> bool:
        """Run statements; where one cannot be run, take all of them back.

        Why shows when what they are made of is run apart.
        """
        cursor = self._driver.cursor()
        try:
            for how, rows in statements:
                how.run_directly(cursor, rows, self._mark)
        except Exception:  # noqa: BLE001 - as said
            self._driver.rollback()
            return False
        finally:
            cursor.close()
        return True

    def commit(self) -> None:
        """Make it durable."""
        require_transaction(self._driver)
        self._driver.commit()


def require_transaction(driver: object) -> None:
    """Refuse to take a transaction for committed that SQLite gave up by itself.

    A full disk can end it inside a statement; the driver's commit then does nothing and
    says nothing.
    """
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        raise sqlite3.OperationalError("the transaction was given up")
