"""The settings of a national FHIR server beside the one of country A.

Spec: sheet 09 §4.9 (one block of adapter settings per service).
"""

from __future__ import annotations

from ncp.settings.section import MEBIBYTE, Bytes, Seconds, Section
from ncp.settings.types import HttpUrl, SettingsPath


class FhirServerSettings(Section):
    """A FHIR R4 server of the country, and how it is reached."""

    base_url: HttpUrl
    token_file: SettingsPath | None = None
    tls_authorities: tuple[SettingsPath, ...] = ()
    connect_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 30.0
    max_response_bytes: Bytes = 32 * MEBIBYTE
