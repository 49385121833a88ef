"""A gateway's folder with settings and keys, made anew for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncp.demo.countries import Ground, settle_country_a, settle_country_b
from ncp.demo.pki import CountryPki, make_pki
from trust.identifiers import CountryCode

CODES = [CountryCode(code) for code in ("LU", "PT")]


@dataclass(frozen=True)
class Land:
    """Where a gateway lives, and two generations of everybody's keys."""

    ground: Ground
    lu: CountryPki
    pt: CountryPki
    new_lu: CountryPki
    new_pt: CountryPki

    @property
    def settings(self) -> Path:
        return self.ground.settings

    def edit(self, old: str, new: str) -> None:
        """Change the settings file as an operator does."""
        text = self.settings.read_text(encoding="utf-8")
        assert old in text, text
        self.settings.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, text: str) -> None:
        with self.settings.open("a", encoding="utf-8") as file:
            file.write(text)


@pytest.fixture(scope="session")
def pkis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pkis")
    for name in ("old", "new"):
        make_pki(folder / name, CODES, datetime.now(UTC))
    return folder


def copied(pkis: Path, folder: Path, name: str, country: str) -> CountryPki:
    from ncp.demo.pki import KeyFiles

    home = folder / name / country
    shutil.copytree(pkis / name / country, home)

    def pair(use: str) -> KeyFiles:
        return KeyFiles(home / f"{use}.pem", home / f"{use}.key")

    return CountryPki(
        CountryCode(country.upper()),
        home / "authority.pem",
        pair("tls-server"),
        pair("tls-client"),
        pair("seal"),
        pair("stranger"),
    )


def lands(pkis: Path, folder: Path) -> list[CountryPki]:
    return [
        copied(pkis, folder, name, country)
        for name in ("old", "new")
        for country in ("lu", "pt")
    ]


@pytest.fixture
def country_a(pkis: Path, tmp_path: Path) -> Land:
    lu, pt, new_lu, new_pt = lands(pkis, tmp_path)
    ground = Ground.at(tmp_path / "a")
    settle_country_a(ground, lu, pt, "http://127.0.0.1:1/fhir", 0)
    return Land(ground, lu, pt, new_lu, new_pt)


@pytest.fixture
def country_b(pkis: Path, tmp_path: Path) -> Land:
    lu, pt, new_lu, new_pt = lands(pkis, tmp_path)
    ground = Ground.at(tmp_path / "b")
    settle_country_b(ground, pt, lu, "https://127.0.0.1:1")
    return Land(ground, lu, pt, new_lu, new_pt)
