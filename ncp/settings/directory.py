"""The sections of the settings about directories: finding others, publishing ourselves.

Spec: OASIS BDX SMP 1.0 / BDX Location 1.0 / fact sheet 02 §4.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ncp.settings.section import Port, Seconds, Section, Text
from ncp.settings.trust_model import KeyPairSettings, SubjectRuleTable
from ncp.settings.types import HttpsUrl, HttpUrl, SettingsPath

LongSeconds = Annotated[float, Field(gt=0, le=31_536_000)]


def read_name_server(text: str) -> tuple[str, int]:
    """Read ``10.0.0.53``, ``10.0.0.53:5353``, ``[2001:db8::1]:53``.

    Raises
    ------
    ValueError
        It is no number with an optional port.
    """
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not text.startswith("[")):
        host, port = text, "53"
    address = ipaddress.ip_address(host.strip("[]"))
    number = int(port)
    if not 0 < number < 65_536:
        raise ValueError("a port is between 1 and 65535")
    return str(address), number


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _zone(text: str) -> str:
    labels = text.strip(".").split(".")
    if not all(label and label.replace("-", "").isalnum() for label in labels):
        raise ValueError("expected the name of a DNS zone, such as ehealth.testa.eu")
    return ".".join(labels)


def _name_server(text: str) -> str:
    read_name_server(text)
    return text


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
NameServerText = Annotated[str, AfterValidator(_name_server)]


class SignerAuthoritySettings(Section):
    """An authority, and the publisher of directories that it vouches for."""

    certificate: SettingsPath
    subject: SubjectRuleTable


class PublishedAddressesSettings(Section):
    """The addresses that are published of this gateway; one that is left out is not."""

    xcpd: HttpsUrl | None = None
    xca: HttpsUrl | None = None
    xcf: HttpsUrl | None = None
    xdr: HttpsUrl | None = None
    xdr_consent: HttpsUrl | None = None
    xua: HttpsUrl | None = None
    hp_authentication: HttpsUrl | None = None
    vpn_server: Text | None = None
    vpn_client: Text | None = None
    fhir: HttpsUrl | None = None


class PublicationSettings(Section):
    """What is published about this gateway, where, and who has to agree.

    ``approvals`` is the number of operators it takes; with 2, one proposes and another
    approves.
    """

    admin_url: HttpUrl
    key: KeyPairSettings | None = None
    services: PublishedAddressesSettings = PublishedAddressesSettings()
    search_mask: SettingsPath | None = None
    valid_for_s: LongSeconds = 31_536_000.0
    contact: str = ""
    information: str = ""
    approvals: Literal[1, 2] = 1


class DirectorySettings(Section):
    """Where other countries are looked up, and what is believed of the answers.

    ``zone`` is asked in the DNS; ``smp_url`` is one server for everybody, where there
    is no zone. Without either, all peers stand in the settings.
    """

    zone: Zone | None = None
    resolvers: tuple[NameServerText, ...] = ()
    smp_url: HttpUrl | None = None
    signers: tuple[SettingsPath, ...] = ()
    signer_authorities: tuple[SignerAuthoritySettings, ...] = ()
    tls_authorities: tuple[SettingsPath, ...] = ()
    hosts: tuple[Text, ...] = ()
    endpoint_hosts: tuple[Text, ...] = ()
    ports: tuple[Port, ...] = (443, 8443)
    networks: tuple[Network, ...] = ()
    plain_http: bool = False
    timeout_s: Seconds = 10.0
    refresh_s: Seconds = 60.0
    fresh_s: LongSeconds = 86_400.0
    last_good_s: LongSeconds = 604_800.0
    retry_s: Seconds = 300.0
    absent_s: LongSeconds = 3_600.0
    overlap_s: LongSeconds = 86_400.0
    folder: SettingsPath | None = None
    publication: PublicationSettings | None = None

    @property
    def is_used(self) -> bool:
        """Whether countries can be looked up at all."""
        return self.zone is not None or self.smp_url is not None

    @property
    def files(self) -> Iterator[SettingsPath]:
        """All files that are named, to be watched."""
        yield from self.signers
        yield from (each.certificate for each in self.signer_authorities)
        yield from self.tls_authorities

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.zone is not None and self.smp_url is not None:
            raise ValueError("name `zone` or `smp_url`, not both")
        if self.is_used and not (self.signers or self.signer_authorities):
            raise ValueError(
                "name whose signature on entries is believed: `signers` or "
                "`signer_authorities`"
            )
        return self
