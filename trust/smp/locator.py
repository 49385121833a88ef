"""Where a country's directory is: the name to ask the DNS for, and its records.

DNS is not believed: a record leads to a server whose every answer is signed twice. So
only the plainest record is read, one whose pattern keeps nothing of the name.

Spec: OASIS BDX Location 1.0 §2.1 (label), §2.3 (U-NAPTR) / RFC 4848 §2 / RFC 3402 §3.2
(substitution expression) / fact sheet 02 §4.3.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from trust.decision import Reason
from trust.smp.identifiers import Identifier
from trust.smp.refused import DirectoryRefused

SERVICE: Final = "Meta:SMP"
FLAG: Final = "U"
# Both match the whole name whatever it is, and are compared as text, never run.
_WHOLE_NAME: Final = frozenset({".*", "^.*$"})
_DELIMITER: Final = "!"
MAXIMAL_RECORDS: Final = 32


@dataclass(frozen=True, slots=True)
class NaptrRecord:
    """A NAPTR record as it came (RFC 3403 §4.1)."""

    order: int
    preference: int
    flags: str
    service: str
    regexp: str
    replacement: str


class NaptrLookup(Protocol):
    """Asks the DNS; the port of trust to the network."""

    def naptr(self, name: str) -> Sequence[NaptrRecord]:
        """Return the NAPTR records of a name.

        Raises
        ------
        DirectoryRefused
            There are none (DIRECTORY_ENTRY_ABSENT), or nobody answered
            (DIRECTORY_UNREACHABLE).
        """
        ...


def label_of(participant: Identifier) -> str:
    """Return the label of a participant: BASE32(SHA-256(value)), without padding."""
    digest = hashlib.sha256(participant.value.lower().encode()).digest()
    return base64.b32encode(digest).decode("ascii").rstrip("=")


def name_of(participant: Identifier, zone: str) -> str:
    """Return the name whose NAPTR records tell a participant's directory."""
    return f"{label_of(participant)}.{participant.scheme}.{zone.strip('.')}"


def directory_of(records: Sequence[NaptrRecord]) -> str:
    """Return the address that the first record of the service leads to.

    A refused record is not passed over for the next one: who could add a record could
    else choose which one counts.

    Raises
    ------
    DirectoryRefused
        There is no record of the service, or it is not of the plain form.
    """
    if len(records) > MAXIMAL_RECORDS:
        raise _refused(f"there are more than {MAXIMAL_RECORDS} records")
    ours = [each for each in records if each.service.casefold() == SERVICE.casefold()]
    if not ours:
        raise DirectoryRefused(
            Reason.DIRECTORY_ENTRY_ABSENT,
            f"the DNS has no record of the service {SERVICE} for this country",
        )
    return _target(min(ours, key=lambda each: (each.order, each.preference)))


def _target(record: NaptrRecord) -> str:
    if record.flags.upper() != FLAG:
        raise _refused("its flag is not U, so that it leads to no address")
    if record.replacement not in {"", "."}:
        raise _refused("it has a replacement beside its regular expression")
    parts = record.regexp.split(_DELIMITER)
    if len(parts) != 4 or parts[0] or parts[3] or "\\" in record.regexp:
        raise _refused("its expression is not of the form !pattern!address!")
    if parts[1] not in _WHOLE_NAME:
        raise _refused("its pattern is neither .* nor ^.*$; no other is run")
    return parts[2]


def _refused(what: str) -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_RECORD_REFUSED, f"the NAPTR record is not read: {what}"
    )
