"""Find what is wrong with the settings of the directory.

Spec: fact sheet 02 §4.3 (environments) / ARCHITECTURE "Environments never share keys or
peers".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from ncp.errors import ConfigurationError
from ncp.settings.finding import Finding, stop, stop_by, warning
from ncp.settings.key_pairs import load_certificates
from ncp.settings.model import Settings

# Zones in which nobody publishes in earnest.
_OF_TESTS: Final = (
    "ehealth-trn.acc.edelivery.tech.ec.europa.eu",
    "ehealth.acc.edelivery.tech.ec.europa.eu",
    "ehealth.testa.eu",
)


def inspect_directory(settings: Settings) -> Iterator[Finding]:
    """Find choices and gaps, where countries are looked up."""
    yield from _signers(settings)
    if settings.directory.folder is None and settings.peers:
        yield warning(
            "directory.folder",
            "nothing is kept of directories, and no operator can switch a country off",
            "Name a folder that only the gateway's user may read.",
        )
    yield from _countries(settings)
    if settings.gateway.is_production:
        yield from _of_production(settings)


def _signers(settings: Settings) -> Iterator[Finding]:
    for path in settings.directory.files:
        try:
            load_certificates(path, "directory")
        except ConfigurationError as error:
            yield stop_by("directory", error)


def _countries(settings: Settings) -> Iterator[Finding]:
    for index, peer in enumerate(settings.peers, 1):
        has_seal = bool(peer.certificates.seal) or any(
            "seal" in each.purposes for each in peer.authorities
        )
        if peer.from_directory and not has_seal:
            yield warning(
                f"peers[{index}]",
                "its entries cannot be believed: nothing says which seal is its own",
                "Add `certificates.seal`, or an authority that vouches for its seal.",
            )


def _of_production(settings: Settings) -> Iterator[Finding]:
    directory = settings.directory
    if directory.zone in _OF_TESTS:
        yield stop(
            "directory.zone",
            "countries publish their test gateways in this zone",
            "Name the zone of production.",
        )
    if any(ipaddress.ip_network(each).is_loopback for each in directory.networks):
        yield stop(
            "directory.networks",
            "a directory could lead the gateway to this machine itself",
            "Take the loopback network out.",
        )
    if directory.plain_http:
        yield warning(
            "directory.plain_http",
            "servers of directories may be asked without TLS",
            "Set it to false where the servers speak HTTPS.",
        )
