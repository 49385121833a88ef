"""Keeps the last good copy of every trust list in a folder, over restarts.

The lists are public; what has to be kept from others is that they are put back. So the
folder is our own alone, and a copy that is not the one that was noted is no copy: then
only its number is left, below which nothing is believed any more.

Spec: ETSI TS 119 612 §5.3.2 (sequence) / fact sheet 02 §7.2 row 38 (keep the old one).
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ncp.errors import ConfigurationError
from trust.trustlist import KnownList

_PRIVATE: Final = 0o700
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class _Note:
    """What is noted of a list that was believed."""

    location: str
    known: KnownList

    def to_json(self) -> str:
        values = {
            "location": self.location,
            "sequence": self.known.sequence,
            "issued": self.known.issued.isoformat(),
            "digest": self.known.digest,
        }
        return json.dumps(values, indent=2)

    @classmethod
    def from_json(cls, text: str) -> _Note:
        values: dict[str, Any] = json.loads(text)
        known = KnownList(
            int(values["sequence"]),
            datetime.fromisoformat(values["issued"]),
            str(values["digest"]),
        )
        return cls(str(values["location"]), known)


class ListShelf:
    """A folder of copies; :class:`trust.trustlist.ListMemory`.

    Raises
    ------
    ConfigurationError
        The folder cannot be made, or others may write into it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
        except OSError as error:
            raise ConfigurationError(
                f"the folder {folder} cannot be made: {error.strerror}",
                "name another one, or make it",
            ) from error
        if mode & _OTHERS:
            raise ConfigurationError(
                f"the folder {folder} is open to others, who could put back old lists",
                f"`chmod 700 {folder}`",
            )

    def known(self, location: str) -> KnownList | None:
        """Return what was believed last from there.

        Raises
        ------
        ConfigurationError
            The note is damaged: what it forbade is not known any more.
        """
        note = self._note(location)
        return None if note is None else note.known

    def last_good(self, location: str) -> bytes | None:
        """Return the copy that was believed last, if it is still that."""
        note = self._note(location)
        if note is None:
            return None
        try:
            data = self._copy(location, note.known).read_bytes()
        except FileNotFoundError:
            return None
        is_whole = hashlib.sha256(data).hexdigest() == note.known.digest
        return data if is_whole else None

    def keep(self, location: str, data: bytes, known: KnownList) -> None:
        """Keep a copy; both it and its note are on disk when this returns.

        The note names the copy, so that a crash in between leaves the old pair.
        """
        before = self._note(location)
        if before is not None and before.known == known:
            return
        _write(self._copy(location, known), data)
        _write(self._note_file(location), _Note(location, known).to_json().encode())
        if before is not None:
            self._copy(location, before.known).unlink(missing_ok=True)

    def _note(self, location: str) -> _Note | None:
        file = self._note_file(location)
        try:
            note = _Note.from_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"the note {file.name} about a trust list cannot be read",
                "find out who changed it; where it is removed, an older list could "
                "be believed again",
            ) from error
        return note if note.location == location else None

    def _note_file(self, location: str) -> Path:
        return self._folder / f"{_name(location)}.json"

    def _copy(self, location: str, known: KnownList) -> Path:
        return self._folder / f"{_name(location)}-{known.digest[:16]}.xml"


def _name(location: str) -> str:
    # An address is no file name; its digest is, and is as long as any other.
    return hashlib.sha256(location.encode()).hexdigest()[:32]


def _write(file: Path, data: bytes) -> None:
    """Write a file so that it is there wholly or not at all."""
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
