"""Who and what an entry of a directory is about.

Spec: OASIS BDX SMP 1.0 §2.1.3 (identifiers), §2.4.1 (percent encoding) / eHDSI SMP
profile, participant identifier scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from trust.identifiers import CountryCode

PARTICIPANT_SCHEME: Final = "ehealth-participantid-qns"
DOCUMENT_SCHEME: Final = "ehealth-resid-qns"
PROCESS_SCHEME: Final = "ehealth-procid-qns"

_PARTICIPANT: Final = re.compile(r"urn:ehealth:(?P<country>[a-z]{2}):ncp-idp")


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier under its scheme; both compare whatever their case (§2.1.3)."""

    scheme: str
    value: str

    def matches(self, other: Identifier) -> bool:
        """Tell whether both identify the same."""
        return (
            self.scheme.casefold() == other.scheme.casefold()
            and self.value.casefold() == other.value.casefold()
        )

    @property
    def qualified(self) -> str:
        """The identifier behind its scheme, as paths carry it."""
        return f"{self.scheme}::{self.value}"

    @property
    def path_segment(self) -> str:
        """The qualified identifier as one segment of a path, everything encoded."""
        return quote(self.qualified, safe="")


@dataclass(frozen=True, slots=True)
class EntryId:
    """What an entry is looked up by: whose it is, and of which service."""

    participant: Identifier
    document: Identifier

    def matches(self, other: EntryId) -> bool:
        """Tell whether both are about the same."""
        return self.participant.matches(other.participant) and self.document.matches(
            other.document
        )

    @property
    def path(self) -> str:
        """The path of the entry below the address of a server (§2.4.1)."""
        return f"/{self.participant.path_segment}/services/{self.document.path_segment}"


def participant_of(country: CountryCode) -> Identifier:
    """Return the identifier of a country's contact point."""
    return Identifier(PARTICIPANT_SCHEME, f"urn:ehealth:{country.lower()}:ncp-idp")


def country_of(participant: Identifier) -> CountryCode | None:
    """Return the country a participant identifier names, or None."""
    match = _PARTICIPANT.fullmatch(participant.value.casefold())
    if match is None or participant.scheme.casefold() != PARTICIPANT_SCHEME:
        return None
    return CountryCode(match["country"])
