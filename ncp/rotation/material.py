"""One set of own keys and of what peers are judged by, loaded and checked as a whole.

A set is adopted whole or not at all: a file that is half written, a key that does not
belong to its certificate, or a certificate whose time is over, and the set before it
serves on.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.peers.directory import PeerDirectory, load_directory, to_pem
from ncp.peers.discovery import Discovery
from ncp.peers.listed_authorities import with_listed_authorities
from ncp.peers.tls_context import client_context, server_context
from ncp.peers.trust import load_trust, online_revocation, revocation_terms
from ncp.peers.trust_list_watch import TrustListWatch
from ncp.ports import Clock
from ncp.rotation.inventory import Holding, inventory
from ncp.settings.files_inspection import inspect_files
from ncp.settings.finding import Severity
from ncp.settings.key_pairs import load_certificates, load_chain, load_seal
from ncp.settings.model import Role, Settings
from ncp.settings.trust_model import RevocationSettings
from trust.certificates import (
    OnlineRevocation,
    RevocationTerms,
    SigningKey,
    TrustStore,
    fingerprint_of,
)
from trust.certificates.profile import check_validity
from trust.certificates.terms import OnAlarm
from trust.decision import TrustRefused
from trust.identifiers import CountryCode, HomeCommunityId


@dataclass(frozen=True, slots=True)
class TrustMaterial:
    """One generation of keys, pins and anchors.

    Attributes
    ----------
    generation
        1 at the start, one more for each set that was adopted.
    server_context
        None where no TLS ends in this process.
    holdings
        All its certificates, for what is told about their end.
    """

    generation: int
    settings: Settings
    directory: PeerDirectory
    trust: TrustStore
    seal: SigningKey = field(repr=False)
    tls_server: x509.Certificate
    tls_client: x509.Certificate
    server_context: ssl.SSLContext | None
    holdings: tuple[Holding, ...]

    @property
    def home_communities(self) -> Mapping[CountryCode, HomeCommunityId]:
        """What home communities assertions are compared with."""
        return self.directory.home_communities()


class MaterialLoader:
    """Loads sets; what responders and directories answered outlives them.

    Parameters
    ----------
    discovery
        Adds what directories say of the peers; None where all stand in the settings.
    trust_lists
        Adds the authorities that lists vouch for; None where no list is named.
    """

    def __init__(
        self,
        clock: Clock,
        on_alarm: OnAlarm | None = None,
        discovery: Discovery | None = None,
        trust_lists: TrustListWatch | None = None,
    ) -> None:
        self._clock = clock
        self._on_alarm = on_alarm
        self._discovery = discovery
        self._trust_lists = trust_lists
        self._online: tuple[RevocationSettings, OnlineRevocation | None] | None = None

    def load(
        self, settings: Settings, before: TrustMaterial | None = None
    ) -> TrustMaterial:
        """Load the set that the settings name.

        Raises
        ------
        ConfigurationError
            A part is missing or unfit; ``before`` is as good as it was.
        """
        directory = load_directory(settings.peers)
        if self._trust_lists is not None:
            directory = with_listed_authorities(
                directory, settings.peers, self._trust_lists
            )
        trust = self._trust(settings, directory)
        if self._discovery is not None:
            # Entries are sealed by whom the settings name, never by who was learnt.
            directory = self._discovery.join(directory, trust, self._terms(settings))
            trust = self._trust(settings, directory)
        keys = settings.keys
        # Here for the check that key and certificate fit; each session makes its own.
        client_context(keys.tls_client, "")
        material = TrustMaterial(
            generation=1 if before is None else before.generation + 1,
            settings=settings,
            directory=directory,
            trust=trust,
            seal=load_seal(keys.seal),
            tls_server=load_chain(keys.tls_server, "keys.tls_server")[0],
            tls_client=load_chain(keys.tls_client, "keys.tls_client")[0],
            server_context=_server_context(settings, directory),
            holdings=inventory(settings),
        )
        if before is None:
            return material
        now = self._clock.now()
        _check_new(material, now)
        return replace(material, seal=_after(before.seal, material.seal, now))

    def _trust(self, settings: Settings, directory: PeerDirectory) -> TrustStore:
        return load_trust(
            settings,
            directory,
            online=self._responders(settings.revocation),
            on_alarm=self._on_alarm,
        )

    def _terms(self, settings: Settings) -> RevocationTerms:
        return revocation_terms(
            settings,
            online=self._responders(settings.revocation),
            on_alarm=self._on_alarm,
        )

    def _responders(self, settings: RevocationSettings) -> OnlineRevocation | None:
        if self._online is None or self._online[0] != settings:
            self._online = (settings, online_revocation(settings))
        return self._online[1]


def take_over(old: Settings, new: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return ``old`` with what can change while running, and what takes a restart.

    Keys, peers, revocation and the authorities of the door change; everything else is
    built once.
    """
    keys = new.keys.model_copy(
        update={
            "document_id_secret_file": old.keys.document_id_secret_file,
            "data_key_file": old.keys.data_key_file,
        }
    )
    authorities = new.doors.international.tls_authorities
    international = old.doors.international.model_copy(
        update={"tls_authorities": authorities}
    )
    doors = old.doors.model_copy(update={"international": international})
    merged = old.model_copy(
        update={
            "keys": keys,
            "peers": new.peers,
            "revocation": new.revocation,
            "doors": doors,
        }
    )
    waiting = tuple(
        name
        for name in Settings.model_fields
        if getattr(merged, name) != getattr(new, name)
    )
    return merged, waiting


def watched_files(settings: Settings) -> Iterator[Path]:
    """Return every file a set is made of, that of the settings excepted."""
    keys, door = settings.keys, settings.doors.international
    for pair in (keys.tls_server, keys.tls_client, keys.seal):
        yield from pair.files
    for peer in settings.peers:
        leaves = peer.certificates
        yield from (*leaves.tls_client, *leaves.tls_server, *leaves.seal)
        yield from (each.certificate for each in peer.authorities)
        yield from (*peer.intermediates, *peer.tls_authorities)
    yield from (*door.tls_authorities, *settings.revocation.lists)
    yield from settings.directory.files


def _server_context(
    settings: Settings, directory: PeerDirectory
) -> ssl.SSLContext | None:
    door = settings.doors.international
    if Role.A not in settings.gateway.roles or door.proxy is not None:
        return None
    key = "doors.international.tls_authorities"
    authorities = [
        each for path in door.tls_authorities for each in load_certificates(path, key)
    ]
    anchors = directory.client_anchors() + to_pem(authorities)
    return server_context(settings.keys.tls_server, anchors)


def _check_new(material: TrustMaterial, now: datetime) -> None:
    """Refuse a set that would serve worse than the one before it."""
    for key, certificate in (
        ("keys.seal", material.seal.certificate),
        ("keys.tls_server", material.tls_server),
        ("keys.tls_client", material.tls_client),
    ):
        try:
            check_validity(certificate, now)
        except TrustRefused as refused:
            raise ConfigurationError(
                f"The new certificate of `{key}` is not in its time: "
                f"{refused.sentence}.",
                "Put a certificate there that is valid now.",
            ) from refused
    _refuse_stops(material.settings, now)


def _refuse_stops(settings: Settings, now: datetime) -> None:
    if not settings.gateway.is_production:
        return
    for finding in inspect_files(settings, now):
        if finding.severity is Severity.STOP:
            raise ConfigurationError(
                f"`{finding.key}`: {finding.sentence}.", finding.remedy
            )


def _after(old: SigningKey, new: SigningKey, now: datetime) -> SigningKey:
    """Let the new seal know the certificates whose assertions are still about."""
    own = fingerprint_of(new.certificate)
    former = {
        fingerprint_of(each): each
        for each in (*new.former, old.certificate, *old.former)
        if each.not_valid_after_utc >= now
    }
    former.pop(own, None)
    return replace(new, former=tuple(former.values()))
