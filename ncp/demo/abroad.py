"""The simulated countries of the demo: processes that play other programs.

The demo starts the command of the conformance kit and knows no more of it than that; a
simulator has keys of its own, and is found like any other country.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ncp.demo.cast import LUXEMBOURG, Abroad
from ncp.demo.countries import Ground, Known, settle_publisher
from ncp.demo.pki import CountryPki
from ncp.demo.processes import Launched, Neighbour, Neighbours
from ncp.demo.toml_file import Table, write_toml

_COMMAND = ("conformance", "simulate", "country-a")
# A simulator believes the gateway by the authority of its certificates.
_PROFILE = "country.toml"


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated country as it runs; ``folder`` is that of its profile."""

    abroad: Abroad
    folder: Path
    process: Neighbour

    @property
    def address(self) -> str:
        """The address of its services."""
        return str(self.process.ready["url"])

    def heard(self) -> list[str]:
        """Return what it says it was asked and answered, a line for each question."""
        lines = self.process.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not line.startswith("{")]


def write_profile(
    folder: Path, abroad: Abroad, own: CountryPki, gateway: CountryPki, address: str
) -> None:
    """Write the profile of a simulator that meets the gateway at ``address``."""
    country = abroad.country
    write_toml(
        folder / _PROFILE,
        {
            "country": country.code,
            "home_community_id": country.home_community_id,
            "patient_root": country.home_community_id,
            "organization": country.organization,
            "dialect": abroad.dialect,
            "keys": own.authority.parent,
            "gateway": {
                "environment": "demo",
                "home_community_id": LUXEMBOURG.home_community_id,
                "services": f"{address}/services",
                "trust": gateway.authority,
            },
        },
    )


def launch_simulators(
    neighbours: Neighbours,
    folder: Path,
    known: Sequence[Known],
    gateway: CountryPki,
    address: str,
) -> list[Launched]:
    """Start all of them; ``address`` is where the gateway will be."""
    return [_launch(neighbours, folder, each, gateway, address) for each in known]


def _launch(
    neighbours: Neighbours,
    folder: Path,
    known: Known,
    gateway: CountryPki,
    address: str,
) -> Launched:
    home = home_of(folder, known.abroad)
    home.mkdir(mode=0o700, parents=True)
    write_profile(home, known.abroad, known.pki, gateway, address)
    port = known.address.rpartition(":")[2]
    arguments = (*_COMMAND, str(home), "--port", port)
    # It says where it listens in the first line of its output.
    log = home / "log.txt"
    return neighbours.launch(known.abroad.country.name, arguments, home, log)


def home_of(folder: Path, abroad: Abroad) -> Path:
    """Name the folder of a simulated country."""
    return folder / "abroad" / abroad.country.code.lower()


def settle_directory(folder: Path, known: Known, table: Table) -> Path:
    """Write the settings with which a simulated country is published."""
    ground = Ground.at(home_of(folder, known.abroad) / "publisher")
    settle_publisher(ground, known.pki, known.abroad.country, table)
    return ground.settings
