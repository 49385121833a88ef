"""By what audit events are found quickly: their terms, in an index of its own.

The terms of an event stand in its row, under the log like everything else there. They
get into the index with the event's place in the log; of events that wait for theirs,
the rows are looked at. The index is kept in blocks, a block for so many entries of the
log: what is added touches the newest block alone, and a search looks into each.

Spec: sheet 06 §2.5 (what ITI-81 asks by).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ncp.store import schema
from ncp.store.driver_words import PlainRow
from ncp.store.insertion import Insertion

BLOCK: Final = 16_384
"""How many entries of the log share a block of the index."""

BEFORE_BLOCKS: Final = -1
"""The block of events from before there were blocks."""

_INSERT: Final = Insertion(schema.audit_index)


def entries(
    log_index: int, sequence: int, terms: str | None, delete_after: int
) -> Iterator[PlainRow]:
    """Yield the entries of an event that gets its place in the log."""
    for term in (terms or "").split():
        yield log_index // BLOCK, term, sequence, delete_after


def add(connection: Connection, added: Iterable[PlainRow]) -> None:
    """Add entries, in the order in which the index has them."""
    _INSERT.run(connection, sorted(added, key=_place))


def _place(entry: PlainRow) -> tuple[int, str, int]:
    block, term, sequence, _ = entry
    return cast("tuple[int, str, int]", (block, term, sequence))


def sequences_of(names: Sequence[str]) -> Select[tuple[int]]:
    """Return what selects the sequences of the events that bear one of these names."""
    index, events = schema.audit_index.c, schema.audit_events.c
    blocks = _blocks()
    placed = (
        select(index.event_sequence.label("sequence"))
        .join_from(blocks, schema.audit_index, index.block == blocks.c.block)
        .where(index.term.in_(names))
    )
    waiting = select(events.sequence).where(
        and_(
            events.log_index.is_(None), or_(*(events.terms.contains(n) for n in names))
        )
    )
    found = union_all(placed, waiting).subquery()
    return select(found.c.sequence)


def _blocks() -> CTE:
    """Return the numbers of all blocks, so that each is looked into by its key."""
    last = select(func.max(schema.audit_index.c.block)).scalar_subquery()
    first = select(literal(BEFORE_BLOCKS).label("block")).cte(recursive=True)
    return first.union_all(select(first.c.block + 1).where(first.c.block < last))
