"""The other countries: their addresses, and what each is believed by."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ncp.answers import Dialect
from ncp.settings.section import MEBIBYTE, Bytes, Seconds, Section
from ncp.settings.trust_lists import ListedAuthoritySettings
from ncp.settings.trust_model import CrossCheckSettings, PeerAuthoritySettings
from ncp.settings.types import Country, HomeCommunity, HttpsUrl, SettingsPath


class PeerEndpointsSettings(Section):
    """The addresses of a peer's services; XCA serves ITI-38 and ITI-39, XDR ITI-41."""

    xcpd: HttpsUrl
    xca: HttpsUrl
    xdr: HttpsUrl | None = None


class PeerCertificatesSettings(Section):
    """The certificates a peer is believed by, one list of PEM files per purpose."""

    tls_client: tuple[SettingsPath, ...] = ()
    tls_server: tuple[SettingsPath, ...] = ()
    seal: tuple[SettingsPath, ...] = ()


class PeerTimeoutSettings(Section):
    """How long a peer may take."""

    connect_s: Seconds = 10.0
    answer_s: Seconds = 180.0


class PeerSettings(Section):
    """Another country's gateway.

    With ``from_directory``, addresses and current certificates of TLS servers and seals
    are looked up; what stands here is believed besides. ``off`` names services that are
    switched off, in both directions. ``documents_per_request`` is how many documents it
    is asked for at once; ``answer_dialect`` is for test scripts that expect the
    codes of one program.
    """

    country: Country
    home_community_id: HomeCommunity
    endpoints: PeerEndpointsSettings | None = None
    certificates: PeerCertificatesSettings = PeerCertificatesSettings()
    authorities: tuple[PeerAuthoritySettings, ...] = ()
    intermediates: tuple[SettingsPath, ...] = ()
    tls_authorities: tuple[SettingsPath, ...] = ()
    listed_authorities: tuple[ListedAuthoritySettings, ...] = ()
    cross_checks: CrossCheckSettings = CrossCheckSettings()
    from_directory: bool = False
    off: tuple[Literal["all", "xcpd", "xca", "xdr"], ...] = ()
    documents_per_request: int = Field(default=1, ge=1, le=100)
    answer_dialect: Dialect = Dialect.OURS
    timeouts: PeerTimeoutSettings = PeerTimeoutSettings()
    max_response_bytes: Bytes = 40 * MEBIBYTE

    @model_validator(mode="after")
    def _addressed_once(self) -> Self:
        if self.from_directory and self.endpoints is not None:
            raise ValueError("name `endpoints` or set `from_directory`, not both")
        return self
