from __future__ import annotations

import pytest

from ncp.errors import ConfigurationError
from ncp.settings import read_secret, read_text_secret


def test_a_random_secret_keeps_every_byte_even_a_final_line_break(tmp_path):
    secret = bytes([0x80]) * 31 + b"\n"
    (tmp_path / "s").write_bytes(secret)
    assert read_secret(tmp_path / "s", "keys.x") == secret


def test_a_printable_secret_loses_its_line_break(tmp_path):
    (tmp_path / "s").write_bytes(b"a" * 32 + b"\n")
    assert read_secret(tmp_path / "s", "keys.x") == b"a" * 32


def test_a_short_secret_is_refused_with_key_and_remedy(tmp_path):
    (tmp_path / "s").write_bytes(b"hunter2")
    with pytest.raises(
        ConfigurationError, match=r"`keys.x` names .* 7 bytes"
    ) as caught:
        read_secret(tmp_path / "s", "keys.x")
    assert "urandom" in caught.value.remedy
    assert "hunter2" not in str(caught.value) + caught.value.remedy


@pytest.mark.parametrize("content", [b"a" * 31, b"two words " * 5, b"\xff" * 40])
def test_a_token_is_one_long_printable_word(tmp_path, content):
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"`operators\[1\].token_file`"):
        read_text_secret(tmp_path / "t", "operators[1].token_file")


def test_a_missing_file_names_its_setting(tmp_path):
    with pytest.raises(ConfigurationError, match=r"`keys.x` names .*No such file"):
        read_secret(tmp_path / "none", "keys.x")
