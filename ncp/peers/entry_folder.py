"""Keeps believed entries of directories in files, so that they outlive a restart.

What is kept is the signed answer itself with the moment it was believed. When it is
taken out it is judged anew, as of now: who signed it may have been revoked meanwhile.

Spec: fact sheet 06 §7.1 (caches of directories are recoverable), F18.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ncp.peers.switches import write_whole
from ncp.telemetry import get_logger
from trust.smp import (
    EntryId,
    HeldEntry,
    Identifier,
    MetadataTerms,
    ServiceInformation,
    decide_metadata,
)

_SUFFIX: Final = ".entry.json"


@dataclass(frozen=True, slots=True)
class EntryFolder:
    """One file for each entry."""

    folder: Path

    def keep(self, held: HeldEntry) -> None:
        """Keep an entry; that it cannot be kept is told and stops nothing."""
        content = {
            "participant": [
                held.entry.participant.scheme,
                held.entry.participant.value,
            ],
            "document": [held.entry.document.scheme, held.entry.document.value],
            "fetchedAt": held.fetched_at.isoformat(),
            "publisherUid": held.publisher_uid,
            "answer": base64.b64encode(held.document).decode("ascii"),
        }
        try:
            write_whole(self._path(held.entry), json.dumps(content).encode())
        except OSError as error:
            get_logger().error("directory.entry-not-kept", error=type(error).__name__)

    def entries(self, terms: MetadataTerms, now: datetime) -> Iterator[HeldEntry]:
        """Give every kept entry that is believed still."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            held = _read(path, terms, now)
            if held is None:
                get_logger().warning("directory.kept-entry-refused", key=path.name)
            else:
                yield held

    def _path(self, entry: EntryId) -> Path:
        text = f"{entry.participant.qualified}\0{entry.document.qualified}".casefold()
        return self.folder / (hashlib.sha256(text.encode()).hexdigest()[:32] + _SUFFIX)


def _read(path: Path, terms: MetadataTerms, now: datetime) -> HeldEntry | None:
    try:
        content = json.loads(path.read_bytes())
        entry = EntryId(
            Identifier(*content["participant"]), Identifier(*content["document"])
        )
        fetched_at = datetime.fromisoformat(content["fetchedAt"])
        uid = content["publisherUid"]
        document = base64.b64decode(content["answer"], validate=True)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if fetched_at.tzinfo is None:
        return None
    belief = decide_metadata(document, entry, terms, now, publisher_uid=uid)
    if not isinstance(belief.metadata, ServiceInformation):
        return None
    return HeldEntry(entry, belief.metadata, document, belief.decision, fetched_at, uid)
