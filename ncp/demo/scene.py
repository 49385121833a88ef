"""Everything a running demo consists of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ncp.demo.countries import Ground, Tokens


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everybody can be reached."""

    national_server: str
    door_of_a: str
    door_of_b: str
    national_door_of_b: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that was set up."""

    folder: Path
    luxembourg: Ground
    portugal: Ground
    addresses: Addresses
    tokens_of_a: Tokens
    tokens_of_b: Tokens
    operations: tuple[str, str]


def shown(folder: Path) -> Path:
    """Name a folder the short way where it lies below the current one."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
