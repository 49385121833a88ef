"""The refusal of a trust list."""

from __future__ import annotations

from trust.decision import Reason, TrustRefused


class TrustListRefused(TrustRefused):
    """A list is unreadable, not signed as it must be, out of its time, or replaced."""


def unreadable(what: str) -> TrustListRefused:
    """Build the refusal of a list that is not of its form."""
    return TrustListRefused(Reason.TRUST_LIST_UNREADABLE, f"the trust list has {what}")
