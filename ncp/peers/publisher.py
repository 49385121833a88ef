"""Publishes this gateway's own entries: compares before, writes, verifies after.

What is written is the entry under our seal; what comes back through the directory, with
the publisher's signature around it, is judged as that of any other country.

Spec: fact sheet 02 §4.5 (publication REST) / 01 §1.8 (services).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ncp.errors import ConfigurationError, PeerUnavailable, Refusal
from ncp.peers.directory import to_pem
from ncp.peers.directory_record import DirectoryRecord
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.publication_line import PublicationLine
from ncp.peers.tls_context import client_context
from ncp.peers.trust import online_revocation, revocation_terms
from ncp.ports import Clock
from ncp.settings.directory import PublicationSettings
from ncp.settings.key_pairs import load_certificates, load_key_pair, load_seal
from ncp.settings.model import Settings
from ncp.settings.secrets import read_file
from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey
from trust.decision import Reason, TrustDecision
from trust.smp import (
    DirectoryRefused,
    EntryId,
    LookedUp,
    SearchMask,
    ServiceInformation,
    ServiceMetadata,
    SmpService,
    entry_of,
    read_search_mask,
    sealed_metadata,
)
from trust.smp.publication import (
    Change,
    EntryChange,
    OwnEntries,
    change_of,
    fields_told,
)
from trust.smp.reading import read_service_metadata
from trust.smp.signature import METADATA_LIMITS
from trust.xml import XmlRefused, parse_xml

# An entry is renewed in the last quarter of its time.
_RENEWED_SHARE: Final = 0.25
_TRIES: Final = 5
_BETWEEN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sealed:
    """A change, and the very bytes that carry it out; None withdraws."""

    service: SmpService
    change: Change
    document: bytes | None


class Publisher:
    """Publishes for the gateway of the settings; close it after use."""

    def __init__(
        self, settings: Settings, clock: Clock, record: DirectoryRecord
    ) -> None:
        publication = settings.directory.publication
        if publication is None or not settings.directory.is_used:
            raise ConfigurationError(
                "The settings do not say where this gateway is published.",
                "Add `zone` or `smp_url`, and [directory.publication].",
            )
        self._publication: PublicationSettings = publication
        self.record = record
        self._settings = settings
        self._clock = clock
        self._country = settings.gateway.country
        self._seal: SigningKey = load_seal(settings.keys.seal)
        self._terms = DirectoryTerms(
            settings.directory,
            revocation_terms(settings, online=online_revocation(settings.revocation)),
        )
        self._line = PublicationLine(
            publication.admin_url,
            _context(settings, publication),
            settings.directory.timeout_s,
        )

    def close(self) -> None:
        """Close all connections."""
        self._line.close()
        self._terms.close()

    def look_up(self, service: SmpService) -> LookedUp:
        """Look one of our own entries up as another country would."""
        return self._look_up(self._entry(service))

    def plan(self) -> tuple[EntryChange, ...]:
        """Compare what is published with what the settings say should be.

        Raises
        ------
        PeerUnavailable
            The directory cannot be asked: what is not known is not overwritten.
        """
        now = self._clock.now()
        life = timedelta(seconds=self._publication.valid_for_s)
        renew_at = now + life * _RENEWED_SHARE
        return tuple(
            change_of(each, self._published(each.entry), renew_at=renew_at)
            for each in self._own(now, now + life).entries()
        )

    def seal(self, plan: Iterable[EntryChange]) -> tuple[Sealed, ...]:
        """Seal the entries that are to be written."""
        return tuple(
            Sealed(each.service, each.change, self._sealed(each))
            for each in plan
            if each.change is not Change.SAME
        )

    def withdrawal(self, services: Iterable[SmpService]) -> tuple[Sealed, ...]:
        """Return what withdraws these services."""
        return tuple(Sealed(each, Change.WITHDRAW, None) for each in services)

    def write(self, sealed: Sealed) -> None:
        """Write or withdraw one entry, and verify that the directory says so now.

        Raises
        ------
        PeerUnavailable
            The server refused it, or the directory does not say what was written.
        """
        entry = self._entry(sealed.service)
        address = self._line.address_of(entry.path)
        try:
            self._line.write(entry.path, sealed.service.value, sealed.document)
        except PeerUnavailable as error:
            self.record.wrote(entry, address, error)
            raise
        self.record.wrote(entry, address, None)
        self._verify(sealed)

    def _own(self, activation: datetime, expiration: datetime) -> OwnEntries:
        keys = self._settings.keys
        return OwnEntries(
            country=self._country,
            addresses=_addresses(self._publication),
            tls_server=load_key_pair(keys.tls_server, "keys.tls_server").certificate,
            seal=self._seal.certificate,
            activation=activation.replace(microsecond=0),
            expiration=expiration.replace(microsecond=0),
            contact=self._publication.contact,
            information=self._publication.information,
            search_mask=_search_mask(self._publication),
        )

    def _published(self, entry: EntryId) -> ServiceInformation | TrustDecision:
        found = self._look_up(entry)
        if found.decision.reason is Reason.DIRECTORY_UNREACHABLE:
            raise PeerUnavailable(
                Refusal.PEER_UNREACHABLE,
                f"What is published cannot be seen: {found.decision.sentence}.",
                "Check [directory] and the network; nothing was written.",
            )
        return found.information or found.decision

    def _look_up(self, entry: EntryId) -> LookedUp:
        lookup = self._terms.lookup(_own_seals(self._settings, self._seal))
        found = lookup.look_up(entry, self._clock.now())
        self.record.asked(entry, found)
        return found

    def _sealed(self, change: EntryChange) -> bytes:
        try:
            return sealed_metadata(change.entry, self._seal)
        except ValueError as error:
            raise ConfigurationError(
                f"`keys.seal` cannot seal entries: {error}.",
                "Entries are sealed with RSA keys only.",
            ) from error

    def _verify(self, sealed: Sealed) -> None:
        """Read back through the directory; a server may take a moment."""
        found = self.look_up(sealed.service)
        for _ in range(_TRIES):
            if _says(found, sealed):
                return
            time.sleep(_BETWEEN_S)
            found = self.look_up(sealed.service)
        is_another = found.decision.is_accepted
        told = "it has another entry" if is_another else found.decision.sentence
        raise PeerUnavailable(
            Refusal.PEER_ANSWER_INVALID,
            f"The server took {sealed.service}, but the directory does not say so: "
            f"{told}.",
            "Look again in a while with `ncp smp diff`.",
        )

    def _entry(self, service: SmpService) -> EntryId:
        return entry_of(service, self._country)


def told_by(sealed: bytes) -> tuple[str, ...]:
    """Return what a sealed entry says, field by field, for a person."""
    metadata = _read(sealed)
    if not isinstance(metadata, ServiceInformation):
        return (f"redirect to {metadata.href}",)
    return tuple(
        f"{name}: {value}" for name, value in fields_told(metadata).items() if value
    )


def _addresses(publication: PublicationSettings) -> Mapping[SmpService, str]:
    named = publication.services.model_dump()
    return {
        SmpService(name.replace("_", "-")): address
        for name, address in _with_both_of_xca(named).items()
        if address is not None
    }


def _with_both_of_xca(named: dict[str, str | None]) -> dict[str, str | None]:
    # Query and retrieval share one address, and peers read either (01 §1.8).
    address = named.pop("xca", None)
    return {**named, "xca-query": address, "xca-retrieve": address}


def _search_mask(publication: PublicationSettings) -> SearchMask | None:
    path = publication.search_mask
    if path is None:
        return None
    key = "directory.publication.search_mask"
    try:
        return read_search_mask(parse_xml(read_file(path, key), METADATA_LIMITS))
    except (XmlRefused, DirectoryRefused) as error:
        raise ConfigurationError(
            f"`{key}` names {path.name}, which is no search mask: {error}.",
            "Write it in the form of the International Search Mask of 2023.",
        ) from error


def _context(settings: Settings, publication: PublicationSettings) -> ssl.SSLContext:
    key = publication.key or settings.keys.tls_client
    authorities = [
        each
        for path in settings.directory.tls_authorities
        for each in load_certificates(path, "directory.tls_authorities")
    ]
    context = client_context(key, to_pem(authorities), "directory.publication.key")
    if not authorities:
        context.load_default_certs()
    return context


def _own_seals(settings: Settings, seal: SigningKey) -> PinStore:
    return PinStore(
        CertificatePin.of(
            each,
            country=settings.gateway.country,
            purpose=Purpose.SEAL,
            label="keys.seal",
        )
        for each in (seal.certificate, *seal.former)
    )


def _says(found: LookedUp, sealed: Sealed) -> bool:
    """Tell whether the directory says what was written."""
    if sealed.document is None:
        return found.decision.reason is Reason.DIRECTORY_ENTRY_ABSENT
    return found.information == _read(sealed.document)


def _read(sealed: bytes) -> ServiceMetadata:
    return read_service_metadata(parse_xml(sealed, METADATA_LIMITS))
