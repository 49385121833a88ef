"""The folder of good copies: durable, whole, and our own."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

from ncp.errors import ConfigurationError
from ncp.peers.list_shelf import ListShelf
from trust.trustlist import KnownList

HERE = "https://lists.lu/list.xml?not=a/../file"


def known(data: bytes, sequence: int = 7) -> KnownList:
    digest = hashlib.sha256(data).hexdigest()
    return KnownList(sequence, datetime(2026, 3, 1, tzinfo=UTC), digest)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "lists"


@pytest.fixture
def shelf(folder) -> ListShelf:
    return ListShelf(folder)


def test_an_empty_shelf_knows_nothing(shelf):
    assert shelf.known(HERE) is None
    assert shelf.last_good(HERE) is None


def test_a_kept_copy_is_there_after_a_restart(shelf, folder):
    shelf.keep(HERE, b"one", known(b"one"))
    again = ListShelf(folder)
    assert again.known(HERE) == known(b"one")
    assert again.last_good(HERE) == b"one"
    assert again.known("https://elsewhere") is None


def test_a_newer_copy_takes_the_place_of_the_older_one(shelf, folder):
    shelf.keep(HERE, b"one", known(b"one"))
    shelf.keep(HERE, b"two", known(b"two", 8))
    assert shelf.last_good(HERE) == b"two"
    assert len(list(folder.iterdir())) == 2


def test_keeping_the_same_again_writes_nothing(shelf, folder):
    shelf.keep(HERE, b"one", known(b"one"))
    before = {each: each.stat().st_mtime_ns for each in folder.iterdir()}
    shelf.keep(HERE, b"one", known(b"one"))
    assert {each: each.stat().st_mtime_ns for each in folder.iterdir()} == before


def test_a_copy_that_was_changed_is_no_copy_and_its_number_still_counts(shelf, folder):
    shelf.keep(HERE, b"one", known(b"one"))
    (copy,) = folder.glob("*.xml")
    copy.write_bytes(b"evil")
    assert shelf.last_good(HERE) is None
    assert shelf.known(HERE) == known(b"one")
    copy.unlink()
    assert shelf.last_good(HERE) is None


@pytest.mark.parametrize("note", ["", "{}", '{"location": 1}', "[1]"])
def test_a_damaged_note_stops_instead_of_forgetting(shelf, folder, note):
    shelf.keep(HERE, b"one", known(b"one"))
    (file,) = folder.glob("*.json")
    file.write_text(note)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        shelf.known(HERE)


def test_a_note_of_another_location_is_not_taken(shelf, folder):
    shelf.keep(HERE, b"one", known(b"one"))
    (file,) = folder.glob("*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"location": "x"}))
    assert shelf.known(HERE) is None


def test_the_folder_is_our_own(folder):
    ListShelf(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o770)
    with pytest.raises(ConfigurationError, match="open to others"):
        ListShelf(folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        ListShelf(tmp_path / "file" / "lists")
