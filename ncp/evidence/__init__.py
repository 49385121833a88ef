"""What is kept of an exchange beside its audit record."""

from ncp.evidence.exchange_folder import ExchangeFolder, Part

__all__ = ["ExchangeFolder", "Part"]
