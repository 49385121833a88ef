from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import LargeBinary
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import ncp.store
from ncp.errors import ConfigurationError
from ncp.store import migrations, schema
from ncp.store.engine import open_engine

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def engine(database):
    engine = open_engine(f"sqlite:///{database}")
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_schema(engine):
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"


def test_the_migrations_make_the_indexes_of_the_schema_to_the_letter(engine, tmp_path):
    migrations.upgrade(engine)
    other = open_engine(f"sqlite:///{tmp_path}/made-at-once.db")
    schema.metadata.create_all(other)
    found = []
    for each in (engine, other):
        with each.connect() as connection:
            found.append(
                {row[0]: row[1] for row in connection.exec_driver_sql(INDEXES)}
            )
        each.dispose()
    assert {name: in_words(said) for name, said in found[0].items()} == {
        name: in_words(said) for name, said in found[1].items()
    }


def in_words(said: str) -> str:
    """Write an index without the names of tables that stand before columns."""
    return re.sub(r'\b\w+\.|"', "", said)


def test_migrating_again_changes_nothing(engine, database):
    migrations.upgrade(engine)
    before = dump(database)
    migrations.upgrade(engine)
    assert dump(database) == before


MIGRATE = """
import sys
from ncp.store import engine, migrations
migrations.upgrade(engine.open_engine(sys.argv[1]))
print(migrations.__file__)
"""


def start_migration(database, packages: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, f"sqlite:///{database}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=database.parent,
        env={**os.environ, "PYTHONPATH": str(packages)},
    )


def test_processes_may_migrate_at_once(database):
    processes = [start_migration(database, REPOSITORY) for _ in range(2)]
    for process in processes:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert "audit_events" in tables(database)


def test_a_database_of_a_newer_release_is_refused(engine, database):
    migrations.upgrade(engine)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(ConfigurationError, match="newer release"):
        migrations.upgrade(engine)


def test_a_migration_that_fails_leaves_nothing_behind(engine, database):
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE treatments (x INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(ncp.store.StoreUnavailable, match="could not be migrated"):
        migrations.upgrade(engine)
    assert tables(database) == {"treatments"}


def test_the_schema_can_be_made_in_postgresql_too():
    dialect = postgresql.dialect()
    statements = {
        table.name: str(CreateTable(table).compile(dialect=dialect))
        for table in schema.metadata.sorted_tables
    }
    assert "sequence BIGSERIAL NOT NULL" in statements["audit_events"]
    assert "facts BYTEA" in statements["audit_events"]
    assert "recorded_at BIGINT NOT NULL" in statements["messages"]


def test_every_table_that_keeps_anything_has_an_end_for_it():
    perishable = {table.name for table in schema.PERISHABLE}
    # What stays holds hashes and names of processes, nothing of a person.
    stays = {"probe", "log_entries", "log_state", "tree_heads", "leases"}
    stays.add("time_stamps")
    assert perishable == set(schema.metadata.tables) - stays
    for table in schema.PERISHABLE:
        assert not table.c.delete_after.nullable
        has_sealed = any(isinstance(c.type, LargeBinary) for c in table.columns)
        assert has_sealed is ("key_id" in table.columns)


def test_the_migrations_run_wherever_the_package_was_put(database, tmp_path):
    site = tmp_path / "100% elsewhere"
    only_code = shutil.ignore_patterns("__pycache__", "patients")
    for package in ("ncp", "trust"):
        shutil.copytree(REPOSITORY / package, site / package, ignore=only_code)
    process = start_migration(database, site)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert said.startswith(str(site))
    assert "audit_events" in tables(database)


def dump(database) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def tables(database) -> set[str]:
    connection = sqlite3.connect(database)
    try:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return {row[0] for row in connection.execute(query)}
    finally:
        connection.close()
