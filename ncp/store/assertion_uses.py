"""Which peer presented an assertion first; a claim is durable before it counts.

Only digests are kept: an issuer and an id say nothing about a person, but they have no
bound either. A claim lives as long as its assertion could be presented.

Spec: :mod:`trust.assertions.use` / spec README "Replay".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.ports import Clock
from ncp.store import schema
from ncp.store.deletion import Deletion
from ncp.store.driver_words import PlainRow
from ncp.store.errors import StoreUnavailable
from ncp.store.insertion import Insertion
from ncp.store.readers import Asked, ask_plainly, read_plainly
from ncp.store.schema import microseconds
from ncp.store.statements import Statement, Statements
from ncp.store.writer import Writer
from trust.assertions import AssertionUse
from trust.identifiers import CountryCode

_TABLE = schema.assertion_uses
_INSERT = Insertion(_TABLE)
_OWNER: Final = (
    "SELECT assertion_digest, peer FROM assertion_uses"
    " WHERE assertion_digest = ? AND delete_after >= ?"
)
_DELETE_OVER = Deletion(_TABLE, "assertion_digest", before="delete_after")
# Another process can be faster; once it was, its claim is there to be read.
_ATTEMPTS = 3


class AssertionClaims:
    """Claims assertions for the peers that present them."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    def presenters(
        self, uses: Sequence[AssertionUse]
    ) -> tuple[CountryCode | None, ...]:
        """Say who presented each assertion first, if anybody did; claim nothing."""
        claims = {_digest(use): use for use in uses}
        owners = self._owners(claims, self._clock.now())
        return tuple(owners.get(_digest(use)) for use in uses)

    def first_presenters(self, uses: Sequence[AssertionUse]) -> tuple[CountryCode, ...]:
        """Claim assertions for who presents them; say who presented each first.

        Raises
        ------
        StoreUnavailable
            Nothing is claimed for certain; the message must not be answered.
        """
        claims = {_digest(use): use for use in uses}
        now = self._clock.now()
        owners = self._owners(claims, now)
        for _ in range(_ATTEMPTS):
            if claims.keys() <= owners.keys():
                break
            self._claim(claims, now)
            owners = self._owners(claims, now)
        else:
            if not claims.keys() <= owners.keys():
                raise _unwritten()
        return tuple(owners[_digest(use)] for use in uses)

    def _owners(
        self, claims: Mapping[str, AssertionUse], now: datetime
    ) -> dict[str, CountryCode]:
        return _owners_of(read_plainly(self._engine, _asked(claims, now)))

    def _claim(self, claims: Mapping[str, AssertionUse], now: datetime) -> None:
        try:
            self._writer.submit(partial(_claim, claims, now))
        except IntegrityError:
            return
        except SQLAlchemyError as error:
            raise _unwritten() from error


def _claim(
    claims: Mapping[str, AssertionUse], now: datetime, connection: Connection
) -> None:
    owned = _owners_of(ask_plainly(connection, _asked(claims, now)))
    free = [use for digest, use in claims.items() if digest not in owned]
    # A claim that is over and not yet purged stands in the way. One that another
    # process committed since we looked stays: the insert fails, and its claim is read.
    Statements(tuple(claiming(free, now)))(connection)


def claiming(uses: Sequence[AssertionUse], now: datetime) -> Iterator[Statement]:
    """Yield what claims assertions; it fails where somebody has claimed one of them."""
    claims = {_digest(use): use for use in uses}
    if not claims:
        return
    yield _DELETE_OVER, [(each, microseconds(now)) for each in claims]
    yield _INSERT, [_row(digest, use, now) for digest, use in claims.items()]


def _row(digest: str, use: AssertionUse, now: datetime) -> PlainRow:
    return _INSERT.row(
        {
            "assertion_digest": digest,
            "peer": use.peer,
            "first_presented": now,
            "delete_after": use.forget_after,
        }
    )


def _asked(digests: Iterable[str], now: datetime) -> Iterator[Asked]:
    """Ask for one at a time: they are two or three, by one statement for any number."""
    moment = schema.microseconds(now)
    return ((_OWNER, (digest, moment)) for digest in digests)


def _owners_of(found: Iterable[tuple[str, str]]) -> dict[str, CountryCode]:
    return {digest: CountryCode(peer) for digest, peer in found}


def _digest(use: AssertionUse) -> str:
    # Neither part can end the other early: the length of the first is in it.
    name = f"{len(use.issuer)}:{use.issuer}{use.assertion_id}"
    return hashlib.sha256(name.encode()).hexdigest()


def _unwritten() -> StoreUnavailable:
    return StoreUnavailable(
        "The use of an assertion could not be recorded.",
        "Check the database; its schema must be that of this release.",
    )
