"""Switches a country, or one of its services, off and on again, in both directions.

The settings may switch off for good; an operator switches in an emergency, at the
operations door or with the command line. That is kept in a file, so that it outlives a
restart and every process of the gateway obeys it with its next message.

Spec: eHDSI operations (a country can be isolated at once) / fact sheet 06 §6.2.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ncp.errors import ConfigurationError, PeerUnavailable, PolicyError, Refusal
from ncp.peers.directory import Service
from ncp.telemetry import get_logger
from trust.identifiers import CountryCode

ALL: Final = "all"
_FILE: Final = "switched-off.json"


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A country, or one service of it, that is switched off, and by whom."""

    country: str
    service: str
    operator: str
    at: str
    why: str = ""


class Switches:
    """What is switched off now; safe to share by threads.

    Parameters
    ----------
    stated
        What the settings switch off; nobody switches it on while running.
    folder
        Where operators' switches are kept; None where there is no such folder.

    Raises
    ------
    ConfigurationError
        What was kept cannot be read.
    """

    def __init__(
        self,
        stated: Mapping[CountryCode, Iterable[str]] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._stated = tuple(
            SwitchedOff(str(country), service, "settings", "")
            for country, services in (stated or {}).items()
            for service in services
        )
        self._file = None if folder is None else folder / _FILE
        self._read: tuple[SwitchedOff, ...] = ()
        self._seen: tuple[int, int, int] | None = None
        self._lock = threading.Lock()
        self._of_operators()
        if self._file is not None and self._file.exists() and self._seen is None:
            raise ConfigurationError(
                f"{_FILE} in `directory.folder` cannot be read: nobody knows what is "
                "switched off.",
                "Mend it, or remove it and switch off again what has to be off.",
            )

    def all(self) -> tuple[SwitchedOff, ...]:
        """Return everything that is switched off now."""
        return (*self._stated, *self._of_operators())

    def find(self, country: CountryCode, service: Service) -> SwitchedOff | None:
        """Return the switch that stops this service of a country, or None."""
        for switch in self.all():
            if switch.country == country and switch.service in {ALL, service.value}:
                return switch
        return None

    def refuse_asking(self, country: CountryCode, service: Service) -> None:
        """Raise PeerUnavailable where we may not ask this service of a country."""
        switch = self.find(country, service)
        if switch is not None:
            raise PeerUnavailable(
                Refusal.SERVICE_UNAVAILABLE,
                f"{_what(switch)} is switched off on our side, by {switch.operator}.",
                "Ask the operators of this gateway why, and when it is switched on.",
                nothing_was_sent=True,
            )

    def refuse_answering(self, country: CountryCode, service: Service) -> None:
        """Raise PolicyError where we may not answer this service to a country."""
        if self.find(country, service) is not None:
            raise PolicyError(
                Refusal.SERVICE_UNAVAILABLE,
                "exchange with this country is switched off",
                "An operator of the asked gateway has switched it off.",
            )

    def turn_off(self, switch: SwitchedOff) -> None:
        """Switch off; raises ConfigurationError where it cannot be kept."""
        kept = [each for each in self._of_operators() if _place(each) != _place(switch)]
        self._write([*kept, switch])
        get_logger().warning(
            "peer.switched-off",
            country=switch.country,
            service=switch.service,
            operator=switch.operator,
        )

    def turn_on(self, country: CountryCode, service: str, operator: str) -> bool:
        """Switch on what an operator switched off; tell whether it was off."""
        place = (str(country), service)
        before = self._of_operators()
        kept = [each for each in before if _place(each) != place]
        if len(kept) == len(before):
            return False
        self._write(kept)
        get_logger().warning(
            "peer.switched-on", country=str(country), service=service, operator=operator
        )
        return True

    def _of_operators(self) -> tuple[SwitchedOff, ...]:
        if self._file is None:
            return ()
        try:
            state = self._file.stat()
        except FileNotFoundError:
            self._seen, self._read = None, ()
            return ()
        seen = (state.st_mtime_ns, state.st_size, state.st_ino)
        if seen != self._seen:
            self._load(seen)
        return self._read

    def _load(self, seen: tuple[int, int, int]) -> None:
        if self._file is None:
            return
        try:
            entries = json.loads(self._file.read_bytes())
            read = tuple(SwitchedOff(**each) for each in entries)
        except (OSError, ValueError, TypeError):
            # What was off stays off: a broken file must not switch anything on.
            get_logger().error("peer.switches-unreadable", key=_FILE)
            return
        self._read, self._seen = read, seen

    def _write(self, switches: Iterable[SwitchedOff]) -> None:
        if self._file is None:
            raise ConfigurationError(
                "There is nowhere to keep what is switched off.",
                "Name a folder in `directory.folder`, or use `off` in [[peers]].",
            )
        data = json.dumps([asdict(each) for each in switches], indent=2)
        with self._lock:
            write_whole(self._file, data.encode())


def switched_off(
    country: CountryCode, service: str, operator: str, now: datetime, why: str = ""
) -> SwitchedOff:
    """Build a switch; raises ConfigurationError for a service there is not."""
    if service not in {ALL, *Service}:
        known = ", ".join((ALL, *Service))
        raise ConfigurationError(
            f"There is no service {service[:20]!r} to switch.", f"Known are {known}."
        )
    at = now.isoformat(timespec="seconds")
    return SwitchedOff(str(country), service, operator, at, why)


def write_whole(path: Path, data: bytes) -> None:
    """Write a private file so that a reader sees the old one or the new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _place(switch: SwitchedOff) -> tuple[str, str]:
    return switch.country, switch.service


def _what(switch: SwitchedOff) -> str:
    if switch.service == ALL:
        return f"Country {switch.country}"
    return f"The service {switch.service} of country {switch.country}"
