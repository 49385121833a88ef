"""What a certificate is used for; a pin is valid for one purpose only.

Spec: eHDSI X.509 profile, certificate kinds (service provider, service consumer, NCP
signature).
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """The use a certificate is judged for."""

    TLS_CLIENT = "tls-client"
    TLS_SERVER = "tls-server"
    SEAL = "seal"
    SMP_SIGNER = "smp-signer"
