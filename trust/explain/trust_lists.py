"""Explains a trust list: what it is, whether its signature holds, and what is missing.

Who may sign a list is not in it and not among the peers; ``ncp trust lists`` is told.

Spec: ETSI TS 119 612 §5.7.1 (signature), §5.3.15 (next update).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509

from trust.certificates import subject_name
from trust.decision import TrustDecision, TrustRefused, accept, deny
from trust.explain.explanation import CertificateFacts, Explanation
from trust.explain.signatures import SignatureFinding
from trust.trustlist import (
    ExpectedList,
    TrustListPolicy,
    VerifiedTrustList,
    decide_trust_list,
    verify_trust_list,
)

_SUBJECT: Final = "trust list"
_SIGNATURE: Final = "signature of the trust list"
_TIME: Final = "time of the trust list"
_OF_A_LIST: Final = (
    "Who may sign a list is not written in it: `ncp trust lists --signer FILE` judges "
    "it by a certificate, or by the pointer of another list."
)


def explain_trust_list(data: bytes, now: datetime) -> Explanation:
    """Explain a trust list as far as it can be without knowing who may sign it."""
    nobody = ExpectedList(())
    verdict = decide_trust_list(
        data, nobody, TrustListPolicy(), now, subject=_SUBJECT
    ).decision
    try:
        verified = verify_trust_list(data, lambda _: None)
    except TrustRefused as refused:
        broken = deny(_SIGNATURE, refused.reason, refused.sentence, now)
        finding = SignatureFinding(_SUBJECT, False, None, refused.sentence)
        return Explanation(_SUBJECT, broken, (broken,), (finding,), (), (_OF_A_LIST,))
    return _explained(data, verified, verdict, now)


def _explained(
    data: bytes,
    verified: VerifiedTrustList,
    verdict: TrustDecision,
    now: datetime,
) -> Explanation:
    signer = verified.signer
    held = accept(
        _SIGNATURE,
        "it holds, which by itself makes it anybody's",
        now,
        (f"made by {subject_name(signer)}", *verified.notes),
    )
    return Explanation(
        _SUBJECT,
        verdict,
        (held, _timely(data, signer, now), verdict),
        (SignatureFinding(_SUBJECT, True, signer, None),),
        (CertificateFacts.of(signer),),
        (_OF_A_LIST,),
    )


def _timely(data: bytes, signer: x509.Certificate, now: datetime) -> TrustDecision:
    """Say whether it would be believed if its signer were the one who may sign."""
    belief = decide_trust_list(
        data, ExpectedList((signer,)), TrustListPolicy(), now, subject=_TIME
    )
    decision = belief.decision
    if not decision.is_accepted:
        return decision
    return accept(
        _TIME, "it is current, if its signer may sign it", now, decision.evidence
    )
