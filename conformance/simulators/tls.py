"""TLS contexts of a simulated country, from PEM files.

Spec: IHE ITI TF-2 §3.19 (mutual authentication) / RFC 8996 (nothing below TLS 1.2).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path


def server_context(own: KeyFiles, trusted: Path) -> ssl.SSLContext:
    """Accept who shows a certificate that ``trusted`` (PEM) vouches for or pins."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    return _furnished(context, own, trusted)


def client_context(own: KeyFiles, trusted: Path) -> ssl.SSLContext:
    """Show the own certificate, and believe the server that ``trusted`` vouches for."""
    return _furnished(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), own, trusted)


def _furnished(context: ssl.SSLContext, own: KeyFiles, trusted: Path) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_cert_chain(own.certificate, own.key)
    context.load_verify_locations(trusted)
    return context
