"""Time stamps on the heads of the log, as one process writes and reads them.

A head vouches for those before it: it is enough that the newest one is stamped.

Spec: RFC 3161 / sheet 06 §3.4.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.evidence.tree_head import SignedTreeHead
from ncp.store import schema
from ncp.store.errors import StoreUnavailable
from ncp.store.readers import reading
from ncp.store.writer import Writer


@dataclass(frozen=True, slots=True)
class HeadStamp:
    """A time stamp on a head.

    Attributes
    ----------
    size
        That of the head.
    moment
        What the stamp said when it came.
    token
        DER, or nothing where it cannot be read.
    """

    size: int
    moment: datetime
    token: bytes = field(repr=False)


class TimeStamps:
    """The time stamps of one store."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    def unstamped(self) -> SignedTreeHead | None:
        """Return the newest head, unless it has a stamp."""
        heads, stamps = schema.tree_heads.c, schema.time_stamps.c
        query = (
            select(heads.signed_head, stamps.size)
            .outerjoin_from(
                schema.tree_heads, schema.time_stamps, heads.size == stamps.size
            )
            .order_by(heads.size.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None or row[1] is not None:
            return None
        return SignedTreeHead.from_json(json.loads(row[0]))

    def newest(self) -> HeadStamp | None:
        """Return the stamp on the newest head that has one."""
        table = schema.time_stamps
        query = select(table).order_by(table.c.size.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _read(*row)

    def uncovered_for(self, now: datetime) -> timedelta:
        """Return for how long no stamp covers the newest head; zero where one does."""
        signed, newest = self.unstamped(), self.newest()
        if signed is None:
            return timedelta()
        since = signed.head.moment if newest is None else newest.moment
        return max(now - since, timedelta())

    def keep(self, stamp: HeadStamp) -> bool:
        """Keep a stamp; return False where the head has one by now.

        Raises
        ------
        StoreUnavailable
            The database cannot be written.
        """
        row = {
            "size": stamp.size,
            "moment": stamp.moment,
            "token": base64.b64encode(stamp.token).decode(),
        }

        def write(connection: Connection) -> None:
            connection.execute(insert(schema.time_stamps), row)

        try:
            self._writer.submit(write)
        except IntegrityError:
            return False
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                "a time stamp could not be kept",
                "check the database; its schema must be that of this release",
            ) from error
        return True


def stamps_in(connection: Connection) -> Iterator[HeadStamp]:
    """Read all stamps, the oldest first."""
    table = schema.time_stamps
    for row in connection.execute(select(table).order_by(table.c.size)):
        yield _read(*row)


def _read(size: int, moment: datetime, token: str) -> HeadStamp:
    try:
        return HeadStamp(size, moment, base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        return HeadStamp(size, moment, b"")
