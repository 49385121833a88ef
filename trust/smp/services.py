"""The services a contact point publishes, by the identifiers of their entries.

Spec: fact sheet 01 §1.8, 02 §4.1. Seen: OpenNCP 9 RegisteredService, the SMP editor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trust.identifiers import CountryCode
from trust.smp.identifiers import (
    DOCUMENT_SCHEME,
    PROCESS_SCHEME,
    EntryId,
    Identifier,
    participant_of,
)


class SmpService(StrEnum):
    """A service with an entry of its own; the value is what it is called here."""

    IDENTIFICATION = "xcpd"
    QUERY = "xca-query"
    RETRIEVE = "xca-retrieve"
    FETCH = "xcf"
    PROVIDE = "xdr"
    CONSENT = "xdr-consent"
    IDENTITY_PROVIDER = "xua"
    AUTHENTICATION = "hp-authentication"
    VPN_SERVER = "vpn-server"
    VPN_CLIENT = "vpn-client"
    SEARCH_MASK = "search-mask"
    FHIR = "fhir"


class Carries(StrEnum):
    """Which certificate an entry of a service carries."""

    TLS_SERVER = "tls-server"
    SEAL = "seal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What the entry of a service says, whatever the country.

    Attributes
    ----------
    process
        The process; ``{country}`` in it stands for the country's code.
    transport
        The transport profile; empty where any will do.
    alias
        Another document identifier that is in use for it.
    """

    document: str
    process: str
    transport: str
    carries: Carries
    description: str
    alias: str | None = None


_HEALTH: Final = "urn:ehealth:"
_XCA: Final = "urn:ihe:iti:2013:xca"
_XDS: Final = "urn:ihe:iti:2013:xds"
_XDR: Final = "urn:XDR::ProvideandRegisterDocumentSet-b"
_SAML: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_AUTHENTICATION: Final = (
    f"{_HEALTH}CountryBIdentityProvider::identityProvider::HPAuthentication##"
)

FORMS: Final[dict[SmpService, EntryForm]] = {
    SmpService.IDENTIFICATION: EntryForm(
        f"{_HEALTH}PatientIdentificationAndAuthentication::XCPD::"
        "CrossGatewayPatientDiscovery##ITI-55",
        "urn:XCPD::CrossGatewayPatientDiscovery",
        "urn:ihe:iti:2013:xcpd",
        Carries.TLS_SERVER,
        "Patient identification",
    ),
    SmpService.QUERY: EntryForm(
        f"{_HEALTH}RequestOfData::XCA::CrossGatewayQuery##ITI-38",
        "urn:XCA::CrossGatewayQuery",
        _XCA,
        Carries.TLS_SERVER,
        "Query for documents",
    ),
    SmpService.RETRIEVE: EntryForm(
        f"{_HEALTH}RequestOfData::XCA::CrossGatewayRetrieve##ITI-39",
        "urn:XCA::CrossGatewayRetrieve",
        _XCA,
        Carries.TLS_SERVER,
        "Retrieval of documents",
    ),
    SmpService.FETCH: EntryForm(
        f"{_HEALTH}RequestOfData::XCF::CrossGatewayFetchRequest##ITI-63",
        "urn:XCF::CrossGatewayFetchRequest",
        _XCA,
        Carries.TLS_SERVER,
        "Query and retrieval in one",
    ),
    SmpService.PROVIDE: EntryForm(
        f"{_HEALTH}ProvisioningOfData:Provide::XDR::"
        "ProvideandRegisterDocumentSet-b##ITI-41",
        _XDR,
        _XDS,
        Carries.TLS_SERVER,
        "Dispensation and its discard",
    ),
    SmpService.CONSENT: EntryForm(
        f"{_HEALTH}ProvisioningOfData:BPPC-RegisterUpdate::XDR::"
        "ProvideandRegisterDocumentSet-b##ITI-41",
        _XDR,
        _XDS,
        Carries.TLS_SERVER,
        "Consent",
    ),
    SmpService.IDENTITY_PROVIDER: EntryForm(
        f"{_HEALTH}CountryBIdentityProvider::XUA::ProvideX-UserAssertion##ITI-40",
        "urn:XUA::ProvideX-UserAssertion",
        _SAML,
        Carries.SEAL,
        "Identity assertions",
    ),
    SmpService.AUTHENTICATION: EntryForm(
        f"{_AUTHENTICATION}EHDSI-91",
        "urn:identityProvider::HPAuthentication",
        _SAML,
        Carries.SEAL,
        "Authentication of professionals",
        alias=f"{_AUTHENTICATION}epsos-91",
    ),
    SmpService.VPN_SERVER: EntryForm(
        f"{_HEALTH}VPN::VPNGatewayServer##ehealth-105",
        "urn:ehealth:ncp:vpngateway",
        "",
        Carries.NONE,
        "VPN gateway, server",
    ),
    SmpService.VPN_CLIENT: EntryForm(
        f"{_HEALTH}VPN::VPNGatewayClient##ehealth-106",
        "urn:ehealth:ncp:vpngateway",
        "",
        Carries.NONE,
        "VPN gateway, client",
    ),
    SmpService.SEARCH_MASK: EntryForm(
        f"{_HEALTH}ISM::InternationalSearchMask##ehealth-107",
        "urn:ehealth:ncp:{country}:ism",
        "urn:ehealth:transport:none",
        Carries.NONE,
        "International Search Mask",
    ),
    SmpService.FHIR: EntryForm(
        f"{_HEALTH}FhirService",
        "urn:ehealth:ncp:{country}:fhir",
        "urn:ehealth:transport:fhir",
        Carries.TLS_SERVER,
        "FHIR",
    ),
}


def entry_of(service: SmpService, country: CountryCode) -> EntryId:
    """Return what a country's entry of a service is looked up by."""
    document = Identifier(DOCUMENT_SCHEME, FORMS[service].document)
    return EntryId(participant_of(country), document)


def process_of(service: SmpService, country: CountryCode) -> Identifier:
    """Return the process that a country's entry of a service names."""
    value = FORMS[service].process.replace("{country}", country.lower())
    return Identifier(PROCESS_SCHEME, value)


def service_of(document: Identifier) -> SmpService | None:
    """Return the service that a document identifier names, or None."""
    if document.scheme.casefold() != DOCUMENT_SCHEME:
        return None
    return _BY_DOCUMENT.get(document.value.casefold())


_BY_DOCUMENT: Final = {
    text.casefold(): service
    for service, form in FORMS.items()
    for text in (form.document, form.alias)
    if text is not None
}
