"""What is kept of an exchange beside its audit record."""

from ncp.evidence.exchange_evidence import (
    ExchangeEvidence,
    ShownAssertion,
    WireMessage,
    security_hash,
)
from ncp.evidence.exchange_folder import ExchangeFolder, Part

__all__ = [
    "ExchangeEvidence",
    "ExchangeFolder",
    "Part",
    "ShownAssertion",
    "WireMessage",
    "security_hash",
]
