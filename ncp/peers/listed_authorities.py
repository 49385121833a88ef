"""Gives peers the authorities that trust lists vouch for, where the settings say so.

Which country a certificate is of, and to whom it must have been issued, stays with the
settings: a list says only that an authority may issue such certificates at all.

Spec: ETSI TS 119 612 §5.5 / fact sheet 02 §5.2 (anchors by country and purpose).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ncp.peers.directory import Peer, PeerDirectory, to_pem
from ncp.peers.trust_list_watch import TrustListWatch
from ncp.settings.peers import PeerSettings
from ncp.settings.trust_lists import ListedAuthoritySettings
from trust.certificates import AuthorityPin, Purpose, fingerprint_of
from trust.trustlist import IssuesFor, ListedAuthority, ServiceType, authorities_of

_ISSUES_FOR: Final[Mapping[Purpose, IssuesFor]] = {
    Purpose.SEAL: IssuesFor.SEALS,
    Purpose.TLS_SERVER: IssuesFor.WEB_SITES,
    Purpose.TLS_CLIENT: IssuesFor.WEB_SITES,
}
_SERVICES: Final = {"CA/QC": ServiceType.CA_QC, "CA/PKC": ServiceType.CA_PKC}


def with_listed_authorities(
    directory: PeerDirectory, settings: Iterable[PeerSettings], watch: TrustListWatch
) -> PeerDirectory:
    """Return the directory with the authorities of the lists of now."""
    stated = {each.country: each.listed_authorities for each in settings}
    return PeerDirectory(
        _joined(peer, stated.get(peer.country, ()), watch) for peer in directory
    )


def _joined(
    peer: Peer, stated: tuple[ListedAuthoritySettings, ...], watch: TrustListWatch
) -> Peer:
    found = [each for one in stated for each in _pins(peer, one, watch)]
    if not found:
        return peer

    def anchored(purpose: Purpose) -> str:
        return to_pem(each.certificate for pin, each in found if pin.purpose is purpose)

    return replace(
        peer,
        authorities=(*peer.authorities, *(pin for pin, _ in found)),
        anchors=(*peer.anchors, *(each.certificate for _, each in found)),
        client_anchors=peer.client_anchors + anchored(Purpose.TLS_CLIENT),
        server_anchors=peer.server_anchors + anchored(Purpose.TLS_SERVER),
    )


def _pins(
    peer: Peer, stated: ListedAuthoritySettings, watch: TrustListWatch
) -> Iterator[tuple[AuthorityPin, ListedAuthority]]:
    trust_list = watch.trust_list(stated.source, stated.territory or peer.country)
    if trust_list is None:
        return
    for purpose in map(Purpose, stated.purposes):
        service = _SERVICES[stated.service]
        for authority in authorities_of(trust_list, service, _ISSUES_FOR[purpose]):
            pin = AuthorityPin(
                peer.country,
                purpose,
                fingerprint_of(authority.certificate),
                stated.subject,
                f"trust list of {trust_list.territory}",
                peer.checks_certificate_country,
                authority,
            )
            yield pin, authority
