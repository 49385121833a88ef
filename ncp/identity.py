"""Who this gateway is, on both sides of the border."""

from __future__ import annotations

from dataclasses import dataclass

from trust.identifiers import CountryCode, HomeCommunityId, Oid


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """The facts about ourselves that go on the wire and into the record.

    Attributes
    ----------
    organization
        The national contact point: custodian of documents whose source names none.
    repository_unique_id
        The repository our document entries name (ITI TF-3 4.2.3.2.18).
    language
        The first of the configured languages, such as ``fr-LU``.
    audit_source
        ISO 3166-2 code of the node, such as ``LU-1``.
    node_address
        Name of this machine, the source address of what we send.
    tls_server_dn, tls_client_dn
        Subjects of our TLS certificates, as the audit record names us.
    """

    country: CountryCode
    country_name: str
    organization: str
    home_community_id: HomeCommunityId
    repository_unique_id: Oid
    language: str
    audit_source: str
    node_address: str
    tls_server_dn: str
    tls_client_dn: str
