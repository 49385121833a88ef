from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.ncp.cli.evidencing.scene import SEAL, exported, logged
from tests.ncp.country_a.scene import EVA, CountryA
from tests.ncp.country_b.scene import CountryB


@pytest.fixture
def seal_file(tmp_path) -> Path:
    path = tmp_path / "seal.pem"
    path.write_bytes(SEAL.certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def settings(tmp_path, monkeypatch, seal_file) -> Callable[[str], None]:
    """Names the keys to the settings, and the store of one side."""
    key, data_key = tmp_path / "seal.key", tmp_path / "data.key"
    key.write_bytes(
        SEAL.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    data_key.write_text(base64.b64encode(bytes(32)).decode())
    for path in (key, data_key):
        path.chmod(0o600)
    monkeypatch.setenv("NCP_KEYS__SEAL__CERTIFICATE", str(seal_file))
    monkeypatch.setenv("NCP_KEYS__SEAL__KEY", str(key))
    monkeypatch.setenv("NCP_KEYS__DATA_KEY_FILE", str(data_key))

    def of(database: str) -> None:
        monkeypatch.setenv("NCP_STORE__URL", f"sqlite:///{tmp_path}/{database}")

    of("store.db")
    return of


@pytest.fixture
def country_a(tmp_path, settings) -> Iterator[CountryA]:
    country = CountryA(tmp_path)
    yield country
    country.store.close()


@pytest.fixture
def country_b(tmp_path, country_a) -> Iterator[CountryB]:
    country = CountryB(tmp_path, country_a)
    yield country
    country.store.close()


@pytest.fixture
def evidence(country_a, tmp_path) -> Path:
    """Evidence that country A received a request."""
    country_a.identify(EVA, "urn:uuid:asked-once")
    logged(country_a.store)
    return exported("urn:uuid:asked-once", tmp_path / "out")
