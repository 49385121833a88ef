"""TLS towards the national FHIR server, with authorities of our own choice.

``requests`` would add its own list of authorities; here only the configured ones count,
or the machine's where none is configured.

Spec: RFC 8446 / RFC 6125 (the host name is checked).
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from requests.adapters import HTTPAdapter

from ncp.errors import ConfigurationError


def build_context(authorities: Sequence[Path]) -> ssl.SSLContext:
    """Make a context that believes only ``authorities``, or the machine's store."""
    if not authorities:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for authority in authorities:
            _load(context, authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _load(context: ssl.SSLContext, authority: Path) -> None:
    try:
        context.load_verify_locations(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "an authority of the national FHIR server cannot be read",
            "Each of [national].tls_authorities is a file of PEM certificates.",
        ) from error


class ContextAdapter(HTTPAdapter):
    """Connects with a given context and lets nothing be added to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"
