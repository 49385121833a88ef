from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncp.evidence import ExchangeFolder

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_exchanges_are_private_to_their_owner(tmp_path: Path) -> None:
    folder = ExchangeFolder(tmp_path / "kept")
    kept = folder.keep(MOMENT, "ITI-39", "urn:uuid:1", {"request.xml": b"<a/>"})
    assert mode(tmp_path / "kept") == 0o700
    assert mode(kept) == 0o700
    assert mode(kept / "request.xml") == 0o600


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o755)
    ExchangeFolder(tmp_path / "kept")
    assert mode(tmp_path / "kept") == 0o700


def test_two_exchanges_with_one_message_id_are_both_kept(tmp_path: Path) -> None:
    folder = ExchangeFolder(tmp_path)
    first = folder.keep(MOMENT, "ITI-55", "urn:uuid:1", {"a.json": {"n": 1}})
    second = folder.keep(MOMENT, "ITI-55", "urn:uuid:1", {"a.json": {"n": 2}})
    assert [json.loads((kept / "a.json").read_text()) for kept in (first, second)] == [
        {"n": 1},
        {"n": 2},
    ]


@pytest.mark.parametrize("message_id", ["../../etc/passwd", "/", "a\0b", None])
def test_a_message_id_cannot_leave_the_folder(
    tmp_path: Path, message_id: str | None
) -> None:
    root = tmp_path / "kept"
    kept = ExchangeFolder(root).keep(MOMENT, "unread", message_id, {"x": b"1"})
    assert kept.parent == root
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
