"""Sets the scene: keys, settings, the national server, two gateways, all running."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ncp.demo.abroad import (
    Simulated,
    home_of,
    launch_simulators,
    settle_directory,
)
from ncp.demo.cast import LUXEMBOURG, PORTUGAL, Abroad
from ncp.demo.countries import (
    Ground,
    Known,
    Tokens,
    services_at,
    settle_country_a,
    settle_country_b,
)
from ncp.demo.directory import DemoDirectory, launch_directory, publish_country
from ncp.demo.masks import write_mask
from ncp.demo.pki import LOOPBACK, CountryPki, make_pki
from ncp.demo.processes import Launched, Neighbour, Neighbours
from ncp.national.sample_country.app import BASE_PATH

_GATEWAY = ("ncp.cli.main", "serve")
# Country B answers nobody; it publishes who vouches for its professionals, and with
# which seal. Nobody knocks at this address here.
SERVICES_OF_B = {"xua": "https://professionals.pt.demo.invalid/identity"}
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
    directory: DemoDirectory
    luxembourg: Country
    portugal: Country
    abroad: Sequence[Simulated] = ()


def set_the_scene(
    neighbours: Neighbours,
    folder: Path,
    fill: Callable[[Path], None],
    abroad: Sequence[Abroad] = (),
) -> Scene:
    """Make keys and settings, start everybody at once, return when all are ready.

    ``fill`` makes the folder that the national server serves. Who must be known to a
    neighbour before it starts gets a port that was free a moment ago.
    """
    codes = (LUXEMBOURG.code, PORTUGAL.code, *(each.country.code for each in abroad))
    now = datetime.now(UTC)
    lu, pt, *others = make_pki(folder / "pki", codes, now)
    national_port, port, *ports = _free_ports(2 + len(abroad))
    known = [
        Known(each, pki, f"https://{LOOPBACK}:{own_port}")
        for each, pki, own_port in zip(abroad, others, ports, strict=True)
    ]
    server = _launch_national_server(neighbours, folder, fill, national_port)
    national_server = f"http://{LOOPBACK}:{national_port}{BASE_PATH}"
    door_of_a = f"https://{LOOPBACK}:{port}"
    simulators = launch_simulators(neighbours, folder, known, lu, door_of_a)
    directory = _open_directory(neighbours, folder, (lu, pt, *others), now)
    ground_a = Ground.at(folder / "country-a")
    ground_b = Ground.at(folder / "country-b")
    table_a, table_b = (
        directory.table(
            [port, *ports], services, write_mask(country.code, ground.folder)
        )
        for country, ground, services in (
            (LUXEMBOURG, ground_a, services_at(door_of_a)),
            (PORTUGAL, ground_b, SERVICES_OF_B),
        )
    )
    tokens_a = settle_country_a(ground_a, lu, pt, national_server, port, table_a, known)
    tokens_b = settle_country_b(ground_b, pt, lu, door_of_a, table_b)
    # All are there to be found before anybody looks for another.
    settled = _settled(folder, known, directory)
    for settings in (ground_a.settings, ground_b.settings, *settled):
        publish_country(settings)
    country_a = launch_gateway(neighbours, "country A's gateway", ground_a)
    country_b = launch_gateway(neighbours, "country B's gateway", ground_b)
    server.wait()
    return Scene(
        folder,
        national_server,
        directory,
        Country(ground_a, lu, tokens_a, country_a.wait()),
        Country(ground_b, pt, tokens_b, country_b.wait()),
        [
            Simulated(each.abroad, home_of(folder, each.abroad), launched.wait())
            for each, launched in zip(known, simulators, strict=True)
        ],
    )


def _settled(
    folder: Path, known: Sequence[Known], directory: DemoDirectory
) -> Iterator[Path]:
    """Settle whom the directory shall know of the countries abroad."""
    for each in known:
        if not each.abroad.is_published:
            continue
        home = home_of(folder, each.abroad)
        mask = home / write_mask(each.abroad.country.code, home)
        port = int(each.address.rpartition(":")[2])
        services = services_at(each.address)
        table = directory.table([port], services, str(mask))
        yield settle_directory(folder, each, table)


def _open_directory(
    neighbours: Neighbours,
    folder: Path,
    countries: tuple[CountryPki, ...],
    now: datetime,
) -> DemoDirectory:
    launched, publisher = launch_directory(
        neighbours, folder / "directory", countries, now
    )
    return DemoDirectory(launched.wait(), publisher.certificate)


def launch_gateway(neighbours: Neighbours, name: str, ground: Ground) -> Launched:
    """Start ``ncp serve`` with the settings of one country."""
    arguments = (
        *_GATEWAY,
        "--settings",
        str(ground.settings),
        "--ready-file",
        str(ground.ready),
    )
    return neighbours.launch(name, arguments, ground.folder, ground.ready)


def _launch_national_server(
    neighbours: Neighbours, folder: Path, fill: Callable[[Path], None], port: int
) -> Launched:
    home = folder / "national-server"
    home.mkdir(mode=0o700)
    source = home / "data"
    fill(source)
    arguments = (_NATIONAL_SERVER, "--folder", str(source), "--port", str(port))
    # It says that it listens in the first line of its output.
    log = home / "log.txt"
    return neighbours.launch("the national server", arguments, home, log)


def _free_ports(number: int) -> list[int]:
    """Find ports that are free now, all different."""
    with ExitStack() as stack:
        bound = [
            stack.enter_context(socket.create_server((LOOPBACK, 0)))
            for _ in range(number)
        ]
        return [each.getsockname()[1] for each in bound]


def _address(gateway: Neighbour, door: str) -> str:
    return str(gateway.ready["doors"][door]["url"])


def shown(folder: Path) -> Path:
    """Name a folder the short way where it lies below the current one."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
