"""A database that the gateway could not use is found by ``ncp check``."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ncp.cli.store_findings import inspect_store
from ncp.opened_store import open_store
from ncp.ports import SystemClock
from ncp.settings import Severity
from ncp.store import DataKey
from tests.ncp.audit import samples

CLOCK = SystemClock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def settings(tmp_path: Path, database: Path):
    return settings_with(tmp_path, database, "first")


def settings_with(folder: Path, database: Path, current: str, *retired: str):
    return SimpleNamespace(
        keys=SimpleNamespace(
            data_key_file=key_file(folder, current),
            retired_data_key_files=tuple(key_file(folder, name) for name in retired),
        ),
        store=SimpleNamespace(url=f"sqlite:///{database}"),
    )


def key_file(folder: Path, name: str) -> Path:
    path = folder / f"{name}.key"
    if not path.exists():
        DataKey.write_new(path)
    return path


def record_with(settings) -> None:
    with open_store(settings, CLOCK) as store:
        store.migrate()
        with store.unit_of_work() as work:
            work.audit(samples.START)
            work.commit()


def test_where_there_is_no_database_yet_nothing_is_found(settings, database) -> None:
    assert list(inspect_store(settings, CLOCK)) == []
    assert not database.exists()


def test_a_database_that_can_be_read_is_no_finding(settings) -> None:
    record_with(settings)
    assert list(inspect_store(settings, CLOCK)) == []


def test_a_file_that_is_no_database_stops(settings, database) -> None:
    database.write_bytes(b"garbage\n" * 1000)
    [finding] = inspect_store(settings, CLOCK)
    assert (finding.key, finding.severity) == ("store.url", Severity.STOP)
    assert finding.sentence == "The database cannot be opened"


def test_records_under_a_key_that_is_not_configured_stop(
    settings, tmp_path, database
) -> None:
    record_with(settings)
    changed = settings_with(tmp_path, database, "second")
    [finding] = inspect_store(changed, CLOCK)
    assert finding.severity is Severity.STOP
    assert "which is not configured" in finding.sentence
    assert "keys.retired_data_key_files" in finding.remedy


@pytest.mark.parametrize(
    ("retired", "stops"), [((), True), (("first",), False)], ids=["alone", "beside"]
)
def test_a_key_is_changed_by_naming_the_one_before_as_retired(
    settings, tmp_path, database, retired, stops
) -> None:
    record_with(settings)
    changed = settings_with(tmp_path, database, "second", *retired)
    record_with(changed)
    assert bool(list(inspect_store(changed, CLOCK))) is stops
    with open_store(
        settings_with(tmp_path, database, "second", "first"), CLOCK
    ) as both:
        assert len(list(both.audit_trail())) == 2
