"""The demo's directory: whoever publishes, and where the countries find each other.

It is a process of its own, as in reality: a name server for the zone, and the server
that signs and serves what the countries publish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ncp.cli.smp import publish
from ncp.demo.pki import LOOPBACK, CountryPki, KeyFiles, make_publisher
from ncp.demo.processes import Launched, Neighbour, Neighbours
from ncp.ports import SystemClock
from ncp.settings import load_settings

ZONE: Final = "sml.demo.invalid"
HTTPS: Final = 443
_COMMAND: Final = ("ncp.cli.main", "smp", "serve")


@dataclass(frozen=True, slots=True)
class DemoDirectory:
    """The directory as it runs."""

    process: Neighbour
    signer: Path

    @property
    def server(self) -> str:
        """The address of the server."""
        return str(self.process.ready["directory"])

    @property
    def resolver(self) -> str:
        """The address of the name server."""
        return str(self.process.ready["resolver"])

    def table(
        self, door_ports: Sequence[int], services: Mapping[str, str], mask: str
    ) -> dict[str, Any]:
        """Return the [directory] section of a country.

        Parameters
        ----------
        door_ports
            The ports of the doors that it will be led to.
        services, mask
            What it publishes of itself: addresses, and the file of its search mask.
        """
        return {
            "zone": ZONE,
            "resolvers": [self.resolver],
            "signers": [self.signer],
            # All of it is on this machine, which no directory may lead to otherwise.
            "networks": [f"{LOOPBACK}/32"],
            "ports": [int(self.server.rpartition(":")[2]), *door_ports, HTTPS],
            "plain_http": True,
            "folder": "directory",
            "publication": {
                "admin_url": self.server,
                "services": dict(services),
                "search_mask": mask,
            },
        }


def launch_directory(
    neighbours: Neighbours, folder: Path, countries: Sequence[CountryPki], now: datetime
) -> tuple[Launched, KeyFiles]:
    """Start a directory that takes the entries of these countries."""
    folder.mkdir(mode=0o700)
    publisher = make_publisher(folder, now)
    seals = [
        part
        for each in countries
        for part in ("--seal", f"{each.country}={each.seal.certificate}")
    ]
    arguments = (
        *_COMMAND,
        "--certificate",
        str(publisher.certificate),
        "--key",
        str(publisher.key),
        "--zone",
        ZONE,
        *seals,
    )
    # It says where it listens in the first line of its output.
    log = folder / "log.txt"
    return neighbours.launch("the directory", arguments, folder, log), publisher


def publish_country(settings_file: Path) -> None:
    """Publish a country as its operator would, with ``ncp smp publish``."""
    publish(load_settings(settings_file), SystemClock(), None, None)
