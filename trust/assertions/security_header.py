"""Decides whether the security header of a message is believed.

The order is fixed: the header as a unit, then for each assertion its signer, its
signature, what it says, and where it came from, and at last the binding of the two.
Only elements whose signature held are read.

Spec: WS-Security 1.1.1 §5 / WS-Security SAML Token Profile 1.1.1 §3.3 / SAML 2.0 Core
§2.5.1, §5.4 / eHDSI SAML profile (Wave 7): HCP always, TRC for everything after ITI-55.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from lxml import etree

from trust.assertions.checks import (
    check_binding,
    check_hcp,
    check_home_community,
    check_peer,
    check_trc,
)
from trust.assertions.hcp import read_hcp
from trust.assertions.header import HeaderParts, read_header
from trust.assertions.model import HcpAssertion, TrcAssertion
from trust.assertions.policy import AssertionPolicy
from trust.assertions.trc import read_trc
from trust.certificates import (
    CertificateBelief,
    PinStore,
    Purpose,
    decide_certificate,
    subject_name,
)
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.identifiers import CountryCode, HomeCommunityId
from trust.xmlsignature import VerifiedElement, verify_enveloped

_HEADER: Final = "security header"
_HCP: Final = "HCP assertion"
_TRC: Final = "TRC assertion"
_NOK: Final = "next-of-kin assertion"

_Assertion = TypeVar("_Assertion", HcpAssertion, TrcAssertion)


@dataclass(frozen=True, slots=True)
class SecurityBelief:
    """The verdict on a security header.

    Attributes
    ----------
    decision
        The verdict on the whole: the first refusal of ``decisions``, or acceptance.
    decisions
        The verdict on each step, in order.
    hcp, trc
        Set where *that* assertion was signed by a pinned seal and could be read, even
        if it was refused afterwards (expired, say): for the audit, which must name who
        tried. They permit nothing; ``decision`` does.
    """

    decision: TrustDecision
    decisions: tuple[TrustDecision, ...]
    hcp: HcpAssertion | None
    trc: TrcAssertion | None


@dataclass(frozen=True, slots=True)
class _Demands:
    """What the assertions of one message are held against."""

    peer_country: CountryCode
    peer_home_community: HomeCommunityId | None
    pins: PinStore
    policy: AssertionPolicy
    now: datetime


def decide_security_header(
    envelope: etree._Element,
    *,
    trc_required: bool,
    peer_country: CountryCode,
    pins: PinStore,
    policy: AssertionPolicy,
    now: datetime,
    peer_home_community: HomeCommunityId | None = None,
) -> SecurityBelief:
    """Decide about the assertions of a message.

    Parameters
    ----------
    envelope
        The root of the parsed message; assertions are verified in this very tree.
    trc_required
        Whether the transaction needs a TRC assertion. One that is not needed may be
        there, and is then verified like a needed one.
    peer_country
        The country whose TLS certificate is at the other end.
    peer_home_community
        The peer's home community, compared where an HCP assertion names one.
    """
    demands = _Demands(peer_country, peer_home_community, pins, policy, now)
    try:
        parts = read_header(envelope)
    except TrustRefused as refused:
        decision = deny(_HEADER, refused.reason, refused.sentence, now)
        return SecurityBelief(decision, (decision,), None, None)
    return _conclude(_Hearing(demands), parts, trc_required=trc_required)


def _conclude(
    hearing: _Hearing, parts: HeaderParts, *, trc_required: bool
) -> SecurityBelief:
    hearing.state(_HEADER, "one security header with only assertions in it")
    hcp = hearing.hear_hcp(parts.hcp)
    trc = hearing.hear_trc(parts.trc, required=trc_required)
    if hcp is not None and trc is not None:
        hearing.hear_binding(trc, hcp)
    if parts.nok is not None:
        hearing.refuse(
            _NOK,
            Reason.NOK_UNSUPPORTED,
            "identification through a next of kin is not supported by this gateway",
        )
    decisions = tuple(hearing.decisions)
    return SecurityBelief(_whole(decisions), decisions, hcp, trc)


def _whole(decisions: tuple[TrustDecision, ...]) -> TrustDecision:
    for decision in decisions:
        if not decision.is_accepted:
            return decision
    return accept(
        _HEADER,
        "every assertion of the security header is believed",
        decisions[-1].moment,
        tuple(f"{each.subject}: {each.sentence}" for each in decisions),
    )


class _Hearing:
    """Hears the assertions of one message and keeps every verdict."""

    def __init__(self, demands: _Demands) -> None:
        self._demands = demands
        self.decisions: list[TrustDecision] = []

    def hear_hcp(self, element: etree._Element | None) -> HcpAssertion | None:
        if element is None:
            self.refuse(_HCP, Reason.HCP_ABSENT, "the message has no HCP assertion")
            return None
        return self._hear(_HCP, element, read_hcp, self._check_hcp)

    def hear_trc(
        self, element: etree._Element | None, *, required: bool
    ) -> TrcAssertion | None:
        if element is not None:
            return self._hear(_TRC, element, read_trc, self._check_trc)
        if required:
            self.refuse(
                _TRC,
                Reason.TRC_ABSENT,
                "the message has no TRC assertion, which this transaction needs",
            )
        return None

    def hear_binding(self, trc: TrcAssertion, hcp: HcpAssertion) -> None:
        subject = "binding of TRC to HCP assertion"
        try:
            check_binding(trc, hcp, self._demands.policy)
        except TrustRefused as refused:
            self.refuse(subject, refused.reason, refused.sentence)
            return
        self.state(subject, "the TRC assertion belongs to the HCP assertion")

    def state(self, subject: str, sentence: str) -> None:
        self.decisions.append(accept(subject, sentence, self._demands.now))

    def refuse(self, subject: str, reason: Reason, sentence: str) -> None:
        self.decisions.append(deny(subject, reason, sentence, self._demands.now))

    def _hear(
        self,
        subject: str,
        element: etree._Element,
        read: Callable[..., _Assertion],
        check: Callable[[_Assertion], None],
    ) -> _Assertion | None:
        assertion: _Assertion | None = None
        try:
            verified, country = self._verify(subject, element)
            assertion = read(verified, signer_country=country)
            check(assertion)
        except TrustRefused as refused:
            self.refuse(subject, refused.reason, refused.sentence)
            return assertion
        self.decisions.append(self._believed(subject, assertion))
        return assertion

    def _verify(
        self, subject: str, element: etree._Element
    ) -> tuple[VerifiedElement, CountryCode]:
        beliefs: list[CertificateBelief] = []

        def judge(der: bytes) -> x509.Certificate:
            belief = self._decide_signer(subject, der)
            beliefs.append(belief)
            if belief.certificate is None or not belief.decision.is_accepted:
                raise TrustRefused(belief.decision.reason, belief.decision.sentence)
            return belief.certificate

        verified = verify_enveloped(element, judge)
        country = beliefs[-1].country
        if country is None:  # an accepted belief always has one
            raise TrustRefused(Reason.SIGNER_NOT_PINNED, "the signer has no country")
        return verified, country

    def _decide_signer(self, subject: str, der: bytes) -> CertificateBelief:
        demands = self._demands
        belief = decide_certificate(
            der,
            Purpose.SEAL,
            demands.pins,
            demands.now,
            subject=f"signer of the {subject}",
        )
        self.decisions.append(belief.decision)
        return belief

    def _check_hcp(self, hcp: HcpAssertion) -> None:
        demands = self._demands
        check_peer(hcp, demands.peer_country)
        check_home_community(hcp, demands.peer_home_community)
        check_hcp(hcp, demands.policy, demands.now)

    def _check_trc(self, trc: TrcAssertion) -> None:
        check_peer(trc, self._demands.peer_country)
        check_trc(trc, self._demands.policy, self._demands.now)

    def _believed(
        self, subject: str, assertion: HcpAssertion | TrcAssertion
    ) -> TrustDecision:
        return accept(
            subject,
            f"signed by {assertion.signer_country}, unaltered and valid",
            self._demands.now,
            (
                f"assertion {assertion.id}",
                f"sealed with the certificate {subject_name(assertion.signer)}",
                f"valid until {assertion.not_on_or_after.isoformat()}",
            ),
        )
