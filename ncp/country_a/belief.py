"""Turns decisions of trust into a request to be answered, or into a refusal.

Order: the TLS peer, the message id, the security header, who presented its assertions
before. Permission, patient and consent follow in the use case, which alone knows what
is asked for.

Spec: eHDSI NCPeH security requirements, as ordered in ``trust.assertions``.
"""

from __future__ import annotations

from typing import TypeVar

from ncp.country_a.claims import (
    ClaimedLater,
    Claims,
    MessageClaim,
    sighted_later,
)
from ncp.country_a.services import RespondingServices
from ncp.country_a.trace import Trace
from ncp.country_a.use_case import BelievedRequest, UseCase
from ncp.errors import ProtocolError, Refusal, TrustError
from ncp.ihe.soap import SoapMessage, body_hash
from ncp.store import Sighting
from trust.assertions import (
    AssertionUse,
    SecurityBelief,
    decide_security_header,
    decide_use,
)
from trust.certificates import CertificateTrust, Purpose, decide_certificate
from trust.decision import Reason, TrustDecision
from trust.identifiers import CountryCode

_T = TypeVar("_T")


def judge_peer(services: RespondingServices, trace: Trace) -> None:
    """Find out who is asking, before a byte of the message is read.

    What is refused later, or cannot even be read, is then on record with its country.
    """
    with trace.stages.measure("peer"):
        belief = decide_certificate(
            trace.http.peer.certificate,
            Purpose.TLS_CLIENT,
            services.pins,
            trace.moment,
            subject="TLS peer",
        )
    trace.peer = belief
    trace.decide(belief.decision)


def believe(
    services: RespondingServices, trace: Trace, message: SoapMessage, use_case: UseCase
) -> BelievedRequest:
    """Return the request as believed; every decision goes into the trace.

    :func:`judge_peer` comes first; a peer that was not believed is refused here, where
    the transaction tells the form of the answer.

    Raises
    ------
    TrustError
        Something was not believed; the decision is in the error.
    ProtocolError
        The message id was used before with another body.
    PolicyError
        An operator has switched the country off.
    """
    country = _believed_peer(trace)
    services.gate.refuse_answering(country, message.transaction)
    with trace.stages.measure("duplicate"):
        _refuse_conflict(services, trace, message, use_case, country)
    with trace.stages.measure("assertions"):
        return _believe_header(services, trace, message, use_case, country)


def _believed_peer(trace: Trace) -> CountryCode:
    if trace.peer is None:
        raise ValueError("the peer is judged before its message is read")
    return _accepted(trace.peer.country, trace.peer.decision)


def _refuse_conflict(
    services: RespondingServices,
    trace: Trace,
    message: SoapMessage,
    use_case: UseCase,
    country: CountryCode,
) -> None:
    trace.body_hash = body_hash(message)
    message_id = message.addressing.message_id
    if message_id is None:
        # Tolerated, and never a duplicate.
        return
    claim = MessageClaim(country, message_id, trace.body_hash)
    trace.sighting = (
        _claimed(services, claim)
        if use_case.claims_first
        else sighted_later(services.store, claim, trace.claims)
    )
    _refuse_reused(trace)


def _claimed(services: RespondingServices, claim: MessageClaim) -> Sighting:
    return services.store.sighting(claim.peer, claim.message_id, claim.body_hash)


def _refuse_reused(trace: Trace) -> None:
    if trace.sighting is Sighting.CONFLICT:
        raise ProtocolError(
            Refusal.MESSAGE_ID_REUSED,
            "this MessageID was used before with another body",
            "Send a new message under a new MessageID.",
        )


def claim_now(services: RespondingServices, trace: Trace) -> None:
    """Claim at once what somebody else claimed between the look and the commit.

    Raises
    ------
    ProtocolError
        The message id is another message's by now.
    TrustError
        An assertion is another peer's by now.
    """
    claims, trace.claims = trace.claims, Claims()
    if claims.message is not None:
        trace.sighting = _claimed(services, claims.message)
        _refuse_reused(trace)
    if claims.uses:
        decision = decide_use(claims.uses, services.store, trace.moment)
        trace.decide(require(decision))


def _believe_header(
    services: RespondingServices,
    trace: Trace,
    message: SoapMessage,
    use_case: UseCase,
    country: CountryCode,
) -> BelievedRequest:
    belief = _decide_header(services, trace, message, use_case, country, services.pins)
    if belief.decision.reason is Reason.SIGNER_NOT_PINNED:
        # It may have changed its seal, and have published the new one.
        newer = services.gate.look_again(country)
        if newer is not None:
            belief = _decide_header(services, trace, message, use_case, country, newer)
    trace.hcp = belief.hcp
    for decision in belief.decisions:
        trace.decide(decision)
    if not belief.decision.is_accepted:
        raise TrustError(belief.decision)
    _believe_use(services, trace, belief, use_case, country)
    return BelievedRequest(
        body=message.body,
        country=country,
        hcp=_accepted(belief.hcp, belief.decision),
        trc=belief.trc,
        moment=trace.moment,
        nok=belief.nok,
        attachments=message.attachments,
    )


def _decide_header(
    services: RespondingServices,
    trace: Trace,
    message: SoapMessage,
    use_case: UseCase,
    country: CountryCode,
    trust: CertificateTrust,
) -> SecurityBelief:
    policy = services.assertion_policy
    return decide_security_header(
        message.envelope,
        trc_required=use_case.needs_trc,
        peer_country=country,
        peer_home_community=services.home_communities.get(country),
        pins=trust,
        policy=policy,
        now=trace.moment,
        nok_allowed=use_case.allows_nok and policy.accept_next_of_kin,
    )


def _believe_use(
    services: RespondingServices,
    trace: Trace,
    belief: SecurityBelief,
    use_case: UseCase,
    country: CountryCode,
) -> None:
    """Refuse assertions that another peer presented before."""
    skew = services.assertion_policy.skew
    uses = [
        AssertionUse.of(assertion, country, skew)
        for assertion in (belief.hcp, belief.trc, belief.nok)
        if assertion is not None
    ]
    store = services.store
    memory = store if use_case.claims_first else ClaimedLater(store, trace.claims)
    trace.decide(require(decide_use(uses, memory, trace.moment)))


def require(decision: TrustDecision) -> TrustDecision:
    """Return an accepting decision; raise TrustError with a denying one."""
    if not decision.is_accepted:
        raise TrustError(decision)
    return decision


def _accepted(value: _T | None, decision: TrustDecision) -> _T:
    if value is None:
        # A belief without its value is no belief, whatever the verdict says.
        raise TrustError(decision)
    require(decision)
    return value
