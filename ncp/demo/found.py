"""Ask a gateway's operations door how it found the other countries, and why."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from ncp.demo.scene import Country
from trust.identifiers import CountryCode

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """One entry of a directory that a gateway uses, and every step to believing it."""

    service: str
    address: str
    why: tuple[str, ...]


def found_entries(asking: Country, sought: CountryCode) -> tuple[FoundEntry, ...]:
    """Return the entries by which one gateway knows another country."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            f"{asking.operations_door}/peers",
            headers={"Authorization": f"Bearer {asking.tokens.operator}"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        peers = answer.json()
    return tuple(
        FoundEntry(entry["service"], entry["address"], tuple(entry["why"]))
        for peer in peers
        if peer["country"] == sought
        for entry in peer["entries"]
    )
