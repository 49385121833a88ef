"""Our own entries: what they should say, and how that differs from what is published.

Spec: fact sheet 01 §1.8, 02 §4.1, §4.5 (constants of the endpoints).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from cryptography import x509

from trust.certificates import fingerprint_of
from trust.decision import Reason, TrustDecision
from trust.identifiers import CountryCode
from trust.smp.metadata import Endpoint, ServiceInformation
from trust.smp.search_mask import SearchMask
from trust.smp.search_mask_writing import write_search_mask
from trust.smp.services import (
    FORMS,
    Carries,
    SmpService,
    entry_of,
    process_of,
    service_of,
)

MINIMUM_AUTHENTICATION: Final = "urn:epSOS:loa:1"
_DATES: Final = frozenset({"activation", "expiration"})
# Their entries carry no level of authentication.
_WITHOUT_LEVEL: Final = frozenset(
    {
        SmpService.IDENTITY_PROVIDER,
        SmpService.AUTHENTICATION,
        SmpService.VPN_SERVER,
        SmpService.VPN_CLIENT,
        SmpService.SEARCH_MASK,
    }
)


@dataclass(frozen=True, slots=True)
class OwnEntries:
    """What a country publishes about itself.

    Attributes
    ----------
    addresses
        Where each service answers; a service that is not named is not published.
    """

    country: CountryCode
    addresses: Mapping[SmpService, str]
    tls_server: x509.Certificate
    seal: x509.Certificate
    activation: datetime
    expiration: datetime
    contact: str = ""
    information: str = ""
    search_mask: SearchMask | None = None

    def entries(self) -> tuple[ServiceInformation, ...]:
        """Return the entries, in the order of the services."""
        return tuple(
            self._entry(service)
            for service in SmpService
            if service in self.addresses
            or (service is SmpService.SEARCH_MASK and self.search_mask is not None)
        )

    def _entry(self, service: SmpService) -> ServiceInformation:
        form = FORMS[service]
        is_mask = service is SmpService.SEARCH_MASK
        certificates = {
            Carries.TLS_SERVER: self.tls_server,
            Carries.SEAL: self.seal,
            Carries.NONE: None,
        }
        endpoint = Endpoint(
            transport=form.transport,
            address=self.addresses.get(service, ""),
            certificate=certificates[form.carries],
            activation=self.activation,
            expiration=self.expiration,
            description=form.description,
            contact=self.contact,
            information=self.information,
            requires_business_signature=None if is_mask else False,
            minimum_authentication=(
                None if service in _WITHOUT_LEVEL else MINIMUM_AUTHENTICATION
            ),
            search_mask=self.search_mask if is_mask else None,
        )
        return ServiceInformation(
            entry_of(service, self.country), process_of(service, self.country), endpoint
        )


class Change(StrEnum):
    """How an entry differs from what is published."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry, as it is published and as it should be."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What is to be done with one entry.

    Attributes
    ----------
    note
        Why what is published counts for nothing, where it does.
    """

    service: SmpService
    change: Change
    entry: ServiceInformation
    fields: tuple[FieldChange, ...] = ()
    note: str = ""


def change_of(
    ours: ServiceInformation,
    published: ServiceInformation | TrustDecision,
    *,
    renew_at: datetime,
) -> EntryChange:
    """Compare one of our entries with what is published of it.

    Parameters
    ----------
    published
        The entry, or why there is none that could be believed.
    renew_at
        An entry that is good beyond this moment is not renewed for its dates alone.
    """
    service = service_of(ours.entry.document)
    if service is None:
        raise ValueError("an entry of ours is of no service that is known")
    if isinstance(published, TrustDecision):
        is_absent = published.reason is Reason.DIRECTORY_ENTRY_ABSENT
        note = "" if is_absent else published.sentence
        return EntryChange(service, Change.ADD, ours, note=note)
    differing = _differing(published, ours)
    until = published.endpoint.expiration
    if {each.name for each in differing} <= _DATES and until and until > renew_at:
        return EntryChange(service, Change.SAME, published)
    kind = Change.CHANGE if differing else Change.SAME
    return EntryChange(service, kind, ours, differing)


def _differing(
    before: ServiceInformation, after: ServiceInformation
) -> tuple[FieldChange, ...]:
    old, new = fields_told(before), fields_told(after)
    return tuple(
        FieldChange(name, old[name], new[name])
        for name in new
        if old[name] != new[name]
    )


def fields_told(information: ServiceInformation) -> dict[str, str]:
    """Return what an entry says, field by field, for a person."""
    told = {"process": information.process.value}
    for field in fields(Endpoint):
        told[field.name] = _as_text(getattr(information.endpoint, field.name))
    return told


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, x509.Certificate):
        end = f"{value.not_valid_after_utc:%Y-%m-%d}"
        name = value.subject.rfc4514_string()
        return f"{name}, until {end}, SHA-256 {fingerprint_of(value)[:16]}"
    if isinstance(value, SearchMask):
        digest = hashlib.sha256(write_search_mask(value)).hexdigest()
        count = sum(1 for _ in value.patterns())
        return f"mask of {value.country}, {count} fields, SHA-256 {digest[:16]}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return str(value)
