"""The tables of a catalogue file, and how one is opened for reading.

Small integers stand for systems, languages and concepts, so that 200 000 concepts in
24 languages stay one file of about 300 MB of which a process holds a few pages.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

FORMAT = 1
"""Number of the table layout; a file of another layout is refused."""

# 8 KiB pages fit the long rows; what a process caches is bounded by ``CACHE_KIB``.
PAGE_BYTES = 8192
CACHE_KIB = 8192

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE language (id INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE);
CREATE TABLE code_system (
    id INTEGER PRIMARY KEY, system TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    version TEXT NOT NULL, owner TEXT NOT NULL, notice TEXT NOT NULL);
CREATE TABLE value_set (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    url TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE concept (
    id INTEGER PRIMARY KEY, system INTEGER NOT NULL, code TEXT NOT NULL,
    version TEXT NOT NULL, is_current INTEGER NOT NULL);
CREATE TABLE member (
    value_set INTEGER NOT NULL, concept INTEGER NOT NULL,
    PRIMARY KEY (value_set, concept)) WITHOUT ROWID;
CREATE TABLE designation (
    concept INTEGER NOT NULL, language INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (concept, language)) WITHOUT ROWID;
CREATE TABLE mapping (
    source INTEGER NOT NULL, rank INTEGER NOT NULL, target INTEGER NOT NULL,
    PRIMARY KEY (source, rank, target)) WITHOUT ROWID;
"""

# Made after the rows: a third of the time.
INDEXES = """
CREATE UNIQUE INDEX concept_code ON concept (code, system);
CREATE INDEX mapping_target ON mapping (target);
"""


class CatalogueRefused(ValueError):  # noqa: N818 - a file is refused, with its reason
    """A file is no catalogue, or one that must not be used; the text says which."""


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a catalogue that nobody writes any more.

    Raises
    ------
    CatalogueRefused
        It is not there, or no catalogue of this layout.
    """
    if not path.is_file():
        raise CatalogueRefused(f"{path}: there is no such catalogue")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
        )
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        found = connection.execute(
            "SELECT value FROM meta WHERE key = 'format'"
        ).fetchone()
    except sqlite3.DatabaseError as error:
        raise CatalogueRefused(f"{path}: this is no catalogue ({error})") from error
    if found != (str(FORMAT),):
        connection.close()
        raise CatalogueRefused(
            f"{path}: the catalogue has another layout than {FORMAT}; import it again"
        )
    return connection
