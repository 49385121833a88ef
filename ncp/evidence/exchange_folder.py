"""Whole exchanges kept as files, for the demo and for testers.

They hold patients' data in the clear: the folder is private to its owner, and
``ncp check`` calls it a stop in production.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from ncp.private_file import write_private

Content: TypeAlias = bytes | Mapping[str, Any]
Part: TypeAlias = Content | Callable[[], Content]
"""What may be kept; what takes long to say is said only where it is kept."""

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class ExchangeFolder:
    """One private sub-folder for each exchange, named by time, transaction and id."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)

    def keep(
        self,
        moment: datetime,
        transaction: str,
        message_id: str | None,
        parts: Mapping[str, Part],
    ) -> Path:
        """Write the parts of one exchange; mappings are written as JSON.

        Parameters
        ----------
        moment
            When the exchange began.
        transaction
            ``ITI-55``, ``ITI-38`` or ``ITI-39``, or ``unread`` where none was found.
        message_id
            The request's ``wsa:MessageID``; it names the folder.
        parts
            File name to content, or to what gives it.
        """
        folder = self._new_folder(moment, transaction, message_id)
        for name, content in parts.items():
            self._write(folder / name, content() if callable(content) else content)
        return folder

    def _new_folder(
        self, moment: datetime, transaction: str, message_id: str | None
    ) -> Path:
        stamp = moment.strftime("%Y%m%dT%H%M%S.%f")
        known_as = (message_id or "no-message-id").removeprefix("urn:uuid:")
        short_id = _UNSAFE.sub("-", known_as)[-40:]
        base = f"{stamp}-{transaction}-{short_id}"
        for attempt in range(1000):
            folder = self._root / (f"{base}-{attempt}" if attempt else base)
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return folder
        raise OSError("a thousand exchanges with one name: the clock stands still")

    @staticmethod
    def _write(path: Path, content: Content) -> None:
        data = (
            content
            if isinstance(content, bytes)
            else json.dumps(content, indent=1, ensure_ascii=False, default=str).encode()
        )
        write_private(path, data)
