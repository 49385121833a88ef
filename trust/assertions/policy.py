"""What a gateway demands of assertions where the texts leave a choice.

Spec: eHDSI SAML profile (Wave 7): lifetimes, audience, authentication context.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from trust.assertions.codes import STRONG_AUTHENTICATION

HCP_LIFETIME = timedelta(hours=4)
TRC_LIFETIME = timedelta(hours=2)
# What OpenNCP issues; its receiver sets no bound.
NOK_LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class AssertionPolicy:
    """The settings of belief in assertions.

    Attributes
    ----------
    skew
        How far two clocks may differ, at both ends of a validity period.
    hcp_lifetime, trc_lifetime, nok_lifetime
        The longest validity period of each kind.
    accept_absent_audience
        Whether an assertion without audience is taken; a wrong one never is.
    accepted_authentication
        Authentication context classes that count as strong.
    require_issuer_country
        Whether the issuer's name must state the signer's country.
    require_trc_within_hcp
        Whether the validity of a TRC assertion must lie within that of its HCP
        assertion, and that of a next-of-kin assertion too. All must be valid at the
        moment in any case.
    accept_next_of_kin
        Whether a next-of-kin assertion is taken where the transaction allows one.
    accept_old_forms
        Whether the forms of before XUA revision 19 are read (``old_forms``).
    statements
        All this in the operator's words, for the record of a decision.
    """

    skew: timedelta = timedelta(seconds=60)
    hcp_lifetime: timedelta = HCP_LIFETIME
    trc_lifetime: timedelta = TRC_LIFETIME
    accept_absent_audience: bool = True
    accepted_authentication: frozenset[str] = STRONG_AUTHENTICATION
    require_issuer_country: bool = True
    require_trc_within_hcp: bool = True
    nok_lifetime: timedelta = NOK_LIFETIME
    accept_next_of_kin: bool = False
    accept_old_forms: bool = False
    statements: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once per policy: they stand in every decision about an assertion.
        object.__setattr__(self, "statements", _statements(self))


def _statements(policy: AssertionPolicy) -> tuple[str, ...]:
    return (
        f"clocks may differ by {policy.skew}",
        f"an HCP assertion is valid for {policy.hcp_lifetime} at most",
        f"a TRC assertion is valid for {policy.trc_lifetime} at most",
        f"a next-of-kin assertion is valid for {policy.nok_lifetime} at most",
        _may(policy.accept_absent_audience, "an absent audience"),
        _may(not policy.require_issuer_country, "an issuer without its country"),
        _may(not policy.require_trc_within_hcp, "a TRC outside its HCP's validity"),
        _may(policy.accept_next_of_kin, "a next-of-kin assertion at ITI-55"),
        _may(policy.accept_old_forms, "the forms before XUA revision 19"),
    )


def _may(is_accepted: bool, what: str) -> str:
    return f"{what}: {'accepted' if is_accepted else 'refused'}"
