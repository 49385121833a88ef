"""Which certificates are on duty, and how long they last.

Spec: RFC 5280 §4.1.2.5 (validity).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from ncp.peers.directory import Peer, load_directory
from ncp.settings.key_pairs import load_certificates, load_chain
from ncp.settings.model import Settings
from trust.certificates import Purpose
from trust.identifiers import CountryCode

OWN = "own"
PEER = "peer"
AUTHORITY = "authority"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Holding:
    """A certificate on duty.

    Attributes
    ----------
    owner
        ``own`` or ``peer``.
    purpose
        What it is for, or ``authority``.
    label
        Where it comes from: a setting, or a file's name.
    """

    owner: str
    country: CountryCode
    purpose: str
    label: str
    certificate: x509.Certificate

    @property
    def end(self) -> datetime:
        """The last moment of its validity."""
        return self.certificate.not_valid_after_utc


def inventory(settings: Settings) -> tuple[Holding, ...]:
    """List all certificates, those that end first at the top."""
    found = [*_own(settings), *_peers(settings)]
    return tuple(sorted(found, key=lambda each: (each.end, each.country)))


def days_left(holding: Holding, now: datetime) -> int:
    """Return how many whole days are left; below 0 it is over."""
    return int((holding.end - now).total_seconds() // _DAY_S)


def soonest_ends(
    holdings: Iterable[Holding], now: datetime
) -> dict[tuple[str, str, str], int]:
    """Return the days left for each owner, country and purpose.

    While an old and a new certificate are both on duty the later one counts: it is the
    day on which nothing would be left. For authorities the first to end counts.
    """
    days: dict[tuple[str, str, str], int] = {}
    for each in holdings:
        key = (each.owner, str(each.country), each.purpose)
        left = days_left(each, now)
        choose = min if each.purpose == AUTHORITY else max
        days[key] = choose(days.get(key, left), left)
    return days


def _own(settings: Settings) -> Iterator[Holding]:
    country = settings.gateway.country
    keys = settings.keys
    for purpose, name, pair in (
        (Purpose.TLS_SERVER, "keys.tls_server", keys.tls_server),
        (Purpose.TLS_CLIENT, "keys.tls_client", keys.tls_client),
        (Purpose.SEAL, "keys.seal", keys.seal),
    ):
        leaf, *chain = load_chain(pair, name)
        yield Holding(OWN, country, purpose.value, name, leaf)
        for above in chain:
            yield Holding(OWN, country, AUTHORITY, name, above)
    for path in settings.doors.international.tls_authorities:
        key = "doors.international.tls_authorities"
        for each in load_certificates(path, key):
            yield Holding(OWN, country, AUTHORITY, path.name, each)


def _peers(settings: Settings) -> Iterator[Holding]:
    for peer in load_directory(settings.peers):
        for each in peer.certificates:
            yield Holding(
                PEER, peer.country, each.purpose.value, each.label, each.certificate
            )
        for authority in _authorities(peer):
            yield Holding(
                PEER,
                peer.country,
                AUTHORITY,
                authority.subject.rfc4514_string(),
                authority,
            )


def _authorities(peer: Peer) -> Iterator[x509.Certificate]:
    yield from dict.fromkeys((*peer.anchors, *peer.intermediates))
