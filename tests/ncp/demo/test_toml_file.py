"""What is written is read back the same."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.demo.toml_file import to_toml, write_toml

SETTINGS = {
    "gateway": {"country": "LU", "roles": ["A"], "nested": {"deep": {"port": 0}}},
    "flag": True,
    "share": 0.5,
    "peers": [
        {"country": "PT", "endpoints": {"xca": "https://127.0.0.1:1/"}},
        {"country": "FR", "tags": []},
    ],
    "name with blanks": 'quote " and \\ and é',
}


def test_tables_and_arrays_of_tables_read_back():
    assert tomllib.loads(to_toml(SETTINGS)) == SETTINGS


@pytest.mark.spec("TOML 1.0 String")
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives(text):
    assert tomllib.loads(to_toml({"text": text, text: "key"}))["text"] in {text, "key"}
    assert tomllib.loads(to_toml({"inner": [text]}))["inner"] == [text]


def test_a_path_is_written_as_text(tmp_path: Path):
    file = tmp_path / "settings.toml"
    write_toml(file, {"keys": {"seal": tmp_path}})
    assert tomllib.loads(file.read_text())["keys"]["seal"] == str(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
