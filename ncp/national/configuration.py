"""What the national side is told, from the settings."""

from __future__ import annotations

from ncp.national.build import NationalConfiguration
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_consent import ConsentDefault
from ncp.national.http_line import ClientLimits
from ncp.national.luxembourg.matricule import MatriculeRule
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from ncp.national.server_base import ServerBase
from ncp.settings.fhir_server import FhirServerSettings
from ncp.settings.national import LuxembourgSettings, NationalSettings
from ncp.settings.secrets import read_text_secret


def national_configuration(settings: NationalSettings) -> NationalConfiguration:
    """Read the token and name the rules of the [national] section."""
    identifier = settings.patient_identifier
    token = settings.token_file
    return NationalConfiguration(
        base_url=settings.base_url,
        patient_root=identifier.root,
        matricule=_matricule_rule(identifier.check, identifier.on_failure),
        consent_default=ConsentDefault(settings.consent.default),
        summary_fallback=settings.summary_fallback,
        token=None if token is None else read_text_secret(token, "national.token_file"),
        tls_authorities=settings.tls_authorities,
        limits=ClientLimits(
            max_bytes=settings.max_response_bytes,
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.read_timeout_s,
        ),
        luxembourg=_luxembourg(settings.luxembourg),
    )


def fhir_client(server: FhirServerSettings, section: str) -> FhirClient:
    """Build the client of a server that has a section of its own.

    Raises
    ------
    ConfigurationError
        Its address or token is not usable; the text names the section.
    """
    token = server.token_file
    return FhirClient(
        ServerBase.parse(str(server.base_url)),
        limits=ClientLimits(
            max_bytes=server.max_response_bytes,
            connect_timeout_s=server.connect_timeout_s,
            read_timeout_s=server.read_timeout_s,
        ),
        token=None
        if token is None
        else read_text_secret(token, f"{section}.token_file"),
        tls_authorities=server.tls_authorities,
    )


def _luxembourg(settings: LuxembourgSettings) -> LuxembourgProfiles | None:
    if not settings.profiles:
        return None
    base = settings.base_of_profiles
    header = HeaderForm(settings.header)
    return (
        LuxembourgProfiles(header=header)
        if base is None
        else LuxembourgProfiles(base.rstrip("/"), header)
    )


def _matricule_rule(check: str, on_failure: str) -> MatriculeRule:
    return MatriculeRule.OFF if check == "none" else MatriculeRule(on_failure)
