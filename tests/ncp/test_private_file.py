"""A private file is new and its owner's alone, whatever mask the process has."""

from __future__ import annotations

import os
import stat

import pytest

from ncp.private_file import open_private, write_private


@pytest.fixture
def no_mask():
    former = os.umask(0)
    yield
    os.umask(former)


@pytest.mark.usefixtures("no_mask")
def test_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "secret"
    write_private(path, b"secret")
    assert path.read_bytes() == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "there"
    path.write_bytes(b"other")
    with pytest.raises(FileExistsError):
        write_private(path, b"secret")
    assert path.read_bytes() == b"other"


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        open_private(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()
