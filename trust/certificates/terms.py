"""How revocation is established for each purpose, and who hears when it is not.

Spec: fact sheet 02 §6.2 (required in production, soft in training).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from trust.certificates.purposes import Purpose
from trust.certificates.revocation import (
    RevocationPolicy,
    RevocationSource,
    RevocationSources,
)
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class RevocationAlarm:
    """A certificate was believed although its revocation is not known."""

    country: CountryCode
    purpose: Purpose
    sentence: str


OnAlarm: TypeAlias = Callable[[RevocationAlarm], None]
"""Told once for each judgement, not for each message; must not raise."""


@dataclass(frozen=True, slots=True)
class RevocationTerms:
    """How revocation is established.

    Attributes
    ----------
    policies
        A purpose that is not named is not checked.
    retry
        How long a judgement holds that was made without knowing.
    """

    policies: Mapping[Purpose, RevocationPolicy]
    source: RevocationSource
    retry: timedelta = timedelta(minutes=1)
    on_alarm: OnAlarm | None = None

    def policy(self, purpose: Purpose) -> RevocationPolicy:
        """Return what holds for this purpose."""
        return self.policies.get(purpose, RevocationPolicy.OFF)

    def checks(self, purpose: Purpose) -> bool:
        """Tell whether revocation matters for this purpose."""
        return self.policy(purpose) is not RevocationPolicy.OFF


WITHOUT_REVOCATION: Final = RevocationTerms({}, RevocationSources(()))
