"""Sets the scene: keys, settings, the national server, two gateways, all running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ncp.demo.cast import LUXEMBOURG, PORTUGAL
from ncp.demo.countries import Ground, Tokens, settle_country_a, settle_country_b
from ncp.demo.pki import CountryPki, make_pki
from ncp.demo.processes import Neighbour, Neighbours

_GATEWAY = ("ncp.cli.main", "serve")
_NATIONAL_SERVER = "ncp.national.sample_country"


@dataclass(frozen=True, slots=True)
class Country:
    """One country as it runs: where it lives, what it shows, how it is reached."""

    ground: Ground
    pki: CountryPki
    tokens: Tokens
    gateway: Neighbour

    @property
    def international_door(self) -> str:
        """The address for other countries."""
        return _address(self.gateway, "international")

    @property
    def national_door(self) -> str:
        """The address for the country's own software."""
        return _address(self.gateway, "national")

    @property
    def operations_door(self) -> str:
        """The address for operators."""
        return _address(self.gateway, "operations")


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that runs."""

    folder: Path
    national_server: str
    luxembourg: Country
    portugal: Country


def set_the_scene(
    neighbours: Neighbours, folder: Path, fill: Callable[[Path], None]
) -> Scene:
    """Make keys and settings, start everybody, return when all are ready.

    ``fill`` makes the folder that the national server serves.

    Country A comes first: country B's settings name its address, and every port is one
    that was free.
    """
    codes = (LUXEMBOURG.code, PORTUGAL.code)
    lu, pt = make_pki(folder / "pki", codes, datetime.now(UTC))
    national_server = _start_national_server(neighbours, folder, fill)
    ground = Ground.at(folder / "country-a")
    tokens = settle_country_a(ground, lu, pt, national_server)
    luxembourg = Country(
        ground, lu, tokens, start_gateway(neighbours, "country A's gateway", ground)
    )
    ground = Ground.at(folder / "country-b")
    tokens = settle_country_b(ground, pt, lu, luxembourg.international_door)
    portugal = Country(
        ground, pt, tokens, start_gateway(neighbours, "country B's gateway", ground)
    )
    return Scene(folder, national_server, luxembourg, portugal)


def start_gateway(neighbours: Neighbours, name: str, ground: Ground) -> Neighbour:
    """Start ``ncp serve`` with the settings of one country."""
    arguments = (
        *_GATEWAY,
        "--settings",
        str(ground.settings),
        "--ready-file",
        str(ground.ready),
    )
    return neighbours.start(name, arguments, ground.folder, ground.ready)


def _start_national_server(
    neighbours: Neighbours, folder: Path, fill: Callable[[Path], None]
) -> str:
    home = folder / "national-server"
    home.mkdir(mode=0o700)
    fill(home / "data")
    arguments = (_NATIONAL_SERVER, "--folder", str(home / "data"), "--port", "0")
    # It says where it listens in the first line of its output.
    server = neighbours.start("the national server", arguments, home, home / "log.txt")
    return str(server.ready["url"])


def _address(gateway: Neighbour, door: str) -> str:
    return str(gateway.ready["doors"][door]["url"])


def shown(folder: Path) -> Path:
    """Name a folder the short way where it lies below the current one."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
