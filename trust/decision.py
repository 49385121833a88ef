"""The one value every check of trust returns; denying is the default.

A decision is kept with the audit of its message, so it says everything an operator
needs and nothing about the patient.

Spec: eHDSI NCPeH security requirements, as restated check by check in
``trust.assertions.checks`` and ``trust.certificates``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Self

# What stands before the reasons that are never the answer to a message.
_OF_DIRECTORIES = ("directory-", "trust-list-")


class Verdict(StrEnum):
    """Believed or not; there is no third answer."""

    ACCEPT = "accept"
    DENY = "deny"


class Reason(StrEnum):
    """Why something was believed or not: a closed list, one entry per rule."""

    ACCEPTED = "accepted"
    # The TLS peer and certificates
    PEER_CERTIFICATE_ABSENT = "peer-certificate-absent"
    PEER_NOT_PINNED = "peer-not-pinned"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid"
    CERTIFICATE_WRONG_PURPOSE = "certificate-wrong-purpose"
    CERTIFICATE_UNREADABLE = "certificate-unreadable"
    CERTIFICATE_WEAK = "certificate-weak"
    CERTIFICATE_REVOKED = "certificate-revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"
    PATH_INVALID = "path-invalid"
    SUBJECT_NOT_PERMITTED = "subject-not-permitted"
    SIGNER_NOT_PINNED = "signer-not-pinned"
    SIGNER_OF_ANOTHER_COUNTRY = "signer-of-another-country"
    # The security header as a unit
    SECURITY_HEADER_ABSENT = "security-header-absent"
    SECURITY_HEADER_REPEATED = "security-header-repeated"
    SECURITY_HEADER_FOREIGN_CONTENT = "security-header-foreign-content"
    ID_NOT_UNIQUE = "id-not-unique"
    ASSERTION_KIND_UNKNOWN = "assertion-kind-unknown"
    HCP_ABSENT = "hcp-absent"
    HCP_REPEATED = "hcp-repeated"
    TRC_ABSENT = "trc-absent"
    TRC_REPEATED = "trc-repeated"
    NOK_REPEATED = "nok-repeated"
    NOK_UNSUPPORTED = "nok-unsupported"
    NOK_OF_ANOTHER_HCP = "nok-of-another-hcp"
    NOK_OUTSIDE_HCP_WINDOW = "nok-outside-hcp-window"
    # The signature
    SIGNATURE_ABSENT = "signature-absent"
    SIGNATURE_FORM_REFUSED = "signature-form-refused"
    SIGNATURE_ALGORITHM_REFUSED = "signature-algorithm-refused"
    DIGEST_MISMATCH = "digest-mismatch"
    SIGNATURE_VALUE_INVALID = "signature-value-invalid"
    # What an assertion says
    ASSERTION_FIELD_MISSING = "assertion-field-missing"
    ASSERTION_FIELD_INVALID = "assertion-field-invalid"
    ASSERTION_NOT_YET_VALID = "assertion-not-yet-valid"
    ASSERTION_EXPIRED = "assertion-expired"
    ASSERTION_LIVES_TOO_LONG = "assertion-lives-too-long"
    AUDIENCE_WRONG = "audience-wrong"
    AUDIENCE_ABSENT = "audience-absent"
    AUTHENTICATION_WEAK = "authentication-weak"
    CONFIRMATION_METHOD_WRONG = "confirmation-method-wrong"
    ISSUER_OF_ANOTHER_COUNTRY = "issuer-of-another-country"
    HOME_COMMUNITY_OF_ANOTHER_COUNTRY = "home-community-of-another-country"
    ROLE_UNKNOWN = "role-unknown"
    PURPOSE_OF_USE_UNKNOWN = "purpose-of-use-unknown"
    PERMISSION_MISSING = "permission-missing"
    TRC_OF_ANOTHER_HCP = "trc-of-another-hcp"
    TRC_OF_ANOTHER_PROFESSIONAL = "trc-of-another-professional"
    TRC_OUTSIDE_HCP_WINDOW = "trc-outside-hcp-window"
    TRC_OF_ANOTHER_PATIENT = "trc-of-another-patient"
    # Its use
    ASSERTION_OF_ANOTHER_PEER = "assertion-of-another-peer"
    # Trust lists
    TRUST_LIST_UNREADABLE = "trust-list-unreadable"
    SIGNING_CERTIFICATE_MISMATCH = "signing-certificate-mismatch"
    TRUST_LIST_OF_ANOTHER_SCHEME = "trust-list-of-another-scheme"
    TRUST_LIST_NOT_YET_ISSUED = "trust-list-not-yet-issued"
    TRUST_LIST_EXPIRED = "trust-list-expired"
    TRUST_LIST_LIVES_TOO_LONG = "trust-list-lives-too-long"
    TRUST_LIST_CLOSED = "trust-list-closed"
    TRUST_LIST_ROLLED_BACK = "trust-list-rolled-back"
    TRUST_LIST_UNAVAILABLE = "trust-list-unavailable"
    TRUST_LIST_OUT_OF_BOUNDS = "trust-list-out-of-bounds"
    SERVICE_NOT_LISTED = "service-not-listed"
    SERVICE_NOT_GRANTED = "service-not-granted"
    SERVICE_AMBIGUOUS = "service-ambiguous"
    # Directories: what they say is judged, and no message is answered with these
    DIRECTORY_ENTRY_ABSENT = "directory-entry-absent"
    DIRECTORY_UNREACHABLE = "directory-unreachable"
    DIRECTORY_ANSWER_UNUSABLE = "directory-answer-unusable"
    DIRECTORY_RECORD_REFUSED = "directory-record-refused"
    DIRECTORY_ADDRESS_REFUSED = "directory-address-refused"
    DIRECTORY_REDIRECT_REFUSED = "directory-redirect-refused"
    DIRECTORY_ENTRY_INVALID = "directory-entry-invalid"
    DIRECTORY_ENTRY_OF_ANOTHER = "directory-entry-of-another"
    DIRECTORY_ENTRY_NOT_YET_ACTIVE = "directory-entry-not-yet-active"
    DIRECTORY_ENTRY_EXPIRED = "directory-entry-expired"
    DIRECTORY_ENTRY_OLDER = "directory-entry-older"
    DIRECTORY_MASK_INVALID = "directory-mask-invalid"
    DIRECTORY_PATTERN_REFUSED = "directory-pattern-refused"

    @property
    def is_about_messages(self) -> bool:
        """Whether a message can be refused for it, so that a peer needs an answer."""
        return not self.value.startswith(_OF_DIRECTORIES)


# A name of an enumeration costs more to look up than what is built with it here.
_ACCEPT: Final = Verdict.ACCEPT
_DENY: Final = Verdict.DENY
_ACCEPTED: Final = Reason.ACCEPTED


class _Decision(NamedTuple):
    """The fields of a decision; a message makes many of them, and tuples are cheap."""

    verdict: Verdict
    reason: Reason
    subject: str
    sentence: str
    moment: datetime
    evidence: tuple[str, ...]
    policy: tuple[str, ...]


class TrustDecision(_Decision):
    """The verdict on one thing, with its reason and the checks that led to it.

    Attributes
    ----------
    subject
        What was judged, in the operator's words: ``TLS peer``, ``HCP assertion``.
    sentence
        The reason as a sentence an operator understands; no patient data.
    evidence
        What was established on the way, in order, one short statement each.
    moment
        The instant the decision speaks about (aware, UTC).
    policy
        The settings that the checks went by, one short statement each.

    Raises
    ------
    ValueError
        Verdict and reason contradict each other, or the moment has no time zone.
    """

    __slots__ = ()

    def __new__(
        cls,
        verdict: Verdict,
        reason: Reason,
        subject: str,
        sentence: str,
        moment: datetime,
        evidence: tuple[str, ...] = (),
        policy: tuple[str, ...] = (),
    ) -> Self:
        """Put a decision together."""
        if (verdict is _ACCEPT) is not (reason is _ACCEPTED):
            raise ValueError("a verdict and its reason must agree")
        _require_zone(moment)
        return tuple.__new__(
            cls, (verdict, reason, subject, sentence, moment, evidence, policy)
        )

    @property
    def is_accepted(self) -> bool:
        """Whether the subject is believed."""
        return self.verdict is _ACCEPT


def _require_zone(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("the moment of a decision needs a time zone")


class TrustRefused(Exception):  # noqa: N818 - a refusal is a verdict, not a fault
    """A check inside trust said no; the caller makes a :class:`TrustDecision` of it.

    ``sentence`` is for the operator: it names the element and the rule, never a value
    of a patient.
    """

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def accept(
    subject: str,
    sentence: str,
    moment: datetime,
    evidence: tuple[str, ...] = (),
    policy: tuple[str, ...] = (),
) -> TrustDecision:
    """Build the decision that believes ``subject``."""
    _require_zone(moment)
    # Verdict and reason agree, and most decisions are this one.
    return tuple.__new__(
        TrustDecision,
        (_ACCEPT, _ACCEPTED, subject, sentence, moment, evidence, policy),
    )


def deny(
    subject: str,
    reason: Reason,
    sentence: str,
    moment: datetime,
    evidence: tuple[str, ...] = (),
    *,
    policy: tuple[str, ...] = (),
) -> TrustDecision:
    """Build the decision that refuses ``subject`` for ``reason``."""
    return TrustDecision(_DENY, reason, subject, sentence, moment, evidence, policy)
