"""A small register of entries, as a server of a directory keeps it.

It takes what a country sealed, checks that the seal is the country's own and what is
said fits the place it is put to, and signs the whole in its own name. For demonstration
and tests; in the field the European Commission runs one.

Spec: OASIS BDX SMP 1.0 §2.3 / fact sheet 02 §4.5 (publication).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime

from trust.certificates import CertificateTrust, SigningKey
from trust.decision import Reason
from trust.smp.belief import decide_sealed
from trust.smp.identifiers import EntryId, Identifier
from trust.smp.refused import DirectoryRefused
from trust.smp.service_group import write_service_group
from trust.smp.writing import published_metadata


class MetadataRegister:
    """Entries of any number of countries; safe to share by threads.

    Parameters
    ----------
    publisher
        Signs what is served.
    seals
        Whose seals are accepted.
    """

    def __init__(self, publisher: SigningKey, seals: CertificateTrust) -> None:
        self._publisher = publisher
        self._seals = seals
        self._entries: dict[tuple[str, str], tuple[EntryId, bytes]] = {}
        self._lock = threading.Lock()

    def put(self, entry: EntryId, sealed: bytes, now: datetime) -> bool:
        """Take a sealed entry; tell whether it is new.

        Raises
        ------
        TrustRefused
            It is not sealed by its country, or not for this place.
        """
        decide_sealed(sealed, entry, self._seals, now)
        document = published_metadata(sealed, self._publisher)
        with self._lock:
            is_new = _key(entry) not in self._entries
            self._entries[_key(entry)] = (entry, document)
        return is_new

    def get(self, entry: EntryId) -> bytes:
        """Return the signed document of an entry; raises DirectoryRefused."""
        with self._lock:
            found = self._entries.get(_key(entry))
        if found is None:
            raise _absent()
        return found[1]

    def remove(self, entry: EntryId) -> None:
        """Withdraw an entry; raises DirectoryRefused."""
        with self._lock:
            if self._entries.pop(_key(entry), None) is None:
                raise _absent()

    def group(self, participant: Identifier, base: str) -> bytes:
        """Return the list of a participant's entries; raises DirectoryRefused."""
        entries = [
            each for each in self._all() if each.participant.matches(participant)
        ]
        if not entries:
            raise _absent()
        return write_service_group(participant, entries, base)

    def _all(self) -> Iterable[EntryId]:
        with self._lock:
            return [entry for entry, _ in self._entries.values()]


def _key(entry: EntryId) -> tuple[str, str]:
    return (
        entry.participant.qualified.casefold(),
        entry.document.qualified.casefold(),
    )


def _absent() -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_ENTRY_ABSENT, "the register has no such entry"
    )
