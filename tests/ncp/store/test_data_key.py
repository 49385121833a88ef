from __future__ import annotations

import base64
import stat

import pytest

from ncp.errors import ConfigurationError
from ncp.store import DataKey
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT


def key_file(tmp_path, content: bytes, mode: int = 0o600):
    path = tmp_path / "data.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_is_read_from_a_private_file_of_32_bytes_in_base64(tmp_path):
    path = key_file(tmp_path, base64.b64encode(b"k" * 32) + b"\n")
    assert DataKey.load(path).id == DataKey(b"k" * 32).id


def test_a_new_key_file_is_private_and_loads(tmp_path):
    path = tmp_path / "data.key"
    DataKey.write_new(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    DataKey.load(path)


def test_a_new_key_never_replaces_one_that_is_there(tmp_path):
    path = tmp_path / "data.key"
    DataKey.write_new(path)
    with pytest.raises(FileExistsError):
        DataKey.write_new(path)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_size_is_refused_with_a_remedy(tmp_path, length):
    path = key_file(tmp_path, base64.b64encode(b"k" * length))
    with pytest.raises(ConfigurationError, match=f"holds {length} bytes") as caught:
        DataKey.load(path)
    assert "openssl rand -base64 32" in caught.value.remedy


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o700, 0o660])
def test_a_key_file_wider_than_0600_is_refused(tmp_path, mode):
    path = key_file(tmp_path, base64.b64encode(b"k" * 32), mode)
    with pytest.raises(ConfigurationError, match=f"mode {mode:04o}, wider than 0600"):
        DataKey.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_for_its_owner_alone_is_read(tmp_path, mode):
    DataKey.load(key_file(tmp_path, base64.b64encode(b"k" * 32), mode))


def test_text_that_is_no_base64_is_refused_without_being_repeated(tmp_path):
    path = key_file(tmp_path, b"S3CRET-not-base64!")
    with pytest.raises(ConfigurationError, match="does not hold base64") as caught:
        DataKey.load(path)
    assert "S3CRET" not in str(caught.value)


def test_a_missing_key_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        DataKey.load(tmp_path / "absent")
    # Whoever restores a backup is not led to a fresh key, which reads no record.
    assert caught.value.remedy.startswith("Put back the copy")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        DataKey.load(tmp_path)


def test_the_key_shows_its_name_and_never_itself():
    key = DataKey(b"secret-secret-secret-secret-1234")
    assert repr(key) == f"DataKey(id='{key.id}')"
    assert "secret" not in key.id


def test_the_same_value_never_encrypts_to_the_same_bytes():
    key = DataKey(b"k" * 32)
    assert key.encrypt(b"value", b"here") != key.encrypt(b"value", b"here")


def test_a_pseudonym_is_stable_and_differs_by_patient_and_by_key():
    key, other = DataKey(b"k" * 32), DataKey(b"o" * 32)
    assert key.pseudonym(PATIENT) == DataKey(b"k" * 32).pseudonym(PATIENT)
    assert key.pseudonym(PATIENT) != key.pseudonym(OTHER_PATIENT)
    assert key.pseudonym(PATIENT) != other.pseudonym(PATIENT)
