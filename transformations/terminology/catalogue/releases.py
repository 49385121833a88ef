"""The folder of releases and overlays, and which of them speak at a moment.

::

    releases/mvc-8.1.0.sqlite      one file per release, never changed
    overlays/lu.sqlite             one file per national overlay
    activations.json               which release, with which overlays, from when on

An activation may lie in the future. Nothing is deleted by a new one, so the way back is
an activation of what was there before.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from transformations.terminology.catalogue.layered import LayeredCatalogue
from transformations.terminology.catalogue.schema import CatalogueRefused
from transformations.terminology.catalogue.stored import StoredCatalogue

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Activation:
    """From ``since`` on, a release speaks with overlays over it (lowest first)."""

    since: datetime
    release: str
    overlays: tuple[str, ...] = ()

    @property
    def what(self) -> tuple[str, tuple[str, ...]]:
        """Release and overlays, without the moment."""
        return self.release, self.overlays


class Releases:
    """The releases in a folder; safe for several processes, because files only come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "activations.json"

    def release_path(self, name: str) -> Path:
        """Return where a release of this name is, or is to be."""
        return self.folder / "releases" / f"{_checked(name)}.sqlite"

    def overlay_path(self, name: str) -> Path:
        """Return where an overlay of this name is, or is to be."""
        return self.folder / "overlays" / f"{_checked(name)}.sqlite"

    def release_names(self) -> list[str]:
        """Return the releases that are here."""
        return _names_in(self.folder / "releases")

    def overlay_names(self) -> list[str]:
        """Return the overlays that are here."""
        return _names_in(self.folder / "overlays")

    def activations(self) -> list[Activation]:
        """Return all activations, oldest first; empty where there is none yet.

        Raises
        ------
        CatalogueRefused
            The journal cannot be read.
        """
        try:
            rows = json.loads(self.journal.read_text("utf-8"))
        except FileNotFoundError:
            return []
        except ValueError as error:
            raise CatalogueRefused(f"{self.journal}: not readable as JSON") from error
        try:
            found = [_activation(row) for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise CatalogueRefused(
                f"{self.journal}: an activation needs since, release and overlays"
            ) from error
        return sorted(found, key=lambda one: one.since)

    def active(self, now: datetime) -> Activation | None:
        """Return what speaks at a moment."""
        past = [one for one in self.activations() if one.since <= now]
        return past[-1] if past else None

    def activate(
        self, release: str, overlays: Sequence[str], since: datetime
    ) -> Activation:
        """Let a release speak from a moment on, after opening all its files once.

        Raises
        ------
        CatalogueRefused
            A file is missing or no catalogue; what was active stays so.
        """
        activation = Activation(since, release, tuple(overlays))
        self.open(activation).close()
        self._append(activation)
        return activation

    def roll_back(self, now: datetime) -> Activation:
        """Activate again what spoke before the present activation.

        Raises
        ------
        CatalogueRefused
            There was nothing else before.
        """
        past = [one for one in self.activations() if one.since <= now]
        present = past[-1].what if past else None
        for earlier in reversed(past):
            if earlier.what != present:
                return self.activate(earlier.release, earlier.overlays, now)
        raise CatalogueRefused("there is no earlier release to go back to")

    def open(self, activation: Activation) -> LayeredCatalogue:
        """Open what an activation names."""
        paths = [self.release_path(activation.release)]
        paths += [self.overlay_path(name) for name in activation.overlays]
        opened: list[StoredCatalogue] = []
        try:
            opened.extend(StoredCatalogue(path) for path in paths)
        except CatalogueRefused:
            for catalogue in opened:
                catalogue.close()
            raise
        return LayeredCatalogue(opened[::-1])

    def _append(self, activation: Activation) -> None:
        rows = [_row(one) for one in (*self.activations(), activation)]
        self.folder.mkdir(parents=True, exist_ok=True)
        being_made = self.journal.with_name(f".{self.journal.name}.{os.getpid()}")
        with being_made.open("w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        being_made.replace(self.journal)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CatalogueRefused(
            "the name of a release or overlay is letters, digits, dots and dashes"
        )
    return name


def _names_in(folder: Path) -> list[str]:
    return sorted(
        path.stem for path in folder.glob("*.sqlite") if not path.name.startswith(".")
    )


def _row(activation: Activation) -> dict[str, Any]:
    return {
        "since": activation.since.isoformat(),
        "release": activation.release,
        "overlays": list(activation.overlays),
    }


def _activation(row: Any) -> Activation:
    since = datetime.fromisoformat(row["since"])
    if since.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Activation(since, str(row["release"]), tuple(map(str, row["overlays"])))
