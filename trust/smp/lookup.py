"""Looks an entry up: where the directory is, what it answers, whether that is believed.

Nothing here touches the network: names, records and answers come through ports, and
every address is judged before it is given to one.

Spec: OASIS BDX SMP 1.0 §2.3.3 (one redirect only), §2.4 / BDX Location 1.0 / fact
sheet 02 §4.3, §4.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from trust.decision import Reason, TrustDecision, deny
from trust.smp.addresses import AddressRules, CheckedAddress, check_address
from trust.smp.belief import MetadataBelief, MetadataTerms, decide_metadata
from trust.smp.identifiers import EntryId, Identifier
from trust.smp.locator import NaptrLookup, directory_of, name_of
from trust.smp.metadata import Redirect, ServiceInformation
from trust.smp.refused import DirectoryRefused


class MetadataFetch(Protocol):
    """Fetches an answer of a directory; the port of trust to the network."""

    def fetch(self, address: CheckedAddress) -> bytes:
        """Return the body of the answer.

        The connection must go to a number that ``check_numbers`` has judged, and no
        redirect of HTTP be followed.

        Raises
        ------
        DirectoryRefused
            DIRECTORY_ENTRY_ABSENT where the server has none, DIRECTORY_UNREACHABLE,
            DIRECTORY_ADDRESS_REFUSED, or DIRECTORY_ANSWER_UNUSABLE.
        """
        ...


class Locator(Protocol):
    """Tells where a participant's directory is."""

    def locate(self, participant: Identifier) -> tuple[str, str]:
        """Return its address, and how that was found, for the record."""
        ...


@dataclass(frozen=True, slots=True)
class SmlLocator:
    """Asks the DNS, as the Service Metadata Locator of a zone."""

    zone: str
    dns: NaptrLookup

    def locate(self, participant: Identifier) -> tuple[str, str]:
        """Return the address that the participant's NAPTR record leads to."""
        name = name_of(participant, self.zone)
        address = directory_of(self.dns.naptr(name))
        return address, f"NAPTR of {name} leads to {address}"


@dataclass(frozen=True, slots=True)
class FixedLocator:
    """Knows one server for everybody, where there is no zone to ask."""

    address: str

    def locate(self, participant: Identifier) -> tuple[str, str]:
        """Return the server of the settings."""
        del participant
        return self.address, f"the settings name the directory {self.address}"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a look-up came to.

    ``information``, ``document`` and ``publisher_uid`` are set only where it is
    believed; ``address`` is the one that was asked last, empty where none was found.
    """

    decision: TrustDecision
    information: ServiceInformation | None = None
    document: bytes | None = None
    publisher_uid: str | None = None
    address: str = ""


@dataclass(slots=True)
class _Way:
    """The steps of a look-up so far, and the address that was asked last."""

    steps: list[str] = field(default_factory=list)
    address: str = ""


@dataclass(frozen=True, slots=True)
class MetadataLookup:
    """Looks entries up; holds no state.

    Attributes
    ----------
    servers
        Where servers of directories may be.
    """

    locator: Locator
    fetcher: MetadataFetch
    servers: AddressRules
    terms: MetadataTerms

    def look_up(self, asked: EntryId, now: datetime) -> LookedUp:
        """Return the entry that is asked for, or why there is none to be believed."""
        way = _Way()
        try:
            address, how = self.locator.locate(asked.participant)
            way.steps.append(how)
            return self._follow(asked, address.rstrip("/") + asked.path, way, now)
        except DirectoryRefused as error:
            return LookedUp(
                deny(
                    "entry of the directory",
                    error.reason,
                    error.sentence,
                    now,
                    tuple(way.steps),
                ),
                address=way.address,
            )

    def _follow(self, asked: EntryId, url: str, way: _Way, now: datetime) -> LookedUp:
        document, belief = self._ask(asked, url, way, now, None)
        if not isinstance(belief.metadata, Redirect):
            return _looked_up(belief, document, way, None)
        redirect = belief.metadata
        way.steps.append(f"redirected to {redirect.href}")
        document, belief = self._ask(
            asked, redirect.href, way, now, redirect.certificate_uid
        )
        if isinstance(belief.metadata, Redirect):
            raise DirectoryRefused(
                Reason.DIRECTORY_REDIRECT_REFUSED,
                "the redirect leads to a redirect; one is followed, no second",
            )
        return _looked_up(belief, document, way, redirect.certificate_uid)

    def _ask(
        self,
        asked: EntryId,
        url: str,
        way: _Way,
        now: datetime,
        publisher_uid: str | None,
    ) -> tuple[bytes, MetadataBelief]:
        way.address = url
        document = self.fetcher.fetch(check_address(url, self.servers))
        way.steps.append(f"fetched from {url}")
        belief = decide_metadata(
            document, asked, self.terms, now, publisher_uid=publisher_uid
        )
        return document, belief


def _looked_up(
    belief: MetadataBelief, document: bytes, way: _Way, uid: str | None
) -> LookedUp:
    verdict = belief.decision
    decision = TrustDecision(
        verdict.verdict,
        verdict.reason,
        verdict.subject,
        verdict.sentence,
        verdict.moment,
        (*way.steps, *verdict.evidence),
        verdict.policy,
    )
    if not isinstance(belief.metadata, ServiceInformation):
        return LookedUp(decision, address=way.address)
    return LookedUp(decision, belief.metadata, document, uid, way.address)
