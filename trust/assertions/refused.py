"""The refusal of an assertion for what it says."""

from __future__ import annotations

from trust.decision import Reason, TrustRefused


class AssertionRefused(TrustRefused):
    """An assertion lacks something, says something invalid, or breaks a rule."""


def missing(what: str) -> AssertionRefused:
    """Build the refusal of an assertion that lacks a part."""
    return AssertionRefused(
        Reason.ASSERTION_FIELD_MISSING, f"the assertion has no {what}"
    )


def invalid(what: str) -> AssertionRefused:
    """Build the refusal of an assertion with a part that is not as it must be."""
    return AssertionRefused(Reason.ASSERTION_FIELD_INVALID, f"the assertion has {what}")
