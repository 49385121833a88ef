"""May this trust list be believed, now, and as the successor of what was known?

The order is fixed: the form, the signer, the signature, what list it is, its time, and
whether it is newer than the one that was believed last.

Spec: ETSI TS 119 612 §5.3.2 (sequence), §5.3.14 (issue), §5.3.15 (next update), §5.7.1
(signer) / ETSI TS 119 615 §4.1, §4.2 (authenticating lists).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from trust.certificates import fingerprint_of, subject_name
from trust.certificates.profile import check_key, check_validity
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.trustlist.model import TrustList, VerifiedTrustList
from trust.trustlist.refused import TrustListRefused
from trust.trustlist.signature import SignerJudge, verify_trust_list
from trust.xml import XmlRefused

# Six months at most (§5.3.15), the longest of them with a day of grace.
LONGEST_VALIDITY: Final = timedelta(days=185)


@dataclass(frozen=True, slots=True)
class TrustListPolicy:
    """The settings of belief in trust lists.

    Attributes
    ----------
    skew
        How far the operator's clock may be ahead.
    longest_validity
        How far NextUpdate may be from the issue.
    """

    skew: timedelta = timedelta(seconds=60)
    longest_validity: timedelta = LONGEST_VALIDITY

    @property
    def statements(self) -> tuple[str, ...]:
        """The settings in the operator's words, for the record of a decision."""
        return (
            f"clocks may differ by {self.skew}",
            f"a list is valid for {self.longest_validity} at most",
        )


@dataclass(frozen=True, slots=True)
class KnownList:
    """The list that was believed last; a newer one must have a higher sequence."""

    sequence: int
    issued: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class ExpectedList:
    """What a list is held against.

    Attributes
    ----------
    signers
        Who may sign it: pinned, or named by the pointer of a believed list. Empty means
        nobody.
    territory
        Whose list it must be, or None where nobody said.
    known
        What was believed last from there.
    must_be_current
        False for a list of the past that only hands on who signs (a pivot).
    """

    signers: tuple[x509.Certificate, ...] = field(repr=False)
    territory: str | None = None
    list_type: str | None = None
    known: KnownList | None = None
    must_be_current: bool = True


@dataclass(frozen=True, slots=True)
class TrustListBelief:
    """The verdict on a list.

    ``verified`` is set as soon as the signature of an expected signer held, so that a
    list that is refused for its time can be told of; ``decision`` alone permits.
    """

    decision: TrustDecision
    verified: VerifiedTrustList | None
    digest: str

    @property
    def trust_list(self) -> TrustList | None:
        """The list, where it is believed."""
        if self.verified is None or not self.decision.is_accepted:
            return None
        return self.verified.content

    @property
    def known(self) -> KnownList | None:
        """What to remember of it, where it is believed."""
        believed = self.trust_list
        if believed is None:
            return None
        return KnownList(believed.sequence, believed.issued, self.digest)


def decide_trust_list(
    data: bytes,
    expected: ExpectedList,
    policy: TrustListPolicy,
    now: datetime,
    *,
    subject: str,
) -> TrustListBelief:
    """Decide about a list.

    Parameters
    ----------
    subject
        Which list it is, in the operator's words: ``trust list of LU``.
    """
    digest = hashlib.sha256(data).hexdigest()
    verified: VerifiedTrustList | None = None
    try:
        verified = verify_trust_list(data, _judge(expected.signers))
        _check(verified, digest, expected, policy, now)
    except XmlRefused as refused:
        decision = deny(subject, Reason.TRUST_LIST_UNREADABLE, str(refused), now)
        return TrustListBelief(decision, None, digest)
    except TrustRefused as refused:
        decision = deny(
            subject,
            refused.reason,
            refused.sentence,
            now,
            () if verified is None else _evidence(verified, now),
            policy=policy.statements,
        )
        return TrustListBelief(decision, verified, digest)
    decision = accept(
        subject,
        "signed by who may sign it, unaltered and current"
        if expected.must_be_current
        else "signed by who could sign it then, and unaltered",
        now,
        _evidence(verified, now),
        policy.statements,
    )
    return TrustListBelief(decision, verified, digest)


def _judge(signers: Iterable[x509.Certificate]) -> SignerJudge:
    allowed = {fingerprint_of(each) for each in signers}

    def judge(certificate: x509.Certificate) -> None:
        if fingerprint_of(certificate) not in allowed:
            raise TrustListRefused(
                Reason.SIGNER_NOT_PINNED,
                "the list is signed by a certificate that nobody named for it: "
                f"{subject_name(certificate)}",
            )
        # Who vouches for the certificate does not matter: it was named whole.
        check_key(certificate)
        _check_use(certificate)

    return judge


def _check_use(certificate: x509.Certificate) -> None:
    # RFC 5280 §4.2.1.3; many operators have non-repudiation alone.
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return  # it says nothing, or nothing that can be read
    if not (usage.digital_signature or usage.content_commitment):
        raise TrustListRefused(
            Reason.CERTIFICATE_WRONG_PURPOSE,
            "the signer's certificate is not for signatures: so says its keyUsage",
        )


def _check(
    verified: VerifiedTrustList,
    digest: str,
    expected: ExpectedList,
    policy: TrustListPolicy,
    now: datetime,
) -> None:
    content = verified.content
    _check_identity(content, expected)
    if content.issued > now + policy.skew:
        raise TrustListRefused(
            Reason.TRUST_LIST_NOT_YET_ISSUED,
            f"the list was issued at {content.issued.isoformat()}, after "
            f"{now.isoformat()}; compare the clocks",
        )
    # The signer was named whole; what may not be is that it signed out of its time.
    check_validity(verified.signer, content.issued)
    if expected.must_be_current:
        _check_current(content, policy, now)
    if expected.known is not None:
        _check_succession(content, digest, expected.known)


def _check_identity(content: TrustList, expected: ExpectedList) -> None:
    for what, is_, should in (
        ("territory", content.territory, expected.territory),
        ("type", content.list_type, expected.list_type),
    ):
        if should is not None and is_ != should:
            raise TrustListRefused(
                Reason.TRUST_LIST_OF_ANOTHER_SCHEME,
                f"the list has the {what} {is_ or 'of nobody'}, not {should} as the "
                "pointer says",
            )


def _check_current(content: TrustList, policy: TrustListPolicy, now: datetime) -> None:
    if content.next_update is None:
        raise TrustListRefused(
            Reason.TRUST_LIST_CLOSED, "the list is closed: its scheme has ended"
        )
    if content.next_update - content.issued > policy.longest_validity:
        raise TrustListRefused(
            Reason.TRUST_LIST_LIVES_TOO_LONG,
            f"the list is valid for {content.next_update - content.issued}, more than "
            f"the {policy.longest_validity} allowed",
        )
    if now > content.next_update:
        raise TrustListRefused(
            Reason.TRUST_LIST_EXPIRED,
            "a newer list should have been issued by "
            f"{content.next_update.isoformat()}",
        )


def _check_succession(content: TrustList, digest: str, known: KnownList) -> None:
    if content.sequence == known.sequence:
        if digest != known.digest:
            raise _rolled_back(
                f"two lists bear the sequence number {content.sequence}; which one is "
                "right is open"
            )
        return
    if content.sequence < known.sequence:
        raise _rolled_back(
            f"the list has the sequence number {content.sequence}, but "
            f"{known.sequence} was believed before"
        )
    if content.issued < known.issued:
        raise _rolled_back(
            "the list has a higher sequence number and an earlier issue than the one "
            "that was believed before"
        )


def _rolled_back(sentence: str) -> TrustListRefused:
    return TrustListRefused(Reason.TRUST_LIST_ROLLED_BACK, sentence)


def _evidence(verified: VerifiedTrustList, now: datetime) -> tuple[str, ...]:
    content, signer = verified.content, verified.signer
    until = content.next_update
    found = [
        f"list of {content.territory or 'no territory'}, number {content.sequence}",
        f"issued {content.issued.isoformat()}",
        f"next update {'none' if until is None else until.isoformat()}",
        f"signed with the certificate {subject_name(signer)}",
        *verified.notes,
    ]
    if now > signer.not_valid_after_utc:
        found.append("the signer's certificate has expired since it signed")
    return tuple(found)
