"""Where doors are: bound before anything is served, told when all are open.

Spec: ARCHITECTURE "Three doors".
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ncp.errors import ConfigurationError
from ncp.telemetry import get_logger


@dataclass(frozen=True, slots=True)
class Place:
    """Where a door is to open; port 0 is any that is free."""

    name: str
    host: str
    port: int
    is_tls: bool


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A door that is open, and where."""

    name: str
    host: str
    port: int
    url: str


def bind(place: Place) -> socket.socket:
    """Take the address of a door, without listening yet.

    Raises
    ------
    ConfigurationError
        It cannot be had; the text names the setting.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(family, address)
    except OSError as error:
        raise ConfigurationError(
            f"The {place.name} door cannot open at {place.host} port {place.port}: "
            f"{error.strerror}.",
            f"Correct `doors.{place.name}.host` and `.port`, or stop what listens "
            "there.",
        ) from None


def _bound(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


def opened(place: Place, bound: socket.socket) -> OpenDoor:
    """Tell where a door is that was bound."""
    port = bound.getsockname()[1]
    scheme = "https" if place.is_tls else "http"
    host = f"[{place.host}]" if ":" in place.host else place.host
    return OpenDoor(place.name, place.host, port, f"{scheme}://{host}:{port}")


def announce(ready_file: Path | None, doors: Sequence[OpenDoor]) -> None:
    """Tell in the log, and in a file if one is wanted, where the doors are."""
    log = get_logger()
    for door in doors:
        log.info("door.opened", door=door.name, host=door.host, port=door.port)
    if ready_file is not None:
        write_ready_file(ready_file, doors)


def write_ready_file(path: Path, doors: Sequence[OpenDoor]) -> None:
    """Tell where the doors are; the file appears whole or not at all."""
    listing = {
        door.name: {"host": door.host, "port": door.port, "url": door.url}
        for door in doors
    }
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps({"pid": os.getpid(), "doors": listing}, indent=2)
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(path)
