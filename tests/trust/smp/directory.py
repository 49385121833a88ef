"""A directory in memory: Denmark's entries, who sealed them and who published them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace

from tests.trust.pki import NOW, certificate, pins, rsa_key, seal
from trust.certificates import PinStore, Purpose, SigningKey
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.smp import (
    FORMS,
    AddressRules,
    Carries,
    CheckedAddress,
    DirectoryRefused,
    Endpoint,
    EntryId,
    MetadataLookup,
    MetadataTerms,
    NaptrRecord,
    Redirect,
    ServiceInformation,
    SmlLocator,
    SmpService,
    entry_of,
    name_of,
    process_of,
    published_metadata,
    sealed_metadata,
)

DK = CountryCode("DK")
EU = CountryCode("EU")
DAY = dt.timedelta(days=1)
ZONE = "sml.example.eu"
SMP = "https://smp.example.eu"
OTHER_SMP = "https://smp2.example.eu"
XCPD = "https://ncp.example.dk/openncp-ws-server/services/XCPD_Service"
SERVICE = SmpService.IDENTIFICATION
ASKED = entry_of(SERVICE, DK)

SEAL = seal("dk")


def signer(name: str, country: str) -> SigningKey:
    key = rsa_key(name)
    return SigningKey(key, certificate(key, country=country))


PUBLISHER = signer("publisher", "BE")
SECOND = signer("second", "FR")
ENDPOINT = certificate(rsa_key("endpoint"))


def information(
    service: SmpService = SERVICE,
    address: str = XCPD,
    country: CountryCode = DK,
    **changes,
) -> ServiceInformation:
    form = FORMS[service]
    endpoint = Endpoint(
        transport=form.transport,
        address=address,
        certificate=None if form.carries is Carries.NONE else ENDPOINT,
        activation=NOW - DAY,
        expiration=NOW + 300 * DAY,
        description=form.description,
    )
    return ServiceInformation(
        entry_of(service, country),
        process_of(service, country),
        replace(endpoint, **changes),
    )


def published(
    metadata=None, sealed_by: SigningKey = SEAL, publisher: SigningKey = PUBLISHER
) -> bytes:
    sealed = sealed_metadata(metadata or information(), sealed_by)
    return published_metadata(sealed, publisher)


def publishers(*keys: SigningKey) -> PinStore:
    keys = keys or (PUBLISHER,)
    return pins(*((key.certificate, "EU", Purpose.SMP_SIGNER) for key in keys))


def seals() -> PinStore:
    lu = seal("lu")
    return pins(
        (SEAL.certificate, "DK", Purpose.SEAL), (lu.certificate, "LU", Purpose.SEAL)
    )


def terms(**changes) -> MetadataTerms:
    return replace(MetadataTerms(publishers(), seals()), **changes)


def naptr(
    address: str = SMP,
    *,
    order: int = 100,
    preference: int = 10,
    flags: str = "U",
    service: str = "Meta:SMP",
    regexp: str | None = None,
    replacement: str = ".",
) -> NaptrRecord:
    expression = f"!.*!{address}!" if regexp is None else regexp
    return NaptrRecord(order, preference, flags, service, expression, replacement)


@dataclass
class Dns:
    records: dict[str, list[NaptrRecord]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False

    def naptr(self, name: str) -> list[NaptrRecord]:
        self.asked.append(name)
        if self.is_down:
            raise DirectoryRefused(Reason.DIRECTORY_UNREACHABLE, "no name server")
        if name not in self.records:
            raise DirectoryRefused(Reason.DIRECTORY_ENTRY_ABSENT, "no such name")
        return self.records[name]


@dataclass
class Server:
    """Answers by address; what it is not asked for stays untouched."""

    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False

    def fetch(self, address: CheckedAddress) -> bytes:
        self.asked.append(address.url)
        if self.is_down:
            raise DirectoryRefused(Reason.DIRECTORY_UNREACHABLE, "nobody answers")
        if address.url not in self.answers:
            raise DirectoryRefused(Reason.DIRECTORY_ENTRY_ABSENT, "no such entry")
        return self.answers[address.url]

    def publish(self, document: bytes, asked: EntryId = ASKED, at: str = SMP) -> None:
        self.answers[at + asked.path] = document


@dataclass
class World:
    dns: Dns = field(default_factory=Dns)
    server: Server = field(default_factory=Server)
    terms: MetadataTerms = field(default_factory=terms)
    rules: AddressRules = field(default_factory=AddressRules)

    def __post_init__(self) -> None:
        self.dns.records[name_of(ASKED.participant, ZONE)] = [naptr()]
        self.server.publish(published())

    @property
    def lookup(self) -> MetadataLookup:
        locator = SmlLocator(ZONE, self.dns)
        return MetadataLookup(locator, self.server, self.rules, self.terms)

    def look_up(self, asked: EntryId = ASKED, now: dt.datetime = NOW):
        return self.lookup.look_up(asked, now)

    def records(self, *records: NaptrRecord) -> None:
        self.dns.records[name_of(ASKED.participant, ZONE)] = list(records)


def redirect(to: str, names: SigningKey) -> Redirect:
    return Redirect(to + ASKED.path, names.certificate.subject.rfc4514_string())


def altered(document: bytes, old: str, new: str, count: int = 1) -> bytes:
    changed, number = re.subn(
        re.escape(old.encode()), new.encode(), document, count=count
    )
    assert number, f"{old} is not in the document"
    return changed
