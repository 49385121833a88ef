"""The refusal of a signature."""

from __future__ import annotations

from trust.decision import TrustRefused


class SignatureRefused(TrustRefused):
    """A signature is absent, of a refused form, or does not hold."""
