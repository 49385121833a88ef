"""What the peers' certificates are judged by, put together from the settings.

The path validator is loaded only where there is an authority to lead to, or revocation
to establish: it takes a third of a second.

Spec: eHDSI X.509 profile / fact sheet 02 §6.2, §8.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.peers.directory import PeerDirectory
from ncp.peers.revocation_line import HttpRevocationLine
from ncp.settings.key_pairs import load_certificates
from ncp.settings.model import Settings
from ncp.settings.secrets import read_file
from ncp.settings.trust_model import RevocationSettings
from ncp.told_time import ToldTimes
from trust.certificates import (
    Freshness,
    OnlineRevocation,
    PathValidator,
    Purpose,
    RevocationLists,
    RevocationSource,
    RevocationSources,
    RevocationTerms,
    TrustStore,
)
from trust.certificates.terms import OnAlarm

_OF_PEERS = (Purpose.TLS_CLIENT, Purpose.TLS_SERVER, Purpose.SEAL)


def load_trust(
    settings: Settings,
    directory: PeerDirectory,
    *,
    online: RevocationSource | None = None,
    on_alarm: OnAlarm | None = None,
) -> TrustStore:
    """Build the trust store; raises ConfigurationError for what contradicts itself.

    Parameters
    ----------
    online
        Asks responders; without it only the lists in files are known.
    """
    terms = revocation_terms(settings, online=online, on_alarm=on_alarm)
    needs_paths = bool(directory.authorities()) or any(map(terms.checks, _OF_PEERS))
    return TrustStore(
        directory.pins(),
        directory.anchors(_door_authorities(settings)),
        path_validator() if needs_paths else None,
        terms,
    )


def revocation_terms(
    settings: Settings,
    *,
    online: RevocationSource | None = None,
    on_alarm: OnAlarm | None = None,
) -> RevocationTerms:
    """Build how revocation is established, for peers and for directories alike.

    Raises
    ------
    ConfigurationError
        A file is no revocation list.
    """
    lists = RevocationLists(_lists(settings.revocation))
    return RevocationTerms(
        {each: settings.revocation_policy(each) for each in Purpose},
        RevocationSources([lists] if online is None else [lists, online]),
        timedelta(seconds=settings.revocation.retry_s),
        on_alarm,
    )


def online_revocation(
    settings: RevocationSettings, times: ToldTimes | None = None
) -> OnlineRevocation | None:
    """Build what asks responders and fetches lists, where the settings allow it.

    ``times`` hears what time those have who answer.
    """
    if not settings.online:
        return None
    line = HttpRevocationLine(
        timeout_s=settings.timeout_s,
        max_bytes=settings.max_answer_bytes,
        internal_hosts=settings.internal_hosts,
        times=times,
    )
    return OnlineRevocation(
        line,
        Freshness(
            max_age=timedelta(seconds=settings.max_age_s),
            retry=timedelta(seconds=settings.retry_s),
        ),
    )


def path_validator() -> PathValidator:
    """Load what builds paths."""
    from trust.certificates.hanko import HankoPathValidator  # noqa: PLC0415

    return HankoPathValidator()


def _door_authorities(settings: Settings) -> Iterable[x509.Certificate]:
    for path in settings.doors.international.tls_authorities:
        yield from load_certificates(path, "doors.international.tls_authorities")


def _lists(settings: RevocationSettings) -> Iterable[bytes]:
    for path in settings.lists:
        data = read_file(path, "revocation.lists")
        try:
            RevocationLists([data])
        except ValueError:
            raise ConfigurationError(
                f"`revocation.lists` names {path}, which is no revocation list.",
                "Use the PEM or DER form of a CRL.",
            ) from None
        yield data
