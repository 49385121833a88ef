"""A store that will not do is refused when it is opened, or says so of its health."""

from __future__ import annotations

import pytest

from ncp.errors import ConfigurationError
from ncp.store import (
    Store,
    StoreUnavailable,
)
from tests.ncp.audit.samples import (
    exchange,
)
from tests.ncp.store.committing import commit
from tests.ncp.store.samples import DENMARK


def test_before_the_migration_nothing_is_recorded_and_health_says_so(
    database, data_key, clock
):
    with Store.open(f"sqlite:///{database}", data_key, clock) as store:
        assert not store.is_migrated()
        with pytest.raises(StoreUnavailable):
            commit(store, audit=exchange())
        assert not store.health().is_healthy
        store.migrate()
        assert store.is_migrated()
        assert store.health().sentence == "the store records again"
        assert store.health().sentence == "the store records"


def test_a_store_whose_writer_died_is_unhealthy_and_refuses(store):
    class KilledError(BaseException):
        pass

    def deadly(_connection):
        raise KilledError

    assert store.health().is_healthy
    with pytest.raises(StoreUnavailable):
        store._writer.submit(deadly)
    assert not store.health().is_healthy
    with pytest.raises(StoreUnavailable):
        commit(store, audit=exchange())
    with pytest.raises(StoreUnavailable):
        store.sighting(DENMARK, "urn:1", "hash")


def test_a_closed_store_refuses(store):
    store.close()
    with pytest.raises(StoreUnavailable):
        commit(store, audit=exchange())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://user:S3CRET@host/db", "a database we do not know"),
        ("no url S3CRET", "not a database URL"),
        ("sqlite:////absent/folder/x.db", "cannot be opened"),
    ],
)
def test_a_url_that_will_not_do_is_refused_with_a_remedy(
    data_key, clock, url, sentence
):
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        Store.open(url, data_key, clock)
    assert caught.value.remedy
    assert "S3CRET" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(database, data_key, clock):
    database.write_bytes(
        b"this is no database, but long enough to look like a file" * 9
    )
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Store.open(f"sqlite:///{database}", data_key, clock)


@pytest.mark.spec("SQLite PRAGMA synchronous")
def test_every_connection_keeps_a_synchronous_write_ahead_log(store, database):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert store._writer.submit(pragmas) == ["wal", 2, 1]
