"""Find what would leave the revocation of a peer's certificates unknown.

Spec: RFC 5280 §6.3 / fact sheet 02 §6.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.settings.finding import Finding, stop, stop_by, warning
from ncp.settings.key_pairs import load_certificates
from ncp.settings.model import Settings
from ncp.settings.peers import PeerSettings
from ncp.settings.secrets import read_file
from trust.certificates import AnchorStore, Purpose, RevocationPolicy
from trust.certificates.online_revocation import crl_addresses, ocsp_addresses
from trust.certificates.revocation import read_crl

_LISTS = "revocation.lists"


def inspect_revocation(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Find choices and gaps; files that cannot be read are told elsewhere."""
    yield from _choices(settings)
    lists, findings = _read_lists(settings.revocation.lists, now)
    yield from findings
    try:
        anchors = _anchors(settings)
    except ConfigurationError:
        return  # told where the file is looked at for itself; gaps would follow from it
    issuers = {crl.issuer for crl in lists}
    is_online = settings.revocation.online
    for index, peer in enumerate(settings.peers, 1):
        for key, leaf in _leaves(settings, peer, f"peers[{index}].certificates"):
            gap = _gap(leaf, anchors, issuers, is_online=is_online)
            if gap is not None:
                yield _unknowable(key, leaf, gap, "in the peer's `intermediates`")
    for leaf, above in _signers(settings):
        gap = _gap(leaf, AnchorStore(above), issuers, is_online=is_online)
        if gap is not None:
            yield _unknowable("directory.signers", leaf, gap, "behind it, in its file")


def _unknowable(key: str, leaf: x509.Certificate, gap: str, where: str) -> Finding:
    return warning(
        key,
        f"whether {leaf.subject.rfc4514_string()} is revoked cannot be known: {gap}",
        f"Name its authority {where}, and a list in `revocation.lists` where the "
        "authority publishes none.",
    )


def _choices(settings: Settings) -> Iterator[Finding]:
    for purpose in _used(settings):
        key = f"revocation.{purpose.name.lower()}"
        policy = settings.revocation_policy(purpose)
        if policy is RevocationPolicy.OFF and settings.gateway.is_production:
            yield stop(
                key,
                "revoked certificates would be believed",
                'Set it to "deny", or to "accept-and-alarm" knowing this.',
            )
        elif policy is RevocationPolicy.ACCEPT_AND_ALARM:
            yield warning(
                key,
                "while a responder is dead, revoked certificates are believed",
                "Watch the metric ncp_revocation_unknown_total.",
            )


def _used(settings: Settings) -> Iterator[Purpose]:
    yield from (Purpose.TLS_CLIENT, Purpose.TLS_SERVER, Purpose.SEAL)
    if settings.directory.is_used:
        yield Purpose.SMP_SIGNER


def _read_lists(
    paths: Iterable[Path], now: datetime
) -> tuple[list[x509.CertificateRevocationList], list[Finding]]:
    lists: list[x509.CertificateRevocationList] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            crl = read_crl(read_file(path, _LISTS))
        except ConfigurationError as error:
            findings.append(stop_by(_LISTS, error))
        except ValueError:
            sentence = f"{path.name} is no certificate revocation list"
            findings.append(stop(_LISTS, sentence, "Use the PEM or DER form."))
        else:
            lists.append(crl)
            end = crl.next_update_utc
            if end is not None and end < now:
                sentence = f"{path.name} was to be replaced by {end:%Y-%m-%d}"
                findings.append(warning(_LISTS, sentence, "Fetch a new one."))
    return lists, findings


def _anchors(settings: Settings) -> AnchorStore:
    found: list[x509.Certificate] = []
    paths = [*settings.doors.international.tls_authorities]
    for peer in settings.peers:
        paths += [*peer.tls_authorities, *peer.intermediates]
        paths += [authority.certificate for authority in peer.authorities]
    for path in paths:
        found += load_certificates(path, "peers")
    return AnchorStore(found)


def _leaves(
    settings: Settings, peer: PeerSettings, key: str
) -> Iterator[tuple[str, x509.Certificate]]:
    named = peer.certificates
    for purpose, paths in (
        (Purpose.TLS_CLIENT, named.tls_client),
        (Purpose.TLS_SERVER, named.tls_server),
        (Purpose.SEAL, named.seal),
    ):
        if settings.revocation_policy(purpose) is RevocationPolicy.OFF:
            continue
        for path in paths:
            for leaf in _readable(path)[:1]:
                yield f"{key}.{purpose.name.lower()}", leaf


def _signers(
    settings: Settings,
) -> Iterator[tuple[x509.Certificate, tuple[x509.Certificate, ...]]]:
    """Give each publisher that is pinned, with the authorities behind it."""
    directory = settings.directory
    is_off = settings.revocation_policy(Purpose.SMP_SIGNER) is RevocationPolicy.OFF
    if is_off or not directory.is_used:
        return
    for path in directory.signers:
        chain = _readable(path)
        if chain:
            yield chain[0], chain[1:]


def _readable(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return load_certificates(path, "peers")
    except ConfigurationError:
        return ()


def _gap(
    leaf: x509.Certificate,
    anchors: AnchorStore,
    listed: set[x509.Name],
    *,
    is_online: bool,
) -> str | None:
    if not anchors.issuers_of(leaf):
        return "no certificate of the authority that issued it is configured"
    is_published = bool(crl_addresses(leaf) or ocsp_addresses(leaf))
    if leaf.issuer not in listed and not (is_online and is_published):
        return "its authority publishes nothing to be asked, nor is a list named"
    return None
