"""What the asking side is made of; put together once, at the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from ncp.conformity import INCOMING, Conformity
from ncp.country_b.tokens import TokenDesk
from ncp.evidence import ExchangeFolder
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.identity import GatewayIdentity
from ncp.peers.directory import Peer, PeerDirectory, Service
from ncp.ports import Clock, FreshIds
from ncp.restraint import STANDARD, Noticed, RuleSet, Watch, count_nothing
from ncp.store import RecordStore
from ncp.terminology.desk import TerminologyDesk
from transformations.inspection import STRIPPING, Inspector, inspect
from trust.certificates import SigningKey
from trust.identifiers import CountryCode
from trust.smp import SearchMask


class PeerLine(Protocol):
    """The line to other countries; :class:`ncp.peers.line.CurrentPeerLine` is it."""

    def send(self, peer: Peer, service: Service, payload: HttpPayload) -> PeerAnswer:
        """Send a message and return the answer; raises PeerUnavailable."""
        ...

    def refreshed(self, peer: Peer) -> Peer:
        """Return a peer as its directory entry says now, or as it was."""
        ...


def no_search_mask(country: CountryCode) -> SearchMask | None:
    """Know of no search mask: where no directory is asked."""
    del country
    return None


@dataclass(frozen=True, slots=True)
class InitiatingServices:
    """The ports and values the use cases of country B share.

    Attributes
    ----------
    seal
        Signs the HCP assertions.
    search_mask
        What a country has published of how its patients are found; None: nothing.
    tokens
        Issues the assertions that are derived from them.
    terminology
        None where no catalogue is named: documents are told as they came.
    conformity
        What is done about a document received that breaks a rule.
    look_into
        Looks into what is inside a document from abroad before it is shown.
    restraint, noticed
        The rules against abuse, and what counts what they notice.
    """

    identity: GatewayIdentity
    directory: PeerDirectory
    line: PeerLine
    seal: SigningKey
    store: RecordStore
    clock: Clock
    fresh_ids: FreshIds
    hcp_lifetime: timedelta
    tokens: TokenDesk
    exchange_folder: ExchangeFolder | None = None
    terminology: TerminologyDesk | None = None
    conformity: Conformity = INCOMING
    look_into: Inspector = partial(inspect, policy=STRIPPING)  # noqa: RUF009
    search_mask: Callable[[CountryCode], SearchMask | None] = no_search_mask
    restraint: RuleSet = STANDARD
    noticed: Noticed = count_nothing

    @property
    def watch(self) -> Watch:
        """The rules against abuse, over the store."""
        return Watch(
            self.restraint,
            self.store.restraints,
            self.clock,
            self.identity.audit_source,
            self.noticed,
        )
