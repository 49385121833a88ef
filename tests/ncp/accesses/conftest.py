"""A store for all tests of a module, and accesses recorded in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ncp.accesses.access import Access
from ncp.accesses.audit_event import Node
from ncp.accesses.reading import AccessReader
from ncp.audit import Auditable, AuditEvent, Side
from ncp.store import DataKey, Direction, MessageRecord, Store
from tests.clocks import SetClock
from tests.ncp.audit.samples import exchange
from tests.ncp.store.samples import message
from trust.identifiers import CountryCode, HomeCommunityId

NODE = Node("LU-1", "Agence eSanté", "ncp.example.lu")
PORTUGAL = HomeCommunityId("2.16.620.1.101.10.3.29")
COUNTRIES = {PORTUGAL: CountryCode("PT")}


def answered(event: AuditEvent, **changes: object) -> MessageRecord:
    """The message of an event that was answered."""
    is_a = event.side is Side.A
    return replace(
        message(
            peer=CountryCode("DK" if is_a else "PT"),
            direction=Direction.INBOUND if is_a else Direction.OUTBOUND,
            transaction=event.transaction,
            outcome="answered",
            condition=None,
        ),
        **changes,
    )


def record(store: Store, event: Auditable, kept: MessageRecord | None = None) -> None:
    """Record an event, with its message where there is one."""
    with store.unit_of_work() as work:
        if kept is not None:
            work.message(kept)
        work.audit(event)
        work.commit()


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('accesses')}/store.db"
    with Store.open(url, DataKey(b"k" * 32), SetClock()) as store:
        store.migrate()
        yield store


@pytest.fixture
def read(kept_store) -> Callable[..., Access]:
    """Records an event and reads the access of it."""
    store = kept_store
    reader = AccessReader(store, COUNTRIES)

    def read_one(event: Auditable, kept: MessageRecord | None = None) -> Access:
        record(store, event, kept)
        return reader.read(list(store.audit_trail())[-1])

    return read_one


@pytest.fixture
def fetched(read) -> Access:
    """A patient summary that Denmark fetched."""
    event = exchange()
    return read(event, answered(event))
