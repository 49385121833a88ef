"""What was found about one certificate for one purpose, and how long it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from trust.decision import Reason
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding that may be used again until it must be made anew.

    Attributes
    ----------
    country
        Set only where the certificate is believed.
    certificate
        Set as soon as it could be read.
    alarm
        Set where it is believed although something could not be established.
    renew_at
        When to judge again in the background.
    good_until
        From here on it may not be used; equal to ``made_at`` where it may not be kept.
    """

    reason: Reason
    sentence: str
    evidence: tuple[str, ...]
    certificate: x509.Certificate | None
    country: CountryCode | None
    made_at: datetime
    renew_at: datetime
    good_until: datetime
    alarm: str | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether it may be used at this moment."""
        return self.made_at <= moment < self.good_until
