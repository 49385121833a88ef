"""What an entry of a directory says, as values.

Spec: OASIS BDX SMP 1.0 §2.3 (service metadata) / fact sheet 02 §4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from cryptography import x509

from trust.smp.identifiers import EntryId, Identifier
from trust.smp.search_mask import SearchMask


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service answers, and with which certificate.

    Attributes
    ----------
    address
        Empty for what is only published, such as a search mask.
    activation, expiration
        Between them the endpoint may be used; None leaves that end open.
    """

    transport: str
    address: str
    certificate: x509.Certificate | None
    activation: datetime | None = None
    expiration: datetime | None = None
    description: str = ""
    contact: str = ""
    information: str = ""
    requires_business_signature: bool | None = None
    minimum_authentication: str | None = None
    search_mask: SearchMask | None = None

    def is_active_at(self, moment: datetime) -> bool:
        """Tell whether the endpoint may be used at this moment."""
        return (self.activation is None or self.activation <= moment) and (
            self.expiration is None or moment < self.expiration
        )


@dataclass(frozen=True, slots=True)
class ServiceInformation:
    """One service of one participant, with its one endpoint."""

    entry: EntryId
    process: Identifier
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Redirect:
    """The entry is at another server, whose signer is named."""

    href: str
    certificate_uid: str


ServiceMetadata: TypeAlias = ServiceInformation | Redirect
