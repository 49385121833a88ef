"""What runs in the benchmarks end to end: country A's gateway and what it needs.

Gateway, national server and the bare server to compare with are processes of their own,
started by the commands that an operator would type.
The gateway is set as one in production: no exchange folder, no leave of a
demonstration, documents judged and refused, everything recorded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from ncp.demo.cast import LUXEMBOURG, PORTUGAL
from ncp.demo.countries import Ground, settle_country_a
from ncp.demo.pki import CountryPki, make_pki
from ncp.demo.processes import Neighbour, Neighbours
from ncp.demo.scene import launch_gateway
from ncp.demo.source import DemoSource, read_source
from ncp.demo.toml_file import write_toml

_ECHO = "benchmarks.end_to_end.echo"
_STAND_IN = "benchmarks.end_to_end.stand_in"
_SAMPLE_COUNTRY = "ncp.national.sample_country"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that runs, and where it is."""

    source: DemoSource
    ground: Ground
    pki: CountryPki
    peer: CountryPki
    national: Neighbour
    gateway: Neighbour
    echo: Neighbour

    @property
    def national_url(self) -> str:
        """Where the national server is."""
        return str(self.national.ready["url"])

    @property
    def pid(self) -> int:
        """The process that was started as ``ncp serve``."""
        return self.gateway.process.pid

    @property
    def port(self) -> int:
        """The port of the international door."""
        return int(self.gateway.ready["doors"]["international"]["port"])

    @property
    def echo_port(self) -> int:
        """The port of the bare server beside it."""
        return int(self.echo.ready["doors"]["echo"]["port"])


def start_sample_country(
    neighbours: Neighbours, folder: Path, source: DemoSource
) -> Neighbour:
    """Start the sample national server."""
    home = folder / "national-server"
    home.mkdir(mode=0o700)
    source.fill(home / "data")
    arguments = (_SAMPLE_COUNTRY, "--folder", str(home / "data"))
    log = home / "log.txt"
    return neighbours.launch("the national server", arguments, home, log).wait()


def start_stand_in(
    neighbours: Neighbours, folder: Path, source: DemoSource
) -> Neighbour:
    """Start the sample national server, and before it what gives its answers again."""
    behind = start_sample_country(neighbours, folder, source)
    home = folder / "stand-in"
    home.mkdir(mode=0o700)
    arguments = (_STAND_IN, str(behind.ready["url"]))
    log = home / "log.txt"
    return neighbours.launch("the stand-in", arguments, home, log).wait()


Nation: TypeAlias = Callable[[Neighbours, Path, DemoSource], Neighbour]


@contextmanager
def running(
    folder: Path,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    nation: Nation = start_sample_country,
) -> Iterator[Scene]:
    """Start all of them in a new folder, and stop them at the end.

    ``changes`` are settings, by section and key; ``nation`` starts the national server.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lu, pt = make_pki(
        folder / "pki", (LUXEMBOURG.code, PORTUGAL.code), datetime.now(UTC)
    )
    source = read_source(None)
    with Neighbours() as neighbours:
        national = nation(neighbours, folder, source)
        url = str(national.ready["url"])
        ground = Ground.at(folder / "country-a")
        gateway = start_gateway(neighbours, ground, (lu, pt), url, changes)
        echo = _start_echo(neighbours, folder, lu, pt)
        yield Scene(source, ground, lu, pt, national, gateway, echo)


def start_gateway(
    neighbours: Neighbours,
    ground: Ground,
    keys: tuple[CountryPki, CountryPki],
    national_url: str,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Neighbour:
    """Start country A's gateway; ``keys`` are its own and those of the peer."""
    settle_country_a(ground, *keys, national_url, 0)
    _set_as_in_production(ground.settings, changes or {})
    return launch_gateway(neighbours, "the gateway", ground).wait()


def _start_echo(
    neighbours: Neighbours, folder: Path, own: CountryPki, peer: CountryPki
) -> Neighbour:
    home = folder / "echo"
    home.mkdir(mode=0o700)
    ready = home / "ready.json"
    keys = own.tls_server
    arguments = map(str, (_ECHO, keys.certificate, keys.key, peer.authority, ready))
    return neighbours.launch("the bare server", list(arguments), home, ready).wait()


def _set_as_in_production(path: Path, changes: Mapping[str, Mapping[str, Any]]) -> None:
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    # Others are told of what is on record after the answers; here nobody is.
    del settings["exchange"], settings["demo"], settings["accesses"]
    settings["gateway"]["environment"] = "integration"
    for section, values in changes.items():
        settings[section] = {**settings.get(section, {}), **values}
    write_toml(path, settings)
