"""Decides whether the security header of a message is believed.

The order is fixed: the header as a unit, then for each assertion its signer, its
signature, what it says, and where it came from, and at last the binding of the two.
Only elements whose signature held are read.

Spec: WS-Security 1.1.1 §5 / WS-Security SAML Token Profile 1.1.1 §3.3 / SAML 2.0 Core
§2.5.1, §5.4 / eHDSI SAML profile (Wave 7): HCP always, TRC for everything after ITI-55.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from cryptography import x509
from lxml import etree

from trust.assertions.checks import (
    check_binding,
    check_derived,
    check_hcp,
    check_home_community,
    check_peer,
)
from trust.assertions.codes import AssertionKind
from trust.assertions.hcp import read_hcp
from trust.assertions.header import HeaderParts, read_header
from trust.assertions.model import (
    Assertion,
    DerivedAssertion,
    HcpAssertion,
    NokAssertion,
    TrcAssertion,
)
from trust.assertions.nok import read_nok
from trust.assertions.policy import AssertionPolicy
from trust.assertions.reading import kind_of
from trust.assertions.trc import read_trc
from trust.certificates import (
    CertificateBelief,
    CertificateTrust,
    Purpose,
    decide_certificate,
    subject_name,
)
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.identifiers import CountryCode, HomeCommunityId
from trust.xmlsignature import SignatureVerifier, VerifiedElement, verify_enveloped

_HEADER: Final = "security header"
_HCP: Final = "HCP assertion"
_TRC: Final = "TRC assertion"
_NOK: Final = "next-of-kin assertion"
_SEAL: Final = Purpose.SEAL

_Assertion = TypeVar("_Assertion", HcpAssertion, TrcAssertion, NokAssertion)


class SecurityBelief(NamedTuple):
    """The verdict on a security header.

    Attributes
    ----------
    decision
        The verdict on the whole: the first refusal of ``decisions``, or acceptance.
    decisions
        The verdict on each step, in order.
    hcp, trc, nok
        Set where *that* assertion was signed by a pinned seal and could be read, even
        if it was refused afterwards (expired, say): for the audit, which must name who
        tried. They permit nothing; ``decision`` does.
    """

    decision: TrustDecision
    decisions: tuple[TrustDecision, ...]
    hcp: HcpAssertion | None
    trc: TrcAssertion | None
    nok: NokAssertion | None = None


class _Demands(NamedTuple):
    """What the assertions of one message are held against."""

    peer_country: CountryCode
    peer_home_community: HomeCommunityId | None
    pins: CertificateTrust
    policy: AssertionPolicy
    now: datetime
    nok_allowed: bool = False


def decide_security_header(
    envelope: etree._Element,
    *,
    trc_required: bool,
    peer_country: CountryCode,
    pins: CertificateTrust,
    policy: AssertionPolicy,
    now: datetime,
    peer_home_community: HomeCommunityId | None = None,
    nok_allowed: bool = False,
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
    nok_allowed
        Whether the transaction and the settings allow a next-of-kin assertion.
    """
    demands = _Demands(
        peer_country, peer_home_community, pins, policy, now, nok_allowed
    )
    try:
        parts = read_header(envelope, accept_old_forms=policy.accept_old_forms)
    except TrustRefused as refused:
        decision = deny(_HEADER, refused.reason, refused.sentence, now)
        return SecurityBelief(decision, (decision,), None, None)
    return _conclude(
        _Hearing(demands, parts.signed.verify), parts, trc_required=trc_required
    )


def decide_assertion(
    assertion: etree._Element,
    *,
    peer_country: CountryCode,
    pins: CertificateTrust,
    policy: AssertionPolicy,
    now: datetime,
) -> SecurityBelief:
    """Decide about one assertion by itself, outside a message; for explanations.

    That it is believed by itself permits nothing: only a whole header does.
    """
    demands = _Demands(peer_country, None, pins, policy, now, True)
    hearing = _Hearing(demands, verify_enveloped)
    hcp = trc = nok = None
    match kind_of(assertion, accept_old_forms=policy.accept_old_forms):
        case AssertionKind.HCP:
            hcp = hearing.hear_hcp(assertion)
        case AssertionKind.TRC:
            trc = hearing.hear_trc(assertion, required=True)
        case AssertionKind.NOK:
            nok = hearing.hear_nok(assertion)
        case None:
            hearing.refuse(
                "assertion",
                Reason.ASSERTION_KIND_UNKNOWN,
                "the assertion's Issuer has no NameQualifier of the three kinds",
            )
    decisions = tuple(hearing.decisions)
    denied = [each for each in decisions if not each.is_accepted]
    return SecurityBelief((denied or decisions[-1:])[0], decisions, hcp, trc, nok)


def _conclude(
    hearing: _Hearing, parts: HeaderParts, *, trc_required: bool
) -> SecurityBelief:
    hearing.state(_HEADER, "one security header with only assertions in it")
    hcp = hearing.hear_hcp(parts.hcp)
    trc = hearing.hear_trc(parts.trc, required=trc_required)
    if hcp is not None and trc is not None:
        hearing.hear_binding(trc, hcp)
    nok = None if parts.nok is None else hearing.hear_nok(parts.nok)
    if hcp is not None and nok is not None:
        hearing.hear_binding(nok, hcp)
    decisions = tuple(hearing.decisions)
    return SecurityBelief(_whole(decisions), decisions, hcp, trc, nok)


def _whole(decisions: tuple[TrustDecision, ...]) -> TrustDecision:
    for decision in decisions:
        if not decision.is_accepted:
            return decision
    return accept(
        _HEADER,
        "every assertion of the security header is believed",
        decisions[-1].moment,
        tuple([f"{each.subject}: {each.sentence}" for each in decisions]),
    )


class _Hearing:
    """Hears the assertions of one message and keeps every verdict."""

    def __init__(self, demands: _Demands, verify: SignatureVerifier) -> None:
        self._demands = demands
        self._verify_element = verify
        self._policy = demands.policy.statements
        self.decisions: list[TrustDecision] = []

    def hear_hcp(self, element: etree._Element | None) -> HcpAssertion | None:
        if element is None:
            self.refuse(_HCP, Reason.HCP_ABSENT, "the message has no HCP assertion")
            return None
        return self._hear(_HCP, element, self._read_hcp, self._check_hcp)

    def hear_trc(
        self, element: etree._Element | None, *, required: bool
    ) -> TrcAssertion | None:
        if element is not None:
            return self._hear(_TRC, element, self._read_trc, self._check_derived)
        if required:
            self.refuse(
                _TRC,
                Reason.TRC_ABSENT,
                "the message has no TRC assertion, which this transaction needs",
            )
        return None

    def hear_nok(self, element: etree._Element) -> NokAssertion | None:
        if not self._demands.nok_allowed:
            self.refuse(
                _NOK,
                Reason.NOK_UNSUPPORTED,
                "a next-of-kin assertion is taken at ITI-55 only, and only where the "
                "settings of this gateway say so",
            )
            return None
        return self._hear(_NOK, element, read_nok, self._check_derived)

    def hear_binding(self, derived: DerivedAssertion, hcp: HcpAssertion) -> None:
        name = _TRC if isinstance(derived, TrcAssertion) else _NOK
        subject = f"binding of {name.removesuffix(' assertion')} to HCP assertion"
        try:
            check_binding(derived, hcp, self._demands.policy)
        except TrustRefused as refused:
            self.refuse(subject, refused.reason, refused.sentence)
            return
        self.state(subject, f"the {name} belongs to the HCP assertion")

    def state(self, subject: str, sentence: str) -> None:
        self.decisions.append(accept(subject, sentence, self._demands.now))

    def refuse(self, subject: str, reason: Reason, sentence: str) -> None:
        self.decisions.append(deny(subject, reason, sentence, self._demands.now))

    def _hear(
        self,
        subject: str,
        element: etree._Element,
        read: Callable[[VerifiedElement, CountryCode], _Assertion],
        check: Callable[[_Assertion], None],
    ) -> _Assertion | None:
        assertion: _Assertion | None = None
        try:
            assertion = read(*self._verify(subject, element))
            check(assertion)
        except TrustRefused as refused:
            self.decisions.append(self._refused(subject, refused, assertion))
            return assertion
        self.decisions.append(self._believed(subject, assertion))
        return assertion

    def _verify(
        self, subject: str, element: etree._Element
    ) -> tuple[VerifiedElement, CountryCode]:
        country: CountryCode | None = None

        def judge(der: bytes) -> x509.Certificate:
            nonlocal country
            belief = self._decide_signer(subject, der)
            if belief.certificate is None or not belief.decision.is_accepted:
                raise TrustRefused(belief.decision.reason, belief.decision.sentence)
            country = belief.country
            return belief.certificate

        verified = self._verify_element(element, judge)
        if country is None:  # an accepted belief always has one
            raise TrustRefused(Reason.SIGNER_NOT_PINNED, "the signer has no country")
        return verified, country

    def _decide_signer(self, subject: str, der: bytes) -> CertificateBelief:
        demands = self._demands
        belief = decide_certificate(
            der,
            _SEAL,
            demands.pins,
            demands.now,
            subject=f"signer of the {subject}",
        )
        self.decisions.append(belief.decision)
        return belief

    def _read_hcp(
        self, verified: VerifiedElement, country: CountryCode
    ) -> HcpAssertion:
        old = self._demands.policy.accept_old_forms
        return read_hcp(verified, country, accept_old_forms=old)

    def _read_trc(
        self, verified: VerifiedElement, country: CountryCode
    ) -> TrcAssertion:
        old = self._demands.policy.accept_old_forms
        return read_trc(verified, country, accept_old_forms=old)

    def _check_hcp(self, hcp: HcpAssertion) -> None:
        demands = self._demands
        check_peer(hcp, demands.peer_country)
        check_home_community(hcp, demands.peer_home_community)
        check_hcp(hcp, demands.policy, demands.now)

    def _check_derived(self, derived: DerivedAssertion) -> None:
        check_peer(derived, self._demands.peer_country)
        check_derived(derived, self._demands.policy, self._demands.now)

    def _refused(
        self, subject: str, refused: TrustRefused, assertion: Assertion | None
    ) -> TrustDecision:
        return deny(
            subject,
            refused.reason,
            refused.sentence,
            self._demands.now,
            _evidence(assertion) if assertion else (),
            policy=self._policy,
        )

    def _believed(self, subject: str, assertion: Assertion) -> TrustDecision:
        return accept(
            subject,
            f"signed by {assertion.signer_country}, unaltered and valid",
            self._demands.now,
            _evidence(assertion),
            self._policy,
        )


def _evidence(assertion: Assertion) -> tuple[str, ...]:
    """Say which assertion it is and how it was read; nothing of its persons."""
    evidence = (
        f"assertion {assertion.id}",
        f"sealed with the certificate {subject_name(assertion.signer)}",
        f"valid until {assertion.not_on_or_after.isoformat()}",
    )
    if not assertion.old_forms:
        return evidence
    return evidence + tuple(f"old form: {each}" for each in assertion.old_forms)
