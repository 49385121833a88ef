"""What the settings say of assertions, as trust wants to hear it."""

from __future__ import annotations

from datetime import timedelta

from ncp.settings.model import AssertionSettings
from trust.assertions.codes import STRONG_AUTHENTICATION
from trust.assertions.policy import AssertionPolicy


def assertion_policy(settings: AssertionSettings) -> AssertionPolicy:
    """Return the policy that the section ``[assertions]`` describes."""
    accepted = settings.accepted_authentication
    return AssertionPolicy(
        skew=timedelta(seconds=settings.skew_s),
        hcp_lifetime=timedelta(seconds=settings.hcp_lifetime_s),
        trc_lifetime=timedelta(seconds=settings.trc_lifetime_s),
        nok_lifetime=timedelta(seconds=settings.nok_lifetime_s),
        accept_absent_audience=settings.accept_absent_audience,
        accepted_authentication=(
            STRONG_AUTHENTICATION if accepted is None else frozenset(accepted)
        ),
        require_issuer_country=settings.require_issuer_country,
        require_trc_within_hcp=settings.require_trc_within_hcp,
        accept_next_of_kin=settings.accept_next_of_kin,
        accept_old_forms=settings.accept_old_forms,
    )
