"""What a gateway demands of assertions where the texts leave a choice.

Spec: eHDSI SAML profile (Wave 7): lifetimes, audience, authentication context.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from trust.assertions.codes import STRONG_AUTHENTICATION

HCP_LIFETIME = timedelta(hours=4)
TRC_LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class AssertionPolicy:
    """The settings of belief in assertions.

    Attributes
    ----------
    skew
        How far two clocks may differ, at both ends of a validity period.
    hcp_lifetime, trc_lifetime
        The longest validity period of each kind.
    accept_absent_audience
        Whether an assertion without audience is taken; a wrong one never is.
    accepted_authentication
        Authentication context classes that count as strong.
    require_issuer_country
        Whether the issuer's name must state the signer's country.
    require_trc_within_hcp
        Whether the validity of a TRC assertion must lie within that of its HCP
        assertion. Both must be valid at the moment in any case.
    """

    skew: timedelta = timedelta(seconds=60)
    hcp_lifetime: timedelta = HCP_LIFETIME
    trc_lifetime: timedelta = TRC_LIFETIME
    accept_absent_audience: bool = True
    accepted_authentication: frozenset[str] = STRONG_AUTHENTICATION
    require_issuer_country: bool = True
    require_trc_within_hcp: bool = True
