"""The ordered checks of what an assertion says; each breaks off with its reason.

Spec: SAML 2.0 Core §2.5.1 / eHDSI SAML profile (Wave 7): lifetimes, sender-vouches,
audience, binding of TRC to HCP. Seen: OpenNCP 9 leaves out audience, method, signer's
country and authentication strength; here each is fatal.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from trust.assertions.codes import AUDIENCE, PREVIOUS_SESSION, SENDER_VOUCHES
from trust.assertions.model import (
    Assertion,
    DerivedAssertion,
    HcpAssertion,
    TrcAssertion,
)
from trust.assertions.old_forms import names_no_country
from trust.assertions.policy import AssertionPolicy
from trust.assertions.refused import AssertionRefused, invalid
from trust.decision import Reason, TrustDecision, accept, deny
from trust.identifiers import CountryCode, HomeCommunityId, PatientId


class _Against(NamedTuple):
    """What is called how, and the reasons against one that does not belong."""

    name: str
    of_another_hcp: Reason
    of_another_professional: Reason
    outside: Reason


_AGAINST_TRC: Final = _Against(
    "TRC assertion",
    Reason.TRC_OF_ANOTHER_HCP,
    # eHDSI has a fault of its own for this: "HP Missing Attributes".
    Reason.TRC_OF_ANOTHER_PROFESSIONAL,
    Reason.TRC_OUTSIDE_HCP_WINDOW,
)
_AGAINST_NOK: Final = _Against(
    "next-of-kin assertion",
    Reason.NOK_OF_ANOTHER_HCP,
    Reason.NOK_OF_ANOTHER_HCP,
    Reason.NOK_OUTSIDE_HCP_WINDOW,
)
_NO_TIME: Final = timedelta(0)
_TRC_PATIENT: Final = "patient of the TRC assertion"


def check_hcp(hcp: HcpAssertion, policy: AssertionPolicy, now: datetime) -> None:
    """Check a verified HCP assertion by itself.

    Raises
    ------
    AssertionRefused
        With the first rule that is broken.
    """
    _check_window(hcp, policy.hcp_lifetime)
    _check_moment(hcp, policy, now)
    _check_issuer(hcp, policy)
    _check_audience(hcp, policy)
    _check_confirmation(hcp)
    if hcp.authentication not in policy.accepted_authentication:
        raise AssertionRefused(
            Reason.AUTHENTICATION_WEAK,
            "the professional's authentication is not one of the strong ones accepted",
        )


def check_derived(
    derived: DerivedAssertion, policy: AssertionPolicy, now: datetime
) -> None:
    """Check a verified TRC or next-of-kin assertion by itself.

    Raises
    ------
    AssertionRefused
        With the first rule that is broken.
    """
    is_trc = isinstance(derived, TrcAssertion)
    _check_window(derived, policy.trc_lifetime if is_trc else policy.nok_lifetime)
    _check_moment(derived, policy, now)
    _check_issuer(derived, policy)
    _check_audience(derived, policy)
    _check_confirmation(derived)
    # The initiating gateway issued it within the session that the HCP opened.
    if derived.authentication != PREVIOUS_SESSION:
        raise invalid("an authentication class other than PreviousSession")


def check_binding(
    derived: DerivedAssertion, hcp: HcpAssertion, policy: AssertionPolicy
) -> None:
    """Check that a TRC or next-of-kin assertion belongs to this HCP assertion.

    Seen: newer OpenNCP 9 refuses a next-of-kin assertion that names another
    professional; its own token service wrote the literal ``doctorId`` there for a
    while, which is refused here too.

    Raises
    ------
    AssertionRefused
        It belongs to another one, or outlives it.
    """
    against = _AGAINST_TRC if isinstance(derived, TrcAssertion) else _AGAINST_NOK
    if derived.hcp_assertion_id != hcp.id:
        raise AssertionRefused(
            against.of_another_hcp,
            f"the {against.name} refers to another HCP assertion than the one beside "
            "it",
        )
    if derived.name_id != hcp.name_id or derived.name_id_format != hcp.name_id_format:
        raise AssertionRefused(
            against.of_another_professional,
            f"the {against.name} names another professional than the HCP assertion",
        )
    if derived.signer_country != hcp.signer_country:
        raise AssertionRefused(
            against.of_another_hcp,
            f"the {against.name} is sealed by another country than the HCP assertion",
        )
    if policy.require_trc_within_hcp and _is_outside(derived, hcp, policy.skew):
        raise AssertionRefused(
            against.outside,
            f"the {against.name} is valid outside the validity of its HCP assertion",
        )


def check_peer(assertion: Assertion, peer_country: CountryCode) -> None:
    """Check that the country that sealed is the country at the other end of TLS.

    Raises
    ------
    AssertionRefused
        It is another one.
    """
    if assertion.signer_country != peer_country:
        raise AssertionRefused(
            Reason.SIGNER_OF_ANOTHER_COUNTRY,
            f"the assertion is sealed by {assertion.signer_country} but came from "
            f"{peer_country}",
        )


def check_home_community(
    hcp: HcpAssertion, peer_home_community: HomeCommunityId | None
) -> None:
    """Check the home community the assertion names, where both are known.

    Raises
    ------
    AssertionRefused
        It is not that of the peer.
    """
    if hcp.home_community_id is None or peer_home_community is None:
        return
    if hcp.home_community_id != peer_home_community:
        raise AssertionRefused(
            Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY,
            "the HCP assertion names another home community than that of the peer",
        )


def decide_trc_patient(
    trc: TrcAssertion, asked: PatientId, now: datetime
) -> TrustDecision:
    """Decide whether the TRC assertion is about the patient who is asked for."""
    if trc.patient != asked:
        return deny(
            _TRC_PATIENT,
            Reason.TRC_OF_ANOTHER_PATIENT,
            "the TRC assertion is about another patient than the one asked for",
            now,
        )
    return accept(_TRC_PATIENT, "the TRC assertion is about the patient asked for", now)


def _check_window(assertion: Assertion, lifetime: timedelta) -> None:
    span = assertion.not_on_or_after - assertion.not_before
    if span <= _NO_TIME:
        raise invalid("a NotOnOrAfter that is not after NotBefore")
    if span > lifetime:
        raise AssertionRefused(
            Reason.ASSERTION_LIVES_TOO_LONG,
            f"the assertion is valid for {span}, more than the {lifetime} allowed",
        )


def _check_moment(assertion: Assertion, policy: AssertionPolicy, now: datetime) -> None:
    begins = max(assertion.not_before, assertion.issue_instant, assertion.authn_instant)
    if begins > now + policy.skew:
        raise AssertionRefused(
            Reason.ASSERTION_NOT_YET_VALID,
            f"the assertion begins at {begins.isoformat()}, after "
            f"{now.isoformat()}; compare the clocks",
        )
    if now > assertion.not_on_or_after + policy.skew:
        raise AssertionRefused(
            Reason.ASSERTION_EXPIRED,
            f"the assertion expired at {assertion.not_on_or_after.isoformat()}",
        )


def _check_issuer(assertion: Assertion, policy: AssertionPolicy) -> None:
    stated = assertion.issuer_country
    if stated is None and not policy.require_issuer_country:
        return
    # Before revision 19 issuers named no country: the pin alone says whose it is.
    if policy.accept_old_forms and names_no_country(assertion.issuer):
        return
    if stated != assertion.signer_country:
        raise AssertionRefused(
            Reason.ISSUER_OF_ANOTHER_COUNTRY,
            f"the issuer states the country {stated or 'of nobody'}, the certificate "
            f"is pinned for {assertion.signer_country}",
        )


def _check_audience(assertion: Assertion, policy: AssertionPolicy) -> None:
    if not assertion.audiences:
        if policy.accept_absent_audience:
            return
        raise AssertionRefused(
            Reason.AUDIENCE_ABSENT, "the assertion names no audience"
        )
    # Several restrictions must all be met, SAML 2.0 Core §2.5.1.4.
    for restriction in assertion.audiences:
        if AUDIENCE not in restriction:
            raise AssertionRefused(
                Reason.AUDIENCE_WRONG,
                "the assertion is meant for another audience than cross-border care",
            )


def _check_confirmation(assertion: Assertion) -> None:
    if assertion.confirmation_method != SENDER_VOUCHES:
        raise AssertionRefused(
            Reason.CONFIRMATION_METHOD_WRONG,
            "the subject is confirmed by another method than sender-vouches",
        )


def _is_outside(derived: DerivedAssertion, hcp: HcpAssertion, skew: timedelta) -> bool:
    # The two may be issued by two machines of country B: the start has the skew.
    starts_early = derived.not_before < hcp.not_before - skew
    return starts_early or derived.not_on_or_after > hcp.not_on_or_after
